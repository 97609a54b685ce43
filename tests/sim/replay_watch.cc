#include "tests/sim/replay_watch.h"

#include <sstream>

#include "streams/core/stream_effects.h"
#include "streams/host/stream.h"

namespace leat::sim {

namespace {

void describe_consumer(const StreamMachine& machine, const ConsumerState& consumer,
                       std::ostringstream& out) {
  const ConsumerInfo info = machine.consumer_info(consumer);
  out << "consumer " << info.name << " id " << consumer.id() << " created " << info.created
      << " delivered " << consumer.next_consumer() << "/" << consumer.next_stream() << " floor "
      << consumer.ack_floor().consumer_seq << "/" << consumer.ack_floor().stream_seq << " pending "
      << info.num_ack_pending << " redelivered " << info.num_redelivered;
  // Nobody counts it for one that is not booked.
  if (consumer.is_booked()) out << " left " << consumer.num_pending();
  out << "\n";
}

}  // namespace

std::string description(const StreamMachine& machine) {
  std::ostringstream out;
  const StreamStateInfo state = machine.state_info({.with_deleted = true, .subjects_filter = ">"});
  out << "applied " << machine.applied() << " hash " << machine.state_hash() << " stamp "
      << machine.last_stamp() << " config " << machine.config_number() << "\nmessages "
      << state.messages << " bytes " << state.bytes << " first " << state.first_seq << " at "
      << state.first_ts << " last " << state.last_seq << " at " << state.last_ts << " deleted "
      << state.num_deleted << ":";
  for (const StreamSeq sequence : state.deleted) out << " " << sequence;
  out << "\nsubjects";
  for (const auto& [subject, count] : state.subjects) out << " " << subject << "=" << count;
  out << "\n";
  for (StreamSeq seq = machine.first_sequence(); seq && seq <= machine.last_sequence(); ++seq) {
    if (!machine.contains(seq)) continue;
    const auto message = machine.message(seq);
    out << seq << " " << message->subject << " " << message->size_bytes << " " << message->time
        << "\n";
  }
  for (const ConsumerId id : machine.consumer_ids()) {
    describe_consumer(machine, *machine.find_consumer(id), out);
  }
  return out.str();
}

void ReplayWatch::violation(const Stream& stream, const std::string& what) {
  findings_.violations.push_back("stream " + stream.name() + ": " + what);
}

void ReplayWatch::applied(Stream& stream, const StreamEffects& /*effects*/) {
  const StreamMachine& machine = stream.machine();
  findings_.book.hashes[stream.uid()][machine.applied()] = machine.state_hash();
}

void ReplayWatch::became_leader(Stream& stream) {
  const auto seen = findings_.book.hashes.find(stream.uid());
  const LogIndex applied = stream.machine().applied();
  if (seen != findings_.book.hashes.end() && applied < seen->second.rbegin()->first) {
    violation(stream, "index " + std::to_string(seen->second.rbegin()->first.value) +
                          " was applied before, and is lost; the last one is " +
                          std::to_string(applied.value));
    return;
  }
  const bool is_first = led_.insert(stream.uid()).second;
  if (is_first && log_.bounds(stream.uid()).last) compare_log(stream);
  if (!is_first || log_.bounds(stream.uid()).last) compare_state(stream);
  findings_.book.hashes[stream.uid()][applied] = stream.machine().state_hash();
}

// Called at the first time only: later this life has written, and trimmed, itself.
void ReplayWatch::compare_log(const Stream& stream) {
  const auto of_stream = entries_.find(stream.uid());
  if (of_stream == entries_.end()) return violation(stream, "nobody has written its log");
  const Status read = log_.replay(stream.uid(), LogIndex(1), [&](const LogRecord& entry) -> Status {
    const auto written = of_stream->second.find(entry.index);
    // What is not there was overwritten by this life's own.
    if (written != of_stream->second.end() && written->second.term == entry.term &&
        written->second.payload.view() != entry.payload.view()) {
      violation(stream, "entry " + std::to_string(entry.index.value) + " is not as it was written");
    }
    return {};
  });
  if (!read) violation(stream, "the log cannot be read: " + read.error().text);
}

void ReplayWatch::compare_state(const Stream& stream) {
  StreamMachine other;
  const Hashes& seen = findings_.book.hashes[stream.uid()];
  const auto of_stream = entries_.find(stream.uid());
  if (of_stream == entries_.end()) return;
  for (const auto& [index, entry] : of_stream->second) {
    if (index > stream.machine().applied()) break;
    if (entry.payload.empty()) continue;
    StreamEffects effects;
    while (other.apply(entry.index, entry.payload, effects) == ApplyProgress::kMore) {
    }
    const auto before = seen.find(entry.index);
    if (before != seen.end() && before->second != other.state_hash()) {
      violation(stream, "index " + std::to_string(entry.index.value) +
                            " has another state hash than before the crash");
    }
  }
  // What this life has proposed itself stands behind what the log had at its start.
  if (other.applied() != stream.machine().applied()) return;
  const std::string expected = description(other);
  const std::string found = description(stream.machine());
  if (expected != found) {
    violation(stream,
              "state differs from its log.\nLOG ALONE\n" + expected + "STORE AND LOG\n" + found);
  }
}

}  // namespace leat::sim
