#include <algorithm>
#include <utility>

#include "streams/core/apply.h"

namespace leat {

void Apply::configure(ConfigCommand command) {
  CommandReply answer{.kind = CommandKind::kConfig};
  if (command.number <= state_.config_number) {
    reply(std::move(answer));
    return;
  }
  if (state_.config_number == 0) {
    state_.created = now_;
  } else {
    state_.dedup_floor = std::max(state_.dedup_floor, now_ - state_.config.duplicate_window);
    state_.dedup.expire(state_.dedup_floor);
  }
  const StreamConfig old = std::exchange(state_.config, std::move(command.config));
  state_.config_number = command.number;
  state_.age_from = StreamSeq();
  // Where a full subject refuses new messages, it keeps the old ones above a lowered limit too.
  const bool refuses_new =
      state_.config.discard == Discard::kNew && state_.config.discard_new_per_subject;
  if (state_.config.max_msgs_per_subject > 0 && !refuses_new) {
    works_.push_back({.kind = ApplyWork::Kind::kTrimSubjects, .next = StreamSeq(1)});
  }
  if (state_.config.retention == Retention::kInterest && old.retention != Retention::kInterest) {
    works_.push_back({.kind = ApplyWork::Kind::kDropUnwanted,
                      .next = StreamSeq(1),
                      .end = state_.last_seq.next()});
  }
  reply(std::move(answer));
}

void Apply::end_stream() {
  state_.is_deleted = true;
  reply({.kind = CommandKind::kStreamDelete});
}

}  // namespace leat
