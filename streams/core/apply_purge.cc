#include <algorithm>
#include <limits>
#include <string>

#include "core/base/duration.h"
#include "core/base/limits.h"
#include "streams/core/apply.h"

namespace leat {

namespace {
constexpr std::string_view kBehindTheEnd = "stream store EOF";
constexpr std::string_view kNoMessage = "no message found";
constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
}  // namespace

// Everything that matches, oldest first: below `seq`, or all but the last `keep`.
void Apply::purge(const PurgeCommand& command) {
  if (state_.config.sealed) {
    reply_error(CommandKind::kPurge, api_error(ApiErrorCode::kStreamSealed));
    return;
  }
  ApplyWork work{.kind = ApplyWork::Kind::kPurge, .next = StreamSeq(1)};
  work.reply = CommandReply{.kind = CommandKind::kPurge};
  work.end = command.seq ? std::min(command.seq, state_.last_seq.next()) : state_.last_seq.next();
  work.left = kNoEnd;
  if (!command.filter.empty()) work.filters = FilterSet({std::string(command.filter)});
  if (command.keep == 0 && work.filters.is_everything() && work.end > state_.last_seq) {
    purge_everything(std::move(*work.reply));
    return;
  }
  const std::uint64_t matching = state_.count(work.filters, StreamSeq(0));
  work.left = matching > command.keep ? matching - command.keep : 0;
  work.next = state_.first_matching(work.filters);
  works_.push_back(std::move(work));
}

// The whole stream at once: what it costs is its subjects and its consumers, not its messages.
void Apply::purge_everything(CommandReply reply) {
  reply.count = state_.index.count();
  if (!state_.index.empty()) {
    const StreamSeq first = state_.index.first();
    const StreamSeq last = state_.index.at_or_before(state_.last_seq);
    out_->removals.push_back({.first = first, .last = last, .reason = RemovalReason::kPurge});
    mix(first.value);
    mix(last.value);
  }
  state_.index.clear();
  state_.subjects.clear();
  state_.bytes = 0;
  state_.ttl.clear();
  state_.schedules.clear();
  state_.ttl_checked = 0;
  for (ConsumerState* consumer : state_.consumer_list) {
    ConsumerMachine::purged_all(*consumer, state_.last_seq.next());
  }
  this->reply(std::move(reply));
}

// A stream on disk tells apart what was never there, what lies outside and what was deleted inside;
// one in memory does not. Clients know these codes.
ApiError Apply::no_such_message(StreamSeq sequence) const {
  if (state_.config.storage == StorageType::kFile) {
    if (sequence > state_.last_seq) {
      return api_error(ApiErrorCode::kStreamMsgDeleteFailed, {kBehindTheEnd});
    }
    if (sequence < state_.first_sequence()) {
      return api_error(ApiErrorCode::kStreamMsgDeleteFailed, {kNoMessage});
    }
  }
  return api_error(ApiErrorCode::kSequenceNotFound, {std::to_string(sequence.value)});
}

void Apply::delete_message(const DeleteMessageCommand& command) {
  if (state_.config.sealed) {
    reply_error(CommandKind::kDeleteMessage, api_error(ApiErrorCode::kStreamSealed));
    return;
  }
  if (!state_.index.contains(command.seq)) {
    reply_error(CommandKind::kDeleteMessage, no_such_message(command.seq));
    return;
  }
  remove(command.seq, RemovalReason::kDeleted);
  reply({.kind = CommandKind::kDeleteMessage, .count = 1});
}

void Apply::lose(const LoseCommand& command) {
  CommandReply answer{.kind = CommandKind::kLose};
  while (answer.count < limits::kMessagesPerApply) {
    const StreamSeq sequence = state_.index.at_or_after(command.first);
    if (!sequence || sequence > command.last) break;
    remove(sequence, RemovalReason::kLost);
    ++answer.count;
  }
  spend(static_cast<std::uint32_t>(answer.count));
  reply(std::move(answer));
}

// Own TTLs first, then age; both end at the same bound, and the leader proposes again.
void Apply::expire(const ExpireCommand& command) {
  CommandReply answer{.kind = CommandKind::kExpire};
  while (answer.count < limits::kMessagesPerApply) {
    const TtlDeadline* next = state_.first_ttl();
    if (next == nullptr || next->at > command.up_to) break;
    remove(next->sequence, RemovalReason::kAge);
    ++answer.count;
  }
  while (answer.count < limits::kMessagesPerApply && state_.config.max_age > 0) {
    const StreamSeq sequence = state_.first_aging();
    if (!sequence) break;
    const WallNs at = time_after(state_.index.find(sequence).time(), state_.config.max_age);
    if (at > command.up_to) break;
    remove(sequence, RemovalReason::kAge);
    ++answer.count;
  }
  spend(static_cast<std::uint32_t>(answer.count));
  reply(std::move(answer));
}

}  // namespace leat
