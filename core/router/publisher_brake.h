#pragma once

#include "core/base/ids.h"

namespace leat {

// Holds back the connections that publish faster than what they publish can be taken: a connection
// that is held is not read. Called on the shard of whoever cannot take more; the connection may be
// on another shard, may have gone, and is held until all who hold it have let go.
class PublisherBrake {
 public:
  virtual ~PublisherBrake() = default;
  virtual void hold(ShardId shard, ConnectionId publisher) = 0;
  virtual void release(ShardId shard, ConnectionId publisher) = 0;
};

}  // namespace leat
