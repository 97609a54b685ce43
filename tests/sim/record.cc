#include "tests/sim/record.h"

namespace leat::sim {

namespace {
// Longer than any delivery is on its way, shorter than a server is down between two lives.
constexpr DurationNs kOnItsWay = 100'000'000;
}  // namespace

void StreamRecord::note(const std::string& id, std::uint64_t sequence) {
  const auto [of_id, id_is_new] = stored_.emplace(id, sequence);
  if (!id_is_new && of_id->second != sequence) {
    violation(id + " is at sequence " + std::to_string(of_id->second) + " and at " +
              std::to_string(sequence));
  }
  const auto [at, is_new] = stored_at_.emplace(sequence, id);
  if (!is_new && at->second != id) {
    violation("sequence " + std::to_string(sequence) + " is " + at->second + " and " + id);
  }
}

void StreamRecord::acknowledge(const std::string& id, std::uint64_t sequence) {
  acknowledged.emplace(id, sequence);
  note(id, sequence);
}

void StreamRecord::see(std::uint64_t sequence, const std::string& payload) {
  seen.emplace(sequence, payload);
  const std::string id = payload.substr(0, payload.find(':'));
  const auto known = sent.find(id);
  if (known == sent.end() || known->second != payload) {
    violation("sequence " + std::to_string(sequence) + " holds what nobody sent: " + payload);
    return;
  }
  note(id, sequence);
}

void ConsumerRecord::deliver(std::uint64_t sequence, const std::string& payload, SteadyNs now) {
  stream.see(sequence, payload);
  delivered.insert(sequence);
  if (++deliveries[sequence] > max_deliver && max_deliver > 0) {
    stream.violation("sequence " + std::to_string(sequence) + " delivered to " + consumer +
                     " more often than " + std::to_string(max_deliver) + " times");
  }
  const auto done = settled.find(sequence);
  if (done != settled.end() && now > done->second + kOnItsWay) {
    stream.violation("sequence " + std::to_string(sequence) + " delivered to " + consumer +
                     " after its acknowledgement was answered");
  }
}

}  // namespace leat::sim
