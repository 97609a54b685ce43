#pragma once

#include <string>

#include "core/api/api_call.h"
#include "proto/api/requests.h"
#include "streams/core/stream_effects.h"

namespace leat {

class ApiDesk;
class Stream;

// The endpoints of consumers, on the shard of their stream (where it does not exist, on the first).
// Made for one call, without a state of its own.
class ApiConsumer {
 public:
  explicit ApiConsumer(ApiDesk& desk) : desk_(desk) {}
  void serve(ApiCall call);

 private:
  void create(ApiCall call);
  void remove(ApiCall call);
  void info(ApiCall call);
  void names(ApiCall call);
  void list(ApiCall call);
  void refuse_unbuilt(ApiCall call);

  ApiDesk& desk_;
};

}  // namespace leat
