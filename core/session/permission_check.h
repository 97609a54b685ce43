#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/text_map.h"
#include "core/session/open_replies.h"
#include "core/session/permissions.h"

namespace leat {

// What one connection may do: its user's permissions, the answers they gave lately, and the replies
// that it may still answer. Owned by its session (none where everything is allowed), on the
// shard's thread.
class PermissionCheck {
 public:
  explicit PermissionCheck(std::shared_ptr<const PermissionSet> permissions);

  // A publish that only the answering of a request allows uses up one of its answers.
  bool may_publish(std::string_view subject, SteadyNs now);
  bool may_subscribe(std::string_view subject, std::string_view queue) const;
  bool may_receive(std::string_view subject, std::string_view queue);
  bool filters_deliveries() const { return permissions_->has_subscribe_deny(); }
  bool tracks_replies() const { return replies_.has_value(); }
  // A request with this reply subject was delivered.
  void note_reply(std::string_view reply, SteadyNs now);
  // The same user under a new configuration: what may be answered stays so, unless the rule of
  // answers is another. Leaves `before` without its replies.
  void take_replies_of(PermissionCheck& before);

 private:
  std::shared_ptr<const PermissionSet> permissions_;
  TextMap<bool> may_publish_;  // bounded: emptied when full, as every answer can be found anew
  TextMap<bool> may_receive_;  // the same; only of subjects without a queue
  std::optional<OpenReplies> replies_;  // where the user may answer
};

}  // namespace leat
