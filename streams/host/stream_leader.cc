#include "streams/host/stream_leader.h"

#include "core/base/limits.h"
#include "streams/host/stream.h"

namespace leat {

StreamLeader::StreamLeader(Stream& stream)
    : stream_(stream), ingest_(*this), expiry_(*this), schedules_(*this) {}

StreamLeader::~StreamLeader() {
  lifetime_.end();
  if (open_ != nullptr) stream_.entry_refused();
}

EntryWriter& StreamLeader::entry() {
  if (open_ != nullptr && open_->writer.size_bytes() >= limits::kEntryBytes) close_entry();
  if (open_ == nullptr) {
    open_ = stream_.context().scratch.entries.open(stream_.next_stamp());
    stream_.context().scheduler.at_turn_end(while_leading([this] { close_entry(); }));
  }
  return open_->writer;
}

void StreamLeader::close_entry() {
  if (open_ == nullptr) return;
  stream_.propose_entry(stream_.context().scratch.entries.finish(std::move(open_)));
}

void StreamLeader::take_publish(const RoutedMessage& message, const StoredHeaders& headers) {
  entry().add(PublishCommand{.subject = message.subject,
                             .headers = headers.headers,
                             .headers_rest = headers.headers_rest,
                             .payload = message.payload()});
  await_pub_ack(message);
}

void StreamLeader::take_schedule(const RoutedMessage& message, std::string_view headers,
                                 WallNs due) {
  entry().add(ScheduleCommand{
      .due = due,
      .publish = {.subject = message.subject, .headers = headers, .payload = message.payload()}});
  await_pub_ack(message);
}

void StreamLeader::await_pub_ack(const RoutedMessage& message) {
  const bool is_answered = !stream_.config().no_ack;
  stream_.answers().add_publish(message.account, message.origin.shard,
                                is_answered ? message.reply : std::string_view());
}

void StreamLeader::applied() {
  rearm_timers();
  ingest_.relieved();
}

void StreamLeader::rearm_timers() {
  if (stream_.is_read_only()) return;
  expiry_.rearm();
  schedules_.rearm();
}

void StreamLeader::clock_was_set() {
  expiry_.clock_was_set();
  schedules_.clock_was_set();
}

}  // namespace leat
