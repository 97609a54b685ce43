#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api/api_call.h"
#include "proto/api/replies.h"
#include "proto/api/requests.h"

namespace leat {

class ApiDesk;

// The endpoints about an account as a whole, on the first shard: INFO, STREAM.NAMES, STREAM.LIST.
// What lies on other shards is gathered by mail. Made for one call, without a state of its own.
class ApiAccount {
 public:
  explicit ApiAccount(ApiDesk& desk) : desk_(desk) {}
  void serve(ApiCall call);

 private:
  void info(ApiCall call);
  void names(ApiCall call);
  void list(ApiCall call);
  std::vector<std::string> matching_names(AccountId account, const PageRequest& request) const;
  std::vector<std::string> page_of(std::vector<std::string> names, Page& page) const;

  ApiDesk& desk_;
};

}  // namespace leat
