#include "tests/unit/streams_core/script_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "proto/ack/publish_headers.h"
#include "streams/core/admit.h"
#include "streams/core/scheduled_message.h"
#include "tests/unit/streams_core/script_words.h"

namespace leat::testing {

namespace {

// A word has no blanks: `~` stands for one.
std::string header_line(const std::string& word, std::size_t colon) {
  std::string value = word.substr(colon + 1);
  std::replace(value.begin(), value.end(), '~', ' ');
  return word.substr(0, colon) + ": " + value + "\r\n";
}

}  // namespace

ScriptRunner::ScriptRunner() : now_(kScriptBegin) {
  config_.name = "S";
  config_.subjects = {">"};
  config_.max_msgs = config_.max_bytes = config_.max_msgs_per_subject = config_.max_consumers = -1;
  config_.max_msg_size = -1;
  config_.num_replicas = 1;
  config_.duplicate_window = parse_time("2m");
}

// The parts between semicolons stand in one entry.
std::string ScriptRunner::run(const std::string& line) {
  out_.str("");
  for (const std::string& part : split(line, ';')) {
    const Words words = split(part, ' ');
    if (!words.empty()) run_command(words);
  }
  apply_open();
  return out_.str();
}

void ScriptRunner::run_command(const Words& words) {
  if (run_stream_command(words) || run_consumer_command(words)) return;
  out_ << "unknown command " << words[0] << "\n";
}

bool ScriptRunner::run_stream_command(const Words& words) {
  const std::string& verb = words[0];
  if (verb == "at") {
    now_ = kScriptBegin + parse_time(words.at(1));
  } else if (verb == "config") {
    config(words);
  } else if (verb == "pub") {
    publish(words);
  } else if (verb == "purge") {
    purge(words);
  } else if (verb == "delete") {
    entry().add(
        DeleteMessageCommand{.seq = StreamSeq(std::strtoull(words.at(1).c_str(), nullptr, 10))});
  } else if (verb == "lose") {
    const auto number = [&words](std::size_t i) {
      return StreamSeq(std::strtoull(words.at(i).c_str(), nullptr, 10));
    };
    entry().add(LoseCommand{.first = number(1), .last = number(2)});
  } else if (verb == "expire") {
    entry().add(ExpireCommand{.up_to = now_});
  } else if (verb == "fire") {
    fire(words);
  } else if (verb == "schedules") {
    schedules();
  } else if (verb == "end") {
    entry().add_stream_delete();
  } else if (verb == "info") {
    apply_open();
    if (words.size() > 1 && words[1].find('=') == std::string::npos) {
      consumer_info(words[1]);
    } else {
      stream_info(words);
    }
  } else {
    return false;
  }
  return true;
}

bool ScriptRunner::run_consumer_command(const Words& words) {
  const std::string& verb = words[0];
  if (verb == "consumer") {
    consumer(words);
  } else if (verb == "drop") {
    selectors_.erase(words.at(1));
    delivered_.erase(words.at(1));
    entry().add(ConsumerDeleteCommand{.name = words.at(1)});
  } else if (verb == "choose" || verb == "fetch") {
    apply_open();
    choose(words);
  } else if (verb == "book") {
    BookCommand command;
    if (selector(words.at(1)).take_booking(command)) entry().add(command);
  } else if (verb == "giveup") {
    GiveUpCommand command;
    Selector& chooser = selector(words.at(1));
    chooser.collect_due(now_);
    if (chooser.take_give_up(command)) entry().add(command);
  } else if (verb == "cursor") {
    CursorCommand command;
    if (selector(words.at(1)).take_cursor(command)) entry().add(command);
  } else if (verb == "lead") {
    selectors_.erase(words.at(1));
  } else if (verb == "life") {
    apply_open();
    consumer_life(words.at(1));
  } else if (verb == "ack" || verb == "nak" || verb == "term" || verb == "wpi") {
    acks(words);
  } else {
    return false;
  }
  return true;
}

void ScriptRunner::config(const Words& words) {
  const std::string unknown = apply_fields(parse_fields(words, 1), config_);
  if (!unknown.empty()) out_ << "unknown field " << unknown << "\n";
  entry().add(ConfigCommand{.number = ++config_number_, .config = config_});
}

// pub SUBJECT PAYLOAD Header:value...
void ScriptRunner::publish(const Words& words) {
  std::string headers;
  std::string payload;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t colon = words[i].find(':');
    if (colon == std::string::npos) {
      payload = words[i];
    } else {
      headers += header_line(words[i], colon);
    }
  }
  if (!headers.empty()) headers = "NATS/1.0\r\n" + headers + "\r\n";
  const PublishHeaders scanned = scan_publish_headers(headers);
  const ApiResult<Admission> admitted = admit(config_, scanned,
                                              {.subject = words.at(1),
                                               .header_bytes = headers.size(),
                                               .payload_bytes = payload.size(),
                                               .now = now_});
  if (!admitted) {
    out_ << "pub: not admitted " << static_cast<int>(admitted.error().err_code) << " "
         << admitted.error().description << "\n";
    return;
  }
  std::string room;
  const StoredHeaders stored = stored_headers(headers, scanned, room);
  PublishCommand command{.subject = words.at(1),
                         .headers = stored.headers,
                         .headers_rest = stored.headers_rest,
                         .payload = payload};
  if (!admitted->schedule_due) {
    entry().add(command);
    return;
  }
  const std::string block = schedule_headers(headers, scanned);
  command.headers = block;
  command.headers_rest = {};
  entry().add(ScheduleCommand{.due = *admitted->schedule_due, .publish = command});
}

