#include "tests/unit/streams_core/naive_stream.h"

#include <iterator>

#include "core/subject/subject.h"

namespace leat::testing {

std::uint64_t NaiveStream::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [seq, message] : messages) sum += message.size_bytes;
  return sum;
}

std::uint64_t NaiveStream::last_of(const std::string& subject) const {
  std::uint64_t last_seq = 0;
  for (const auto& [seq, message] : messages) {
    if (subject_matches(subject, message.subject)) last_seq = seq;
  }
  return last_seq;
}

std::uint64_t NaiveStream::count_of(const std::string& subject) const {
  std::uint64_t count = 0;
  for (const auto& [seq, message] : messages) count += message.subject == subject ? 1 : 0;
  return count;
}

std::string NaiveStream::refuse_new(const NaivePublish& publish) const {
  bool is_replacing = false;
  std::uint64_t replaced = 0;
  if (config.max_msgs_per_subject > 0 &&
      count_of(publish.subject) >= static_cast<std::uint64_t>(config.max_msgs_per_subject)) {
    if (config.discard_new_per_subject && !publish.rolls_up) return "10077";
    is_replacing = true;
    for (const auto& [seq, message] : messages) {
      if (message.subject != publish.subject) continue;
      replaced = message.size_bytes;
      break;
    }
  }
  if (config.max_msgs > 0 && !is_replacing &&
      messages.size() >= static_cast<std::uint64_t>(config.max_msgs)) {
    return "10077";
  }
  if (config.max_bytes > 0 &&
      bytes() + publish.size_bytes > static_cast<std::uint64_t>(config.max_bytes) &&
      (!is_replacing || replaced <= publish.size_bytes)) {
    return "10077";
  }
  return {};
}

std::string NaiveStream::publish(const NaivePublish& publish, WallNs now) {
  if (publish.expected_subject && *publish.expected_subject != last_of(publish.subject)) {
    return "10071";
  }
  if (publish.expected_last && *publish.expected_last != last) return "10071";
  if (!publish.msg_id.empty()) {
    const auto known = ids_.find(publish.msg_id);
    if (known != ids_.end() && now - known->second.time < config.duplicate_window) {
      return "duplicate " + std::to_string(known->second.seq);
    }
  }
  if (config.discard == Discard::kNew) {
    const std::string refusal = refuse_new(publish);
    if (!refusal.empty()) return refusal;
  }
  ++last;
  messages[last] = {.time = now,
                    .subject = publish.subject,
                    .size_bytes = publish.size_bytes,
                    .ttl_s = config.allow_msg_ttl ? publish.ttl_s : 0};
  if (!publish.msg_id.empty()) ids_[publish.msg_id] = {.seq = last, .time = now};
  trim(publish.subject);
  if (publish.rolls_up) {
    std::erase_if(messages, [&](const auto& item) {
      return item.second.subject == publish.subject && item.first != last;
    });
  }
  const std::string answer = "seq " + std::to_string(last);
  keep_limits();
  return answer;
}

void NaiveStream::forget_ids(WallNs now) {
  std::erase_if(
      ids_, [&](const auto& item) { return now - item.second.time >= config.duplicate_window; });
}

void NaiveStream::trim(const std::string& subject) {
  if (config.max_msgs_per_subject <= 0) return;
  std::uint64_t over = count_of(subject);
  const auto max = static_cast<std::uint64_t>(config.max_msgs_per_subject);
  over = over > max ? over - max : 0;
  for (auto next = messages.begin(); over > 0 && next != messages.end();) {
    if (next->second.subject == subject) {
      next = messages.erase(next);
      --over;
    } else {
      ++next;
    }
  }
}

void NaiveStream::keep_limits() {
  // Where new messages are refused, no old one leaves for a limit.
  const bool discards_new = config.discard == Discard::kNew;
  if (discards_new && config.discard_new_per_subject) return;
  for (const std::string subject : {"a", "b", "c.x", "c.y", "d"}) trim(subject);
  while (!messages.empty() && !discards_new &&
         ((config.max_msgs > 0 && messages.size() > static_cast<std::uint64_t>(config.max_msgs)) ||
          (config.max_bytes > 0 && bytes() > static_cast<std::uint64_t>(config.max_bytes)))) {
    messages.erase(messages.begin());
  }
}

std::uint64_t NaiveStream::purge(const std::string& filter, std::uint64_t seq, std::uint64_t keep) {
  std::uint64_t matching = 0;
  const auto matches = [&](const Message& message) {
    return filter.empty() || subject_matches(filter, message.subject);
  };
  for (const auto& [at, message] : messages) matching += matches(message) ? 1 : 0;
  std::uint64_t left = matching > keep ? matching - keep : 0;
  std::uint64_t purged = 0;
  for (auto next = messages.begin(); next != messages.end() && left > 0;) {
    if (seq > 0 && next->first >= seq) break;
    if (matches(next->second)) {
      next = messages.erase(next);
      --left;
      ++purged;
    } else {
      ++next;
    }
  }
  return purged;
}

std::uint64_t NaiveStream::expire(WallNs now) {
  return std::erase_if(messages, [&](const auto& item) {
    const Message& message = item.second;
    if (message.ttl_s == kTtlNever) return false;
    if (config.max_age > 0 && message.time + config.max_age <= now) return true;
    return message.ttl_s > 0 && message.time + message.ttl_s * DurationNs{1'000'000'000} <= now;
  });
}

}  // namespace leat::testing
