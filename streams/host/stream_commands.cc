// The way into a stream: commands of a turn become one entry.
#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "streams/host/stream.h"

namespace leat {

WallNs Stream::now() const {
  const WallNs wall = context_.clock.wall_ns();
  if (wall >= last_stamp_) return wall;
  // A clock that has gone back: counted on from the last stamp.
  return last_stamp_ + std::max<DurationNs>(0, context_.clock.steady_ns() - last_stamp_at_);
}

SteadyNs Stream::steady_at(WallNs due) const {
  const SteadyNs steady = context_.clock.steady_ns();
  const WallNs wall = now();
  if (due <= wall) return steady;
  return steady + std::min(due - wall, std::numeric_limits<SteadyNs>::max() - steady);
}

void Stream::at_turn_end(Task task) {
  context_.scheduler.at_turn_end([self = lifetime_.ref(), task = std::move(task)]() mutable {
    if (self) task();
  });
}

void Stream::post(Task task) {
  context_.scheduler.post([self = lifetime_.ref(), task = std::move(task)]() mutable {
    if (self) task();
  });
}

WallNs Stream::next_stamp() {
  last_stamp_ = now();
  last_stamp_at_ = context_.clock.steady_ns();
  return last_stamp_;
}

void Stream::propose_entry(Bytes entry) {
  const std::size_t size_bytes = entry.size();
  const Result<Proposal> proposal = group_->propose(std::move(entry));
  if (!proposal) return entry_refused();
  answers_.entry_proposed(*proposal, size_bytes);
}

void Stream::entry_refused() {
  after_applied_.refused_behind(group_->last_index(),
                                [](FateCallback callback, Fate fate) { callback(fate); });
  answers_.entry_refused();
}

// Nobody waits for this entry: who asked for the configuration waits until it is applied, whoever
// has proposed it.
void Stream::propose_config() {
  if (leader_ != nullptr) leader_->close_entry();
  std::unique_ptr<OpenEntry> entry = context_.scratch.entries.open(next_stamp());
  entry->writer.add(ConfigCommand{.number = config_number_, .config = *assigned_});
  const Result<Proposal> proposal =
      group_->propose(context_.scratch.entries.finish(std::move(entry)));
  if (proposal) config_proposed_in_ = proposal->term;
}

void Stream::propose(const AcksCommand& command, std::span<const AckSender> senders) {
  LEAT_CHECK(command.items.size() == senders.size());
  if (leader_ == nullptr) return;  // acks are sent again
  leader_->entry().add(command);
  for (const AckSender& sender : senders) {
    answers_.add_ack(sender.account, sender.shard, sender.reply);
  }
}

void Stream::after_applied(FateCallback callback) {
  Proposal awaited = group_->last();
  if (leader_ != nullptr && leader_->has_open_entry()) {
    awaited = {.index = awaited.index.next(), .term = group_->term()};
  }
  if (awaited.index <= group_->applied().index) return callback(Fate::kApplied);
  after_applied_.add(awaited, std::move(callback));
}

void Stream::when_readable(FateCallback callback) {
  if (room() == DiskRoom::kExhausted) return callback(Fate::kApplied);
  after_applied(std::move(callback));
}

bool Stream::is_overloaded() const {
  return answers_.unapplied_bytes() > limits::kStreamPendingBytes ||
         context_.groups.log().pending_bytes() > limits::kLogPendingBytes ||
         context_.store.pending_bytes() > limits::kStorePendingBytes;
}

}  // namespace leat
