#include "streams/core/apply.h"

#include <algorithm>
#include <utility>

#include "core/base/chain_hash.h"
#include "core/base/check.h"
#include "core/base/limits.h"

namespace leat {

namespace {
constexpr std::uint64_t kEntriesPerFullHash = 65'536;
}  // namespace

ApplyProgress Apply::run(LogIndex index, const Bytes& entry, StreamEffects& out) {
  EntryReader reader(entry.view());
  out_ = &out;
  budget_ = limits::kMessagesPerApply;
  ++state_.apply_calls;
  if (open_index_) {
    LEAT_CHECK(index == open_index_) << index << " while " << open_index_ << " is not finished";
    reader.seek(open_offset_);
  } else {
    begin(index, reader, entry.view());
  }
  while (settle()) {
    if (budget_ == 0) {
      open_offset_ = reader.position();
      open_index_ = index;
      return ApplyProgress::kMore;
    }
    if (!reader.next()) {
      open_index_ = LogIndex();
      return ApplyProgress::kDone;
    }
    spend(1);
    dispatch(reader);
  }
  open_offset_ = reader.position();
  open_index_ = index;
  return ApplyProgress::kMore;
}

void Apply::begin(LogIndex index, const EntryReader& reader, std::string_view entry) {
  LEAT_CHECK(index > state_.applied) << index << " after " << state_.applied;
  gone_consumers_.clear();
  const LogIndex before = std::exchange(state_.applied, index);
  state_.last_stamp = std::max(state_.last_stamp, reader.stamp());
  now_ = state_.last_stamp;
  if (state_.config.duplicate_window > 0) {
    state_.dedup.expire(now_ - state_.config.duplicate_window);
  }
  state_.hash = chain_hash({.previous_hash = state_.hash, .index = index, .term = {}}, entry);
  if (index.value / kEntriesPerFullHash != before.value / kEntriesPerFullHash) mix_state();
}

// What the chain of commands should have made of the stream, so that a difference which no verdict
// shows is seen by the next one of these. Its cost is the consumers, not the messages.
void Apply::mix_state() {
  const auto mix_time = [this](WallNs time) { mix(static_cast<std::uint64_t>(time)); };
  mix(state_.config_number);
  mix(state_.index.count());
  mix(state_.bytes);
  mix(state_.first_sequence().value);
  mix(state_.last_seq.value);
  mix_time(state_.last_time);
  mix_time(state_.dedup_floor);
  mix(state_.subjects.count());
  mix(state_.next_consumer.value);
  if (!state_.schedules.empty()) {
    mix(state_.schedules.count());
    mix_time(*state_.schedules.first_due());
  }
  for (const ConsumerState* consumer : state_.consumer_list) {
    mix(consumer->id().value);
    // Otherwise they are the leader's.
    if (!consumer->is_booked()) continue;
    mix(consumer->next_consumer().value);
    mix(consumer->next_stream().value);
    mix(consumer->num_pending());
    mix(consumer->pending().count());
  }
}

void Apply::mix(std::uint64_t word) {
  std::uint64_t hash = (state_.hash ^ word) * 0x9E3779B97F4A7C15ULL;
  hash ^= hash >> 32;
  state_.hash = hash;
}

void Apply::dispatch(const EntryReader& reader) {
  if (state_.is_deleted || (state_.config_number == 0 && reader.kind() != CommandKind::kConfig)) {
    refuse_all(reader);
    return;
  }
  switch (reader.kind()) {
    case CommandKind::kPublish:
      publish(reader.publish(), std::nullopt);
      return;
    case CommandKind::kSchedule: {
      const ScheduleCommand command = reader.schedule();
      publish(command.publish, command.due);
      return;
    }
    case CommandKind::kFire:
      fire(reader.fire());
      return;
    case CommandKind::kConsumerCreate:
      create_consumer(reader.consumer_create());
      return;
    case CommandKind::kConsumerDelete:
      delete_consumer(reader.consumer_delete());
      return;
    case CommandKind::kBook:
      book(reader.book());
      return;
    case CommandKind::kAcks:
      acks(reader.acks());
      return;
    case CommandKind::kCursor:
      cursor(reader.cursor());
      return;
    case CommandKind::kGiveUp:
      give_up(reader.give_up());
      return;
    case CommandKind::kConfig:
    case CommandKind::kPurge:
    case CommandKind::kDeleteMessage:
    case CommandKind::kLose:
    case CommandKind::kExpire:
    case CommandKind::kCounted:
    case CommandKind::kSetVersion:
    case CommandKind::kStreamDelete:
      dispatch_to_stream(reader);
      return;
  }
  LEAT_CHECK(false) << "command kind " << static_cast<int>(reader.kind());
}

void Apply::dispatch_to_stream(const EntryReader& reader) {
  switch (reader.kind()) {
    case CommandKind::kConfig:
      configure(reader.config());
      return;
    case CommandKind::kPurge:
      purge(reader.purge());
      return;
    case CommandKind::kDeleteMessage:
      delete_message(reader.delete_message());
      return;
    case CommandKind::kLose:
      lose(reader.lose());
      return;
    case CommandKind::kExpire:
      expire(reader.expire());
      return;
    case CommandKind::kSetVersion:
      state_.apply_version = std::max(state_.apply_version, reader.set_version().version);
      reply({.kind = CommandKind::kSetVersion});
      return;
    case CommandKind::kStreamDelete:
      end_stream();
      return;
    case CommandKind::kPublish:
    case CommandKind::kSchedule:
    case CommandKind::kFire:
    case CommandKind::kConsumerCreate:
    case CommandKind::kConsumerDelete:
    case CommandKind::kBook:
    case CommandKind::kAcks:
    case CommandKind::kCursor:
    case CommandKind::kGiveUp:
    case CommandKind::kCounted:
      break;
  }
  LEAT_CHECK(false) << "command kind " << static_cast<int>(reader.kind());
}

// A stream that has ended, or has no configuration yet, takes nothing.
void Apply::refuse_all(const EntryReader& reader) {
  if (reader.kind() == CommandKind::kPublish || reader.kind() == CommandKind::kSchedule) {
    refuse(ApiErrorCode::kStreamNotFound, 0, {});
    return;
  }
  if (reader.kind() == CommandKind::kAcks) {
    AcksView view = reader.acks();
    AckItem item;
    while (view.items.next(item)) out_->acks.push_back({.is_answered = false});
    return;
  }
  CommandReply refusal{.kind = reader.kind(), .is_refused = true};
  refusal.error = api_error(ApiErrorCode::kStreamNotFound);
  reply(std::move(refusal));
}

void Apply::reply(CommandReply reply) {
  mix(static_cast<std::uint64_t>(reply.kind) << 32 ^ reply.count);
  if (reply.error) mix(static_cast<std::uint64_t>(reply.error->err_code));
  out_->replies.push_back(std::move(reply));
}

void Apply::reply_error(CommandKind kind, ApiError error) {
  CommandReply refusal{.kind = kind};
  refusal.error = std::move(error);
  reply(std::move(refusal));
}

void Apply::wake(ConsumerState& consumer) {
  if (ConsumerMachine::mark_woken(consumer, state_.apply_calls)) {
    out_->woken.push_back(consumer.id());
  }
}

}  // namespace leat
