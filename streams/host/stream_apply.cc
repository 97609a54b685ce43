// The way out of a stream: a committed entry through the machine to blocks, answers and listeners.
#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/log.h"
#include "streams/host/stream.h"

namespace leat {

StateMachine::Applied Stream::apply(const RaftEntry& entry) {
  // A replay is one long turn.
  if (leader_ == nullptr && context_.index_budget != nullptr) context_.index_budget->settle();
  StreamEffects& effects = context_.scratch.effects;
  effects.clear();
  if (machine_.apply(entry.index, entry.payload, effects) == ApplyProgress::kMore) {
    unfinished_ = std::make_unique<Unfinished>(Unfinished{entry, std::move(effects)});
    effects = StreamEffects();
    post([this] { continue_apply(); });
    return Applied::kLater;
  }
  finish_apply(entry, effects);
  return Applied::kYes;
}

void Stream::continue_apply() {
  const RaftEntry& entry = unfinished_->entry;
  if (machine_.apply(entry.index, entry.payload, unfinished_->effects) == ApplyProgress::kMore) {
    post([this] { continue_apply(); });
    return;
  }
  const std::unique_ptr<Unfinished> finished = std::move(unfinished_);
  finish_apply(finished->entry, finished->effects);
  group_->entry_applied();
}

void Stream::finish_apply(const RaftEntry& entry, const StreamEffects& effects) {
  keep_stored(entry.payload, effects);
  if (!effects.removals.empty()) note_removals(effects);
  count_bytes();
  if (blocks_.has_full()) plan_write_set();
  // From here on code of others runs, which may propose but not apply.
  // Listeners first: who is told that a consumer was made finds it.
  if (leader_ != nullptr) {
    for (StreamListener* listener : listeners()) listener->applied(*this, effects);
  }
  // Subscriptions may not change inside a publish, and apply is never inside one.
  if (machine_.config_number() != followed_config_) {
    follow_config();
    begin_to_lead();
    run_when_configured();
  }
  const Proposal place{.index = entry.index, .term = entry.term};
  answers_.release(place, effects);
  if (leader_ != nullptr) leader_->applied();
  reached(place);
}

void Stream::passed_no_op(const Proposal& place) {
  answers_.passed_no_op(place);
  reached(place);
}

void Stream::reached(const Proposal& place) {
  after_applied_.reached(place, [](FateCallback callback, Fate fate) { callback(fate); });
}

void Stream::note_removals(const StreamEffects& effects) {
  const StreamSeq first_kept = machine_.first_kept();
  blocks_left_ += blocks_.forget_below(first_kept);
  for (const RemovalEffect& removal : effects.removals) {
    // What could not be read stays where it is, for whoever wants to look.
    if (removal.last < first_kept || removal.reason == RemovalReason::kLost) continue;
    blocks_.removed(std::max(removal.first, first_kept), removal.last);
  }
  // A stream that only loses messages would never tell the store that their room is free.
  if (blocks_left_ + blocks_.empty_count() >= limits::kBlocksLeftUntold) must_store();
}

void Stream::keep_stored(const Bytes& entry, const StreamEffects& effects) {
  std::size_t next_id = 0;
  const auto append_ids = [&](StreamSeq through) {
    for (; next_id < effects.message_ids.size(); ++next_id) {
      const MessageIdEffect& id = effects.message_ids[next_id];
      if (id.sequence > through) return;
      blocks_.append_id({.sequence = id.sequence, .time = id.time, .id = id.id});
    }
  };
  const bool is_in_tail = entry.size() >= limits::kTailEntryBytes && !effects.stored.empty();
  if (is_in_tail) tail_.begin_entry(entry);
  for (const StoredEffect& stored : effects.stored) {
    // Headers and payload stand next to each other in an entry.
    const std::string_view body =
        stored.headers.empty() ? stored.payload
                               : std::string_view(stored.headers.data(),
                                                  stored.headers.size() + stored.payload.size());
    const MessageView message{.sequence = stored.sequence,
                              .time = stored.time,
                              .subject = stored.subject,
                              .headers = stored.headers,
                              .body = body};
    blocks_.append(message, {.size_bytes = stored.size_bytes, .ttl_s = stored.ttl_s});
    if (is_in_tail) tail_.add(message);
    append_ids(stored.sequence);
  }
  append_ids(StreamSeq(~std::uint64_t{0}));
}

void Stream::plan_write_set() {
  if (is_write_set_planned_) return;
  is_write_set_planned_ = true;
  at_turn_end([this] {
    is_write_set_planned_ = false;
    // Never inside an entry: its end plans the write set again.
    if (unfinished_ == nullptr) take_write_set();
  });
}

void Stream::must_store() {
  is_flush_wanted_ = true;
  plan_write_set();
}

void Stream::take_write_set() {
  if (is_removed_ || machine_.is_deleted() || is_read_only()) return;
  WriteSet set;
  set.group = uid();
  rewriter_.put(blocks_, machine_);
  blocks_.take(set, machine_);
  machine_.take_dirty_pages([&set](const StatePageKey& key, std::string_view value) {
    set.pages.push_back({.key = key, .value = Bytes::copy_of(value)});
  });
  set.raft_row = group_->raft_row();
  set.stored = group_->applied().index;
  set.first_kept = machine_.first_kept();
  set.first_row_kept = machine_.first_row_kept();
  set.hard_state = group_->hard_state_place();
  set.wants_flush = std::exchange(is_flush_wanted_, false);
  blocks_left_ = 0;
  context_.store.write(std::move(set), [self = lifetime_.ref()] {
    if (self) self->blocks_.written();
  });
  rewriter_.read_some(blocks_);
}

// Says what is gone, and takes it out of the stream, so that nobody waits for it.
void Stream::block_lost(StreamSeq first, const Error& why) {
  const StreamSeq next = blocks_.next_block(first);
  const StreamSeq last = next ? next.previous() : machine_.last_sequence();
  std::uint64_t count = 0;
  StreamSeq lost_first;
  StreamSeq lost_last;
  for (StreamSeq sequence = first; sequence <= last; ++sequence) {
    // What still stands in memory is not lost.
    if (!machine_.contains(sequence) || reader_.find(sequence)) continue;
    if (count++ == 0) lost_first = sequence;
    lost_last = sequence;
  }
  if (count == 0) return;
  const std::string text = "messages " + std::to_string(lost_first.value) + " to " +
                           std::to_string(lost_last.value) + " (" + std::to_string(count) +
                           ") are lost: " + why.text;
  LEAT_LOG(kError) << "Stream " << name() << ": " << text;
  context_.damages.push_back({.account = account(), .uid = uid(), .stream = name(), .text = text});
  for (StreamSeq from = lost_first; from <= lost_last;) {
    const StreamSeq to = std::min(lost_last, StreamSeq(from.value + limits::kMessagesPerApply - 1));
    propose(LoseCommand{.first = from, .last = to}, [](const CommandOutcome&) {});
    from = to.next();
  }
}

void Stream::get_message(StreamSeq sequence, MessageCallback done) {
  if (!machine_.contains(sequence)) {
    done(failure(ErrorKind::kNotFound, "no message found"));
    return;
  }
  if (const std::optional<MessageView> found = reader_.find(sequence)) {
    done(*found);
    return;
  }
  reader_.load(
      sequence, reader_.extent_of_one(sequence, machine_.bytes()),
      [this, sequence, done = std::move(done)](Status loaded) mutable {
        const std::optional<MessageView> found = reader_.find(sequence);
        // Retention may have taken the block while it was being read.
        if (found && machine_.contains(sequence)) {
          done(*found);
        } else if (!machine_.contains(sequence)) {
          done(failure(ErrorKind::kNotFound, "no message found"));
        } else if (!loaded) {
          done(tl::unexpected(loaded.error()));
        } else {
          done(failure(ErrorKind::kCorruption,
                       "message " + std::to_string(sequence.value) + " is missing in its block"));
        }
      });
}

}  // namespace leat
