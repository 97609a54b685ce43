#include "tests/unit/streams_core/script_runner.h"
#include "tests/unit/streams_core/script_words.h"

namespace leat::testing {

namespace {

const char* reason_name(RemovalReason reason) {
  switch (reason) {
    case RemovalReason::kLimits:
      return "limits";
    case RemovalReason::kAge:
      return "age";
    case RemovalReason::kPurge:
      return "purge";
    case RemovalReason::kDeleted:
      return "deleted";
    case RemovalReason::kConsumed:
      return "consumed";
    case RemovalReason::kNoInterest:
      return "no interest";
    case RemovalReason::kLost:
      return "lost";
  }
  return "?";
}

}  // namespace

void ScriptRunner::print_publishes() {
  for (const PublishVerdict& verdict : effects_.verdicts) {
    if (verdict.kind == PublishVerdict::Kind::kRefused) {
      const ApiError error = to_api_error(verdict);
      out_ << "pub: " << static_cast<int>(error.err_code) << " " << error.description << "\n";
      continue;
    }
    out_ << "pub: seq " << verdict.sequence;
    if (verdict.kind == PublishVerdict::Kind::kDuplicate) out_ << " duplicate";
    out_ << "\n";
  }
}

void ScriptRunner::print_replies() {
  for (const CommandReply& reply : effects_.replies) {
    if (reply.error) {
      out_ << "error " << static_cast<int>(reply.error->err_code) << " " << reply.error->description
           << "\n";
      continue;
    }
    switch (reply.kind) {
      case CommandKind::kPurge:
        out_ << "purged " << reply.count << "\n";
        break;
      case CommandKind::kExpire:
        out_ << "expired " << reply.count << "\n";
        break;
      case CommandKind::kFire:
        out_ << (reply.is_refused ? "fire refused\n" : reply.count == 0 ? "ended\n" : "fired\n");
        break;
      case CommandKind::kLose:
        out_ << "lost " << reply.count << "\n";
        break;
      case CommandKind::kGiveUp:
        out_ << "gave up " << reply.count << "\n";
        break;
      case CommandKind::kBook:
        if (reply.is_refused) out_ << "book refused\n";
        break;
      case CommandKind::kCursor:
        if (reply.is_refused) out_ << "cursor refused\n";
        break;
      case CommandKind::kConsumerCreate:
        out_ << (reply.change == CommandReply::Change::kCreated   ? "created\n"
                 : reply.change == CommandReply::Change::kUpdated ? "updated\n"
                                                                  : "unchanged\n");
        break;
      case CommandKind::kConsumerDelete:
        out_ << "dropped\n";
        break;
      default:
        break;
    }
  }
  for (const AckVerdict& ack : effects_.acks) {
    if (!ack.is_answered) out_ << "ack: not answered\n";
  }
}

void ScriptRunner::print_removals() {
  for (const RemovalEffect& removal : effects_.removals) {
    out_ << "removed " << removal.first;
    if (removal.last != removal.first) out_ << "-" << removal.last;
    out_ << " " << reason_name(removal.reason) << "\n";
  }
}

void ScriptRunner::print_events() {
  for (const DeliveryEvent& event : effects_.events) {
    out_ << "event " << consumer_name(event.consumer) << " "
         << (event.kind == DeliveryEvent::Kind::kNak          ? "nak "
             : event.kind == DeliveryEvent::Kind::kTerminated ? "terminated "
                                                              : "max deliver ")
         << event.stream_seq << " as " << event.consumer_seq << " x" << event.deliveries;
    if (!event.reason.empty()) out_ << " (" << event.reason << ")";
    out_ << "\n";
  }
  for (const GoneDelivery& gone : effects_.gone) {
    out_ << "gone " << gone.stream_seq << " as " << gone.consumer_seq << "\n";
  }
  if (effects_.woken.empty()) return;
  out_ << "wake";
  for (const ConsumerId id : effects_.woken) out_ << " " << consumer_name(id);
  out_ << "\n";
}

void ScriptRunner::stream_info(const Words& words) {
  const auto fields = parse_fields(words, 1);
  const auto filter = fields.find("subjects");
  const StreamStateInfo info = machine_.state_info(
      {.with_deleted = true,
       .subjects_filter = filter == fields.end() ? std::string_view() : filter->second});
  out_ << "messages " << info.messages << " bytes " << info.bytes << " first " << info.first_seq
       << " " << show_time(info.first_ts) << " last " << info.last_seq << " "
       << show_time(info.last_ts) << " subjects " << info.num_subjects;
  if (info.num_deleted > 0) out_ << " deleted " << info.num_deleted << ":";
  for (const StreamSeq sequence : info.deleted) out_ << " " << sequence;
  out_ << "\n";
  for (const auto& [subject, count] : info.subjects)
    out_ << "  " << subject << " " << count << "\n";
}

void ScriptRunner::consumer_info(const std::string& name) {
  const ConsumerState* state = machine_.find_consumer(name);
  if (state == nullptr) {
    out_ << "no consumer " << name << "\n";
    return;
  }
  const ConsumerInfo info = machine_.consumer_info(*state);
  out_ << name << " delivered " << info.delivered.consumer_seq << "/" << info.delivered.stream_seq
       << " floor " << info.ack_floor.consumer_seq << "/" << info.ack_floor.stream_seq
       << " ack pending " << info.num_ack_pending << " redelivered " << info.num_redelivered
       << " pending " << info.num_pending << "\n";
}

// Whether it is durable, and how long it stays when nobody uses it.
void ScriptRunner::consumer_life(const std::string& name) {
  const ConsumerState* consumer = machine_.find_consumer(name);
  if (consumer == nullptr) {
    out_ << "no consumer " << name << "\n";
    return;
  }
  const ConsumerConfig& config = consumer->config();
  out_ << name << (config.is_durable() ? " durable" : " ephemeral");
  if (config.inactive_threshold > 0)
    out_ << " for " << config.inactive_threshold / 1'000'000'000 << "s";
  out_ << "\n";
}

}  // namespace leat::testing
