#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/ids.h"
#include "core/session/permissions.h"

namespace leat {

// The requests that one connection may still answer, where its user may answer what it is asked
// (`allow_responses`). A grant ends when it is used up or expires; only where the open ones exceed
// limits::kOpenReplyBytes does the oldest give way. Owned by the connection's PermissionCheck, on
// the shard's thread.
class OpenReplies {
 public:
  explicit OpenReplies(ResponsePermission rule) : rule_(rule) {}

  const ResponsePermission& rule() const { return rule_; }
  // A request with this reply subject was delivered: a whole grant, whatever is left of an earlier.
  void grant(std::string_view reply, SteadyNs now);
  // Whether `subject` may be published to as an answer; takes one answer off its grant.
  bool use(std::string_view subject, SteadyNs now);
  std::size_t count() const { return by_subject_.size(); }

 private:
  struct Grant {
    std::string subject;
    int sent = 0;
    SteadyNs since = 0;
  };
  using Grants = std::list<Grant>;

  bool is_expired(const Grant& grant, SteadyNs now) const;
  void end(Grants::iterator grant);

  ResponsePermission rule_;
  Grants grants_;  // by age, so that they expire in this order
  std::unordered_map<std::string_view, Grants::iterator> by_subject_;  // views into grants_
  std::size_t bytes_ = 0;
};

}  // namespace leat
