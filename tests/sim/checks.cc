#include "tests/sim/checks.h"

#include <algorithm>

namespace leat::sim {

namespace {

bool may_be_settled(const ConsumerPlan& consumer, std::uint64_t sequence) {
  return consumer.record.settled.contains(sequence) ||
         consumer.record.maybe_settled.contains(sequence);
}

// By then a message that is too old has gone.
constexpr DurationNs kExpiredWithin = 2'000'000'000;

struct Acknowledged {
  const std::string& id;
  std::uint64_t sequence;
};

// Messages after this one, of its subject or of all.
struct Later {
  std::int64_t all = 0;
  std::int64_t of_subject = 0;
};
Later count_later(const StreamRecord& record, const std::string& id, std::uint64_t sequence) {
  Later later;
  const auto subject = record.subjects.find(id);
  for (const auto& [other, at] : record.acknowledged) {
    if (at <= sequence) continue;
    ++later.all;
    const auto its_subject = record.subjects.find(other);
    if (subject != record.subjects.end() && its_subject != record.subjects.end() &&
        subject->second == its_subject->second) {
      ++later.of_subject;
    }
  }
  return later;
}

bool may_have_left(const StreamPlan& plan, const Acknowledged& message, SteadyNs now) {
  const std::string& id = message.id;
  const std::uint64_t sequence = message.sequence;
  if (plan.record.may_be_deleted(sequence)) return true;
  const auto settled_it = [sequence](const ConsumerPlan& consumer) {
    return may_be_settled(consumer, sequence);
  };
  switch (plan.leaves_by) {
    case LeavesBy::kAnyAck:
      return std::any_of(plan.consumers.begin(), plan.consumers.end(), settled_it);
    case LeavesBy::kAllAcks:
      return std::all_of(plan.consumers.begin(), plan.consumers.end(), settled_it);
    case LeavesBy::kAge:
      return !plan.has_steady_age || now - plan.record.sent_at.at(id) >= plan.max_age;
    case LeavesBy::kLimits:
      break;
  }
  const Later later = count_later(plan.record, id, sequence);
  return (plan.max_msgs > 0 && !plan.discards_new && later.all >= plan.max_msgs) ||
         (plan.max_msgs_per_subject > 0 && later.of_subject >= plan.max_msgs_per_subject);
}

void check_present(StreamPlan& plan, std::uint64_t sequence, const std::string& payload) {
  StreamRecord& record = plan.record;
  if (record.deleted.contains(sequence)) {
    record.violation("sequence " + std::to_string(sequence) + " was deleted and is there");
  }
  const auto subject = record.subjects.find(payload.substr(0, payload.find(':')));
  for (const ConsumerPlan& consumer : plan.consumers) {
    if (subject == record.subjects.end() || !consumer.wants(subject->second)) continue;
    // Given up, perhaps without one delivery that arrived.
    if (consumer.record.max_deliver > 0) continue;
    if (!consumer.record.delivered.contains(sequence)) {
      record.violation("sequence " + std::to_string(sequence) + " was never delivered to " +
                       consumer.record.consumer);
    } else if (!may_be_settled(consumer, sequence)) {
      record.violation("sequence " + std::to_string(sequence) + " was not delivered to " +
                       consumer.record.consumer + " after it was refused or forgotten");
    }
  }
}

// What was sent long before it is read was stored long before, too: its sender waits for answers.
void check_age(StreamPlan& plan, const std::string& payload, SteadyNs now) {
  const std::string id = payload.substr(0, payload.find(':'));
  const auto sent = plan.record.sent_at.find(id);
  if (!plan.has_steady_age || sent == plan.record.sent_at.end()) return;
  if (now - sent->second > plan.max_age + kExpiredWithin) {
    plan.record.violation(id + " has outlived max_age");
  }
}

}  // namespace

void check_contents(StreamPlan& plan, const Reader::Contents& contents, SteadyNs now) {
  StreamRecord& record = plan.record;
  if (contents.messages != contents.present.size()) {
    record.violation("has " + std::to_string(contents.messages) + " messages, and " +
                     std::to_string(contents.present.size()) + " can be read");
  }
  for (const auto& [id, payload] : record.sent) {
    const bool is_answered = record.acknowledged.contains(id) || record.refused.contains(id);
    if (!is_answered && plan.leaves_by != LeavesBy::kAge && record.subjects.contains(id)) {
      record.violation(id + " was not acknowledged in a healthy life");
    }
  }
  const bool is_emptied =
      plan.leaves_by == LeavesBy::kAnyAck || plan.leaves_by == LeavesBy::kAllAcks;
  if (is_emptied && contents.messages > 0) {
    record.violation("keeps " + std::to_string(contents.messages) +
                     " messages that all consumers settled");
  }
  for (const auto& [id, sequence] : record.acknowledged) {
    if (contents.present.contains(sequence) || !record.subjects.contains(id)) continue;
    if (!may_have_left(plan, {id, sequence}, now)) {
      record.violation(id + ", acknowledged as " + std::to_string(sequence) + ", is lost");
    }
  }
  for (const auto& [sequence, payload] : contents.present) {
    check_present(plan, sequence, payload);
    if (plan.leaves_by == LeavesBy::kAge) check_age(plan, payload, now);
  }
}

void check_keys(StreamPlan& plan, const KeyRecord& keys, const Reader::Contents& contents) {
  std::map<std::string, std::uint64_t> found;
  for (const auto& [sequence, payload] : contents.present) {
    found[payload.substr(payload.find(':') + 1)] = sequence;
  }
  for (const auto& [key, newest] : keys.newest) {
    if (found[key] < newest) {
      plan.record.violation("key " + key + " is at revision " + std::to_string(found[key]) +
                            ", and " + std::to_string(newest) + " was acknowledged");
    }
  }
}

}  // namespace leat::sim
