#include "tests/unit/streams_core/store_twin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "core/base/limits.h"
#include "storage/api/index_row.h"

namespace leat::testing {

namespace {
constexpr std::size_t kRowMessages = 3;
}  // namespace

void StoreTwin::take(const StreamEffects& effects) {
  for (const StoredEffect& stored : effects.stored) {
    messages_.push_back({.sequence = stored.sequence,
                         .time = stored.time,
                         .subject = std::string(stored.subject),
                         .size_bytes = stored.size_bytes,
                         .ttl_s = stored.ttl_s});
  }
  for (const MessageIdEffect& id : effects.message_ids) {
    ids_.push_back({.sequence = id.sequence, .time = id.time, .id = std::string(id.id)});
  }
}

void StoreTwin::write(StreamMachine& machine) {
  last_ = machine.last_sequence();
  machine.take_dirty_pages([this](const StatePageKey& key, std::string_view value) {
    EXPECT_LE(value.size(), limits::kStatePageBytes);
    if (value.empty()) {
      EXPECT_EQ(pages_.erase(key), 1U) << "a page was deleted that never was written";
    } else {
      pages_[key] = value;
    }
  });
}

StreamMachine StoreTwin::load() const {
  StreamMachine machine;
  load_into(machine);
  return machine;
}

StreamMachine StoreTwin::load(IndexBudget& budget) const {
  StreamMachine machine(&budget);
  load_into(machine);
  return machine;
}

void StoreTwin::load_into(StreamMachine& machine) const {
  for (const auto& [key, value] : pages_) {
    const Status status = machine.load_page(key, value);
    EXPECT_TRUE(status.has_value()) << status.error().text;
  }
  std::size_t next_id = 0;
  for (std::size_t begin = 0; begin < messages_.size() || next_id < ids_.size();) {
    const std::size_t end = std::min(begin + kRowMessages, messages_.size());
    IndexRowBuilder row;
    row.reset(begin < messages_.size() ? messages_[begin].sequence : ids_[next_id].sequence);
    for (std::size_t i = begin; i < end; ++i) {
      const Message& message = messages_[i];
      row.append({.sequence = message.sequence,
                  .time = message.time,
                  .size_bytes = message.size_bytes,
                  .ttl_s = message.ttl_s},
                 message.subject);
    }
    const StreamSeq bound = end < messages_.size() ? messages_[end].sequence : last_.next();
    for (; next_id < ids_.size() && ids_[next_id].sequence < bound; ++next_id) {
      const Id& id = ids_[next_id];
      row.append_id({.sequence = id.sequence, .time = id.time, .id = id.id});
    }
    const Bytes value = row.value(last_);
    const Result<IndexRow> parsed = IndexRow::parse(value.view());
    EXPECT_TRUE(parsed.has_value()) << parsed.error().text;
    const Status status = machine.load_index_row(*parsed);
    EXPECT_TRUE(status.has_value()) << status.error().text;
    begin = end;
  }
  const Status status = machine.finish_load();
  EXPECT_TRUE(status.has_value()) << status.error().text;
}

std::string describe(const StreamMachine& machine) {
  std::ostringstream out;
  const StreamStateInfo info = machine.state_info({.with_deleted = true, .subjects_filter = ">"});
  out << "applied " << machine.applied() << " hash " << machine.state_hash() << " stamp "
      << machine.last_stamp() << " config " << machine.config_number() << " created "
      << machine.created() << "\nmessages " << info.messages << " bytes " << info.bytes << " "
      << info.first_seq << "@" << info.first_ts << ".." << info.last_seq << "@" << info.last_ts
      << " expiry " << machine.next_expiry().value_or(0) << "\ndeleted";
  for (const StreamSeq sequence : info.deleted) out << " " << sequence;
  out << "\n";
  for (const DueSchedule& schedule : machine.due_schedules(INT64_MAX, SIZE_MAX)) {
    out << "schedule " << schedule.sequence << "@" << schedule.due << "\n";
  }
  for (const auto& [subject, count] : info.subjects) {
    out << subject << "=" << count << " last " << machine.last_by_subject(subject) << "\n";
  }
  for (const std::string& name : machine.consumer_names()) {
    const ConsumerState& consumer = *machine.find_consumer(name);
    out << name << " #" << consumer.id() << " " << consumer.next_consumer() << "/"
        << consumer.next_stream() << " redelivered " << consumer.num_redelivered() << " pending";
    if (consumer.is_booked()) {
      // The rest is the leader's own.
      out << " " << consumer.num_pending() << " floor " << consumer.ack_floor().consumer_seq << "/"
          << consumer.ack_floor().stream_seq << "@" << consumer.ack_floor().at;
    }
    for (const PendingDelivery* next = consumer.pending().at_or_after(StreamSeq()); next != nullptr;
         next = consumer.pending().at_or_after(next->stream_seq.next())) {
      out << " [" << next->stream_seq << " " << next->consumer_seq << " x" << next->deliveries
          << " due " << consumer.due(*next) << "]";
    }
    out << "\n";
  }
  return out.str();
}

}  // namespace leat::testing
