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
  context_.scheduler.at_turn_end([self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task();
  });
}

void Stream::post(Task task) {
  context_.scheduler.post([self = self_, task = std::move(task)]() mutable {
    if (*self != nullptr) task();
  });
}

void Stream::open_entry() {
  if (open_ != nullptr) {
    if (open_->writer.size_bytes() < limits::kEntryBytes) return;
    close_entry();
  }
  last_stamp_ = now();
  last_stamp_at_ = context_.clock.steady_ns();
  open_ = context_.scratch.entries.open(last_stamp_);
  context_.scheduler.at_turn_end([self = self_] {
    if (*self != nullptr) (*self)->close_entry();
  });
}

void Stream::close_entry() {
  if (open_ == nullptr) return;
  Bytes entry = context_.scratch.entries.finish(std::move(open_));
  unapplied_bytes_ += entry.size();
  const Result<LogIndex> index = group_->propose(std::move(entry));
  LEAT_CHECK(index.has_value()) << index.error().text;
  answers_.entry_proposed(*index);
}

void Stream::take_publish(const RoutedMessage& message, const StoredHeaders& headers) {
  open_entry();
  open_->writer.add(PublishCommand{.subject = message.subject,
                                   .headers = headers.headers,
                                   .headers_rest = headers.headers_rest,
                                   .payload = message.payload()});
  await_pub_ack(message);
}

void Stream::take_schedule(const RoutedMessage& message, std::string_view headers, WallNs due) {
  open_entry();
  open_->writer.add(ScheduleCommand{
      .due = due,
      .publish = {.subject = message.subject, .headers = headers, .payload = message.payload()}});
  await_pub_ack(message);
}

void Stream::await_pub_ack(const RoutedMessage& message) {
  const bool is_answered = !config().no_ack;
  answers_.add_publish(message.account, message.origin.shard,
                       is_answered ? message.reply : std::string_view());
}

template <typename Command>
void Stream::add_command(const Command& command, CommandCallback done) {
  open_entry();
  open_->writer.add(command);
  answers_.add_command(std::move(done));
}

void Stream::propose(const PurgeCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const DeleteMessageCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const LoseCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const ExpireCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const FireCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const ConsumerCreateCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const ConsumerDeleteCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const BookCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const CursorCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}
void Stream::propose(const GiveUpCommand& command, CommandCallback done) {
  add_command(command, std::move(done));
}

void Stream::propose_config(CommandCallback done) {
  add_command(ConfigCommand{.number = config_number_, .config = *assigned_}, std::move(done));
}

void Stream::propose(const AcksCommand& command, std::span<const AckSender> senders) {
  LEAT_CHECK(command.items.size() == senders.size());
  open_entry();
  open_->writer.add(command);
  for (const AckSender& sender : senders) {
    answers_.add_ack(sender.account, sender.shard, sender.reply);
  }
}

void Stream::after_applied(Task task) {
  const LogIndex awaited = open_ != nullptr ? group_->last_index().next() : group_->last_index();
  if (awaited <= group_->applied().index) {
    task();
    return;
  }
  after_applied_.push_back({.index = awaited, .task = std::move(task)});
}

void Stream::when_readable(Task task) {
  if (room() == DiskRoom::kExhausted) return task();
  after_applied(std::move(task));
}

bool Stream::is_overloaded() const {
  return unapplied_bytes_ > limits::kStreamPendingBytes ||
         context_.groups.log().pending_bytes() > limits::kLogPendingBytes ||
         context_.store.pending_bytes() > limits::kStorePendingBytes;
}

}  // namespace leat