// fire SEQ DUE NEXT [SUBJECT PAYLOAD Header:value...]: times from the beginning of the script, 0
// for never. What the leader would propose.
void ScriptRunner::fire(const Words& words) {
  const auto time = [&words](std::size_t i) -> WallNs {
    return words.at(i) == "0" ? 0 : kScriptBegin + parse_time(words.at(i));
  };
  FireCommand command{.schedule = StreamSeq(std::strtoull(words.at(1).c_str(), nullptr, 10)),
                      .due = time(2),
                      .next = time(3)};
  std::string headers;
  if (words.size() > 4) {
    command.publish.subject = words[4];
    command.publish.payload = words.at(5);
    for (std::size_t i = 6; i < words.size(); ++i) {
      const std::size_t colon = words[i].find(':');
      headers += header_line(words[i], colon);
    }
    headers = "NATS/1.0\r\n" + headers + "\r\n";
    command.publish.headers = headers;
  }
  entry().add(command);
}

void ScriptRunner::schedules() {
  apply_open();
  for (const DueSchedule& schedule : machine_.due_schedules(INT64_MAX, 1000)) {
    out_ << "schedule " << schedule.sequence << " due " << show_time(schedule.due) << "\n";
  }
}

void ScriptRunner::purge(const Words& words) {
  const auto fields = parse_fields(words, 1);
  PurgeCommand command;
  for (const auto& [key, value] : fields) {
    if (key == "filter") command.filter = value;
    if (key == "seq") command.seq = StreamSeq(std::strtoull(value.c_str(), nullptr, 10));
    if (key == "keep") command.keep = std::strtoull(value.c_str(), nullptr, 10);
  }
  entry().add(command);
}

void ScriptRunner::consumer(const Words& words) {
  const std::string& name = words.at(1);
  auto fields = parse_fields(words, 2);
  ConsumerCreateCommand command;
  if (fields["action"] == "create") command.action = ConsumerAction::kCreate;
  if (fields["action"] == "update") command.action = ConsumerAction::kUpdate;
  if (fields.contains("limit")) command.consumers_max = std::atoll(fields["limit"].c_str());
  fields.erase("action");
  fields.erase("limit");
  command.name = name;
  command.config.durable_name = command.config.name = name;
  command.config.ack_policy = AckPolicy::kExplicit;
  command.config.max_deliver = -1;
  command.config.ack_wait = parse_time("30s");
  command.config.max_ack_pending = 1000;
  const std::string unknown = apply_fields(fields, command.config);
  if (!unknown.empty()) out_ << "unknown field " << unknown << "\n";
  entry().add(command);
}

