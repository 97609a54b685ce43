#pragma once

#include <vector>

#include "core/base/ids.h"
#include "core/env/owned_timer.h"
#include "core/router/message.h"

namespace leat {

class Stream;

// The connections that a stream holds back while more is under way than its disk has taken. Owned
// by the stream's ingest, on its shard. Lets go when the stream is below its bounds again; these
// are the shard's too, so while anybody is held it also looks by itself.
class HeldPublishers {
 public:
  explicit HeldPublishers(Stream& stream);
  ~HeldPublishers();
  HeldPublishers(const HeldPublishers&) = delete;
  HeldPublishers& operator=(const HeldPublishers&) = delete;

  void hold(const Origin& origin);
  // Cheap when nobody is held.
  void look_again();

 private:
  void arm();
  void release_all();

  Stream& stream_;
  std::vector<Origin> held_;  // by connection
  OwnedTimer timer_;
};

}  // namespace leat
