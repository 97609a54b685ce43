#pragma once

#include "core/api/api_call.h"
#include "proto/api/info.h"
#include "proto/api/requests.h"
#include "proto/record/meta_entry.h"

namespace leat {

class ApiDesk;
class Stream;

// The endpoints of one stream: CREATE, UPDATE and DELETE on the first shard, the others on the
// owner's (where the stream does not exist, on the first). Made for one call, without a state of
// its own.
class ApiStream {
 public:
  explicit ApiStream(ApiDesk& desk) : desk_(desk) {}
  void serve(ApiCall call);

 private:
  void create(ApiCall call);
  void update(ApiCall call);
  void remove(ApiCall call);
  void info(ApiCall call);
  void purge(ApiCall call);
  void get_message(ApiCall call);
  void delete_message(ApiCall call);
  void refuse_unbuilt(ApiCall call);

  MetaCommand command(const ApiCall& call, MetaCommandKind kind) const;

  ApiDesk& desk_;
};

}  // namespace leat
