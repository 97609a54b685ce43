#include "tests/unit/streams_core/script_words.h"

#include <cstdlib>
#include <functional>
#include <sstream>

namespace leat::testing {

namespace {

template <typename Config>
using Setters = std::map<std::string, std::function<void(Config&, const std::string&)>>;

std::int64_t number(const std::string& text) { return std::atoll(text.c_str()); }

template <typename Config>
std::string apply_setters(const Setters<Config>& setters,
                          const std::map<std::string, std::string>& fields, Config& config) {
  for (const auto& [key, value] : fields) {
    const auto setter = setters.find(key);
    if (setter == setters.end()) return key;
    setter->second(config, value);
  }
  return {};
}

const Setters<StreamConfig>& stream_setters() {
  using C = StreamConfig;
  using S = const std::string&;
  static const Setters<C> setters = {
      {"name", [](C& c, S v) { c.name = v; }},
      {"retention",
       [](C& c, S v) {
         c.retention = v == "interest"    ? Retention::kInterest
                       : v == "workqueue" ? Retention::kWorkQueue
                                          : Retention::kLimits;
       }},
      {"max_msgs", [](C& c, S v) { c.max_msgs = number(v); }},
      {"max_bytes", [](C& c, S v) { c.max_bytes = number(v); }},
      {"max_age", [](C& c, S v) { c.max_age = parse_time(v); }},
      {"per_subject", [](C& c, S v) { c.max_msgs_per_subject = number(v); }},
      {"max_msg_size", [](C& c, S v) { c.max_msg_size = static_cast<std::int32_t>(number(v)); }},
      {"max_consumers", [](C& c, S v) { c.max_consumers = number(v); }},
      {"discard", [](C& c, S v) { c.discard = v == "new" ? Discard::kNew : Discard::kOld; }},
      {"new_per_subject", [](C& c, S v) { c.discard_new_per_subject = v == "true"; }},
      {"storage",
       [](C& c, S v) { c.storage = v == "memory" ? StorageType::kMemory : StorageType::kFile; }},
      {"window", [](C& c, S v) { c.duplicate_window = parse_time(v); }},
      {"rollup", [](C& c, S v) { c.allow_rollup_hdrs = v == "true"; }},
      {"subjects", [](C& c, S v) { c.subjects = split(v, ','); }},
      {"sealed", [](C& c, S v) { c.sealed = v == "true"; }},
      {"deny_purge", [](C& c, S v) { c.deny_purge = v == "true"; }},
      {"ttl", [](C& c, S v) { c.allow_msg_ttl = v == "true"; }},
      {"schedules", [](C& c, S v) { c.allow_msg_schedules = c.allow_rollup_hdrs = v == "true"; }},
  };
  return setters;
}

DeliverPolicy deliver_policy(const std::string& text) {
  if (text == "last") return DeliverPolicy::kLast;
  if (text == "new") return DeliverPolicy::kNew;
  if (text == "by_seq") return DeliverPolicy::kByStartSequence;
  if (text == "by_time") return DeliverPolicy::kByStartTime;
  if (text == "last_per_subject") return DeliverPolicy::kLastPerSubject;
  return DeliverPolicy::kAll;
}

AckPolicy ack_policy(const std::string& text) {
  if (text == "none") return AckPolicy::kNone;
  return text == "all" ? AckPolicy::kAll : AckPolicy::kExplicit;
}

const Setters<ConsumerConfig>& consumer_setters() {
  using C = ConsumerConfig;
  using S = const std::string&;
  static const Setters<C> setters = {
      {"deliver", [](C& c, S v) { c.deliver_policy = deliver_policy(v); }},
      {"start_seq",
       [](C& c, S v) { c.opt_start_seq = StreamSeq(static_cast<std::uint64_t>(number(v))); }},
      {"start_time", [](C& c, S v) { c.opt_start_time = kScriptBegin + parse_time(v); }},
      {"ack", [](C& c, S v) { c.ack_policy = ack_policy(v); }},
      {"ack_wait", [](C& c, S v) { c.ack_wait = parse_time(v); }},
      {"max_deliver", [](C& c, S v) { c.max_deliver = number(v); }},
      {"max_ack_pending", [](C& c, S v) { c.max_ack_pending = number(v); }},
      {"backoff",
       [](C& c, S v) {
         c.backoff.clear();
         for (const std::string& step : split(v, ',')) c.backoff.push_back(parse_time(step));
       }},
      {"filter",
       [](C& c, S v) {
         c.filter_subject.clear();
         c.filter_subjects = split(v, ',');
         if (c.filter_subjects.size() > 1) return;
         c.filter_subject = c.filter_subjects.empty() ? "" : c.filter_subjects[0];
         c.filter_subjects.clear();
       }},
      {"description", [](C& c, S v) { c.description = v; }},
      {"to", [](C& c, S v) { c.deliver_subject = v; }},
      {"ephemeral", [](C& c, S) { c.durable_name.clear(); }},
      {"threshold", [](C& c, S v) { c.inactive_threshold = parse_time(v); }},
  };
  return setters;
}

}  // namespace

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> words;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, separator);) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

DurationNs parse_time(const std::string& text) {
  char* unit = nullptr;
  const double amount = std::strtod(text.c_str(), &unit);
  const std::string suffix = unit;
  const double factor = suffix == "s"    ? 1e9
                        : suffix == "ms" ? 1e6
                        : suffix == "m"  ? 60e9
                        : suffix == "h"  ? 3600e9
                                         : 1;
  return static_cast<DurationNs>(amount * factor);
}

std::string show_time(WallNs time) {
  if (time == 0) return "never";
  std::ostringstream out;
  out << static_cast<double>(time - kScriptBegin) / 1e9 << "s";
  return out.str();
}

std::map<std::string, std::string> parse_fields(const std::vector<std::string>& words,
                                                std::size_t from) {
  std::map<std::string, std::string> fields;
  for (std::size_t i = from; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    fields[words[i].substr(0, equals)] =
        equals == std::string::npos ? "true" : words[i].substr(equals + 1);
  }
  return fields;
}

std::string apply_fields(const std::map<std::string, std::string>& fields, StreamConfig& config) {
  return apply_setters(stream_setters(), fields, config);
}

std::string apply_fields(const std::map<std::string, std::string>& fields, ConsumerConfig& config) {
  return apply_setters(consumer_setters(), fields, config);
}

}  // namespace leat::testing
