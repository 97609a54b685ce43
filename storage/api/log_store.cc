#include "storage/api/log_store.h"

namespace leat {

tl::unexpected<Error> entry_has_left(GroupId group, LogIndex from) {
  return failure(ErrorKind::kNotFound, "entry " + std::to_string(from.value) + " of group " +
                                           std::to_string(group.value) + " has left the log");
}

std::string suspect_text(const SuspectRange& range) {
  std::string text =
      range.group ? "group " + std::to_string(range.group.value) : "any group it does not name";
  if (range.first) {
    text += ", entries " + std::to_string(range.first.value) + " to " +
            (range.last ? std::to_string(range.last.value) : "the end");
  }
  if (range.is_hard_state_lost) text += ", perhaps its vote";
  return text + ": " + range.reason;
}

}  // namespace leat