// choose NAME COUNT: accepted, and booked by a later `book`. fetch: booked at once.
void ScriptRunner::choose(const Words& words) {
  const std::string& name = words.at(1);
  Selector& chooser = selector(name);
  const int count = words.size() > 2 ? std::atoi(words[2].c_str()) : 1;
  for (int i = 0; i < count; ++i) {
    const SelectResult result = chooser.choose(now_);
    if (result.outcome != SelectOutcome::kMessage) {
      out_ << name
           << (result.outcome == SelectOutcome::kFull   ? ": full\n"
               : result.outcome == SelectOutcome::kMore ? ": more\n"
                                                        : ": nothing\n");
      break;
    }
    const Selection& chosen = result.selection;
    out_ << name << ": " << chosen.stream_seq << " as " << chosen.consumer_seq;
    if (chosen.deliveries > 1) out_ << " delivery " << chosen.deliveries;
    out_ << ", " << chosen.pending_after << " pending\n";
    delivered_[name][chosen.stream_seq] = {.consumer_seq = chosen.consumer_seq,
                                           .deliveries = chosen.deliveries};
    chooser.accept(chosen, now_);
  }
  BookCommand command;
  if (words[0] == "fetch" && chooser.take_booking(command)) entry().add(command);
}

// ack NAME SEQ..., nak NAME SEQ [DELAY], term NAME SEQ [REASON], wpi NAME SEQ...
void ScriptRunner::acks(const Words& words) {
  const std::string& name = words.at(1);
  std::vector<AckItem> items;
  const bool has_detail = words[0] == "nak" || words[0] == "term";
  for (std::size_t i = 2; i < words.size() && (i == 2 || !has_detail); ++i) {
    const StreamSeq sequence(std::strtoull(words[i].c_str(), nullptr, 10));
    const Delivered& delivered = delivered_[name][sequence];
    AckItem item{.verb = AckVerb::kAck,
                 .stream_seq = sequence,
                 .consumer_seq = delivered.consumer_seq,
                 .deliveries = delivered.deliveries};
    if (words[0] == "nak") item.verb = AckVerb::kNak;
    if (words[0] == "term") item.verb = AckVerb::kTerm;
    if (words[0] == "wpi") item.verb = AckVerb::kProgress;
    if (words[0] == "nak" && words.size() > 3) item.delay = parse_time(words[3]);
    if (words[0] == "term" && words.size() > 3) item.reason = words[3];
    items.push_back(item);
  }
  const ConsumerState* state = machine_.find_consumer(name);
  entry().add(
      AcksCommand{.consumer = state != nullptr ? state->id() : ConsumerId(999), .items = items});
}

EntryWriter& ScriptRunner::entry() {
  if (!writer_.is_open()) writer_.begin(now_);
  return writer_;
}

void ScriptRunner::apply_open() {
  if (writer_.is_open()) apply(writer_.finish());
}

void ScriptRunner::apply(const Bytes& bytes) {
  const Status status = check_entry(bytes.view());
  ASSERT_TRUE(status.has_value()) << status.error().text;
  effects_.clear();
  ++index_;
  while (machine_.apply(index_, bytes, effects_) == ApplyProgress::kMore) out_ << "more\n";
  store_.take(effects_);
  for (const ConsumerId id : machine_.consumer_ids())
    names_[id] = machine_.find_consumer(id)->name();
  print_publishes();
  print_replies();
  print_removals();
  print_events();
  check_reload();
}

void ScriptRunner::check_reload() {
  store_.write(machine_);
  const StreamMachine loaded = store_.load();
  EXPECT_EQ(describe(loaded), describe(machine_)) << "a restart does not find what was";
}

Selector& ScriptRunner::selector(const std::string& name) {
  std::unique_ptr<Selector>& found = selectors_[name];
  const ConsumerState* state = machine_.find_consumer(name);
  EXPECT_NE(state, nullptr) << name;
  if (found == nullptr) {
    found = std::make_unique<Selector>(*machine_.find_consumer(state->id()), machine_.view());
  }
  return *found;
}

std::string ScriptRunner::consumer_name(ConsumerId id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? "?" : found->second;
}

}  // namespace leat::testing
