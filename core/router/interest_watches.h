#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/router/directory.h"
#include "core/router/interest_listener.h"

namespace leat {

// Who watches the interest in which literal subjects. Owned by a router, on its thread. Changes are
// gathered during a turn and told at its end, each subject once.
class InterestWatches {
 public:
  void watch(AccountId account, std::string_view subject, InterestListener& listener);
  void unwatch(AccountId account, std::string_view subject, InterestListener& listener);

  // A subscription of `pattern` came or went. True when somebody is to be told.
  bool note_change(AccountId account, std::string_view pattern);
  void tell();

 private:
  using Listeners = std::vector<InterestListener*>;
  std::vector<TextMap<Listeners>> accounts_;  // by AccountId
  std::vector<std::pair<AccountId, std::string>> changed_;
};

}  // namespace leat
