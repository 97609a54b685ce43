#include "tests/sim/models.h"

#include <cstdlib>

namespace leat::sim {

namespace {
constexpr int kInFlight = 8;
}  // namespace

std::uint64_t json_number(const std::string& json, const std::string& key) {
  const std::string quoted = "\"" + key + "\":";
  const std::size_t at = json.find(quoted);
  return at == std::string::npos ? 0
                                 : std::strtoull(json.c_str() + at + quoted.size(), nullptr, 10);
}

std::uint64_t sequence_of(const std::string& ack_subject) {
  std::size_t at = 0;
  for (int dots = 0; dots < 5; ++dots) {
    at = ack_subject.find('.', at);
    if (at == std::string::npos) return 0;
    ++at;
  }
  return std::strtoull(ack_subject.c_str() + at, nullptr, 10);
}

void PublisherModel::start(SimLoop& loop, SimClient& client, int messages) {
  loop_ = &loop;
  client_ = &client;
  ++life_;
  left_ = messages;
  in_flight_ = 0;
  // What the last life left without an answer is sent again; the server must not store it twice.
  for (const auto& [id, payload] : record_.sent) {
    if (id.starts_with(name_ + "-") && !record_.acknowledged.contains(id)) send(id);
  }
  send_next();
}

void PublisherModel::send_next() {
  while (in_flight_ < kInFlight && left_ > 0) {
    --left_;
    const std::string id = name_ + "-" + std::to_string(next_++);
    const std::size_t size = loop_->chance().below(200);
    record_.sent[id] = id + ":" + std::string(size, 'x');
    send(id);
  }
}

void PublisherModel::send(const std::string& id) {
  ++in_flight_;
  client_->request(subject_, "NATS/1.0\r\nNats-Msg-Id: " + id + "\r\n\r\n", record_.sent.at(id),
                   [this, id, life = life_](const Delivery& answer) {
                     if (life == life_) answered(id, answer);
                   });
}

void PublisherModel::answered(const std::string& id, const Delivery& answer) {
  --in_flight_;
  const std::uint64_t seq = json_number(answer.payload, "seq");
  if (seq == 0) {
    // Refused (no stream yet, too busy): it is sent again in the next life.
    send_next();
    return;
  }
  const auto [known, is_new] = record_.acknowledged.emplace(id, seq);
  if (!is_new && known->second != seq) {
    record_.violation(id + " acknowledged as " + std::to_string(known->second) + " and " +
                      std::to_string(seq));
  }
  ++acknowledged_;
  send_next();
}

void WorkerModel::start(SimLoop& loop, SimClient& client) {
  loop_ = &loop;
  client_ = &client;
  ++life_;
  client.subscribe("work." + consumer_, [this, life = life_](const Delivery& delivery) {
    if (life == life_) take(delivery);
  });
  pull();
}

void WorkerModel::pull() {
  client_->publish("$JS.API.CONSUMER.MSG.NEXT." + stream_ + "." + consumer_, "work." + consumer_,
                   "", R"({"batch":5,"expires":1000000000})");
  // The pull expires after a second; the next one follows whether or not it was filled.
  loop_->call_after(1'100'000'000, [this, life = life_] {
    if (life == life_ && client_->is_open()) pull();
  });
}

void WorkerModel::take(const Delivery& delivery) {
  if (!delivery.reply.starts_with("$JS.ACK.")) return;  // a status
  const std::uint64_t seq = sequence_of(delivery.reply);
  record_.delivered.insert(seq);
  if (record_.settled.contains(seq)) {
    record_.violation("sequence " + std::to_string(seq) + " delivered after its ack was answered");
  }
  const std::uint64_t draw = is_thorough_ ? 9 : loop_->chance().below(10);
  if (draw < 2) return;  // forgotten: it comes again after ack_wait
  if (draw < 4) {
    client_->publish(delivery.reply, "", "", "-NAK");
    return;
  }
  client_->request(delivery.reply, "", "+ACK", [this, seq](const Delivery& answer) {
    if (answer.payload.empty() && answer.headers.empty()) record_.settled.insert(seq);
  });
}

}  // namespace leat::sim
