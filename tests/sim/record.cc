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
  const std::string id = payload.substr(0, payload.find(':'));
  const auto known = sent.find(id);
  if (known == sent.end() || known->second != payload) {
    violation("sequence " + std::to_string(sequence) + " holds what nobody sent: " + payload);
    return;
  }
  note(id, sequence);
}

void StreamRecord::forgive(const std::function<bool(const std::string&)>& is_forgiven) {
  std::erase_if(violations, is_forgiven);
}

void StreamRecord::forgive_all_but_served() {
  forgive([](const std::string& text) {
    return text.find("holds what nobody sent") == std::string::npos;
  });
}

void StreamRecord::forgive_revisions() {
  forgive([](const std::string& text) { return text.find("revision ") != std::string::npos; });
}

void StreamRecord::forgive_answers() {
  forgive([](const std::string& text) { return text.find("DIRECT.GET of ") != std::string::npos; });
}

void ConsumerRecord::deliver(const Received& received, const std::string& payload) {
  const std::string what =
      "sequence " + std::to_string(received.sequence) + " delivered to " + consumer;
  stream.see(received.sequence, payload);
  delivered.insert(received.sequence);
  if (max_deliver > 0 && received.attempt > max_deliver) {
    stream.violation(what + " for the " + std::to_string(received.attempt) + ". time");
  }
  const auto done = settled.find(received.sequence);
  if (done != settled.end() && received.at > done->second + kOnItsWay) {
    stream.violation(what + " after its acknowledgement was answered");
  }
}

}  // namespace leat::sim
