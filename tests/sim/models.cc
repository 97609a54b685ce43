#include "tests/sim/models.h"

#include <cstdlib>

namespace leat::sim {

namespace {
constexpr int kInFlight = 8;
constexpr int kKeys = 4;
constexpr std::uint64_t kMaxMsgsExceeded = 10077;
constexpr std::uint64_t kWrongLastSequence = 10071;

bool is_nobody_there(const Delivery& answer) { return answer.headers.starts_with("NATS/1.0 503"); }
}  // namespace

std::uint64_t json_number(const std::string& json, const std::string& key) {
  const std::string quoted = "\"" + key + "\":";
  const std::size_t at = json.find(quoted);
  return at == std::string::npos ? 0
                                 : std::strtoull(json.c_str() + at + quoted.size(), nullptr, 10);
}

std::string header_value(const std::string& headers, const std::string& name) {
  const std::string field = "\r\n" + name + ": ";
  const std::size_t at = headers.find(field);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + field.size();
  return headers.substr(begin, headers.find("\r\n", begin) - begin);
}

namespace {
// The number in this place of a subject, counted from 0.
std::uint64_t token_number(const std::string& subject, int place) {
  std::size_t at = 0;
  for (int dots = 0; dots < place; ++dots) {
    at = subject.find('.', at);
    if (at == std::string::npos) return 0;
    ++at;
  }
  return std::strtoull(subject.c_str() + at, nullptr, 10);
}
}  // namespace

std::uint64_t attempt_of(const std::string& ack_subject) { return token_number(ack_subject, 4); }

std::uint64_t sequence_of(const std::string& ack_subject) { return token_number(ack_subject, 5); }

std::uint64_t delivery_count_of(const std::string& ack_subject) {
  return token_number(ack_subject, 6);
}

void Model::later(DurationNs delay, Task task) {
  loop_->call_after(delay, [this, life = life_, task = std::move(task)]() mutable {
    if (life == life_) task();
  });
}

void Model::request(const std::string& subject, std::string_view headers, std::string_view payload,
                    SimClient::MessageHandler on_answer) {
  client_->request(subject, headers, payload,
                   [this, life = life_, on_answer = std::move(on_answer)](const Delivery& answer) {
                     if (life == life_) on_answer(answer);
                   });
}

void PublisherModel::begin() {
  left_ = load_.messages;
  in_flight_ = 0;
  // What the last life left without an answer is sent again, and some of what was answered, as a
  // client does that lost its own books; the server must not store it twice.
  for (const auto& [id, subject] : subjects_) {
    if (!load_.has_ids) break;
    if (!record_.acknowledged.contains(id) || chance().one_in(15)) send(id);
  }
  send_next();
}

void PublisherModel::send_next() {
  while (in_flight_ < kInFlight && left_ > 0) {
    --left_;
    const std::string id = name_ + "-" + std::to_string(next_++);
    record_.sent[id] =
        id + ":" +
        std::string(chance().below(static_cast<std::uint64_t>(load_.payload_bytes_max)), 'x');
    record_.sent_at[id] = loop().clock().steady_ns();
    record_.subjects[id] = subjects_[id] = prefix_ + std::to_string(chance().below(5));
    send(id);
  }
}

void PublisherModel::send(const std::string& id) {
  ask(id);
  // A client does not wait for ever, and now and then not long enough.
  if (load_.has_ids && chance().one_in(20)) {
    later(static_cast<DurationNs>(chance().below(20'000'000)), [this, id] {
      if (!record_.acknowledged.contains(id)) ask(id);
    });
  }
}

void PublisherModel::ask(const std::string& id) {
  ++in_flight_;
  const std::string header =
      load_.has_ids ? "NATS/1.0\r\nNats-Msg-Id: " + id + "\r\n\r\n" : std::string();
  request(subjects_.at(id), header, record_.sent.at(id),
          [this, id](const Delivery& answer) { answered(id, answer); });
}

void PublisherModel::answered(const std::string& id, const Delivery& answer) {
  --in_flight_;
  if (const std::uint64_t sequence = json_number(answer.payload, "seq")) {
    record_.acknowledge(id, sequence);
  } else if (json_number(answer.payload, "err_code") == kMaxMsgsExceeded) {
    record_.refused.insert(id);
  } else if (!is_nobody_there(answer) && json_number(answer.payload, "code") != 503) {
    record_.violation(id + " was refused: " + answer.payload);
  } else {
    later(kAskAgain, [this, id] {
      if (!record_.acknowledged.contains(id)) ask(id);
    });
  }
  send_next();
}

void WorkerModel::begin() {
  client().subscribe("work." + name_, [this, life = life()](const Delivery& delivery) {
    if (life == this->life()) take(delivery);
  });
  pull();
}

void WorkerModel::pull() {
  client().publish("$JS.API.CONSUMER.MSG.NEXT." + record_.stream.stream + "." + record_.consumer,
                   "work." + name_, "", R"({"batch":5,"expires":200000000})");
  // The next pull follows whether or not this one was filled.
  later(is_finishing() ? 50'000'000 : 150'000'000, [this] { pull(); });
}

void WorkerModel::take(const Delivery& delivery) {
  if (!delivery.reply.starts_with("$JS.ACK.")) return;  // a status
  record_.deliver({.sequence = sequence_of(delivery.reply),
                   .attempt = static_cast<std::int64_t>(attempt_of(delivery.reply)),
                   .at = loop().clock().steady_ns()},
                  delivery.payload);
  const std::uint64_t draw = is_finishing() ? 9 : chance().below(10);
  switch (draw) {
    case 0:
    case 1:
      return;  // forgotten: it comes again after ack_wait
    case 2:
      return client().publish(delivery.reply, "", "", "-NAK");
    case 3:
      return client().publish(delivery.reply, "", "", R"(-NAK {"delay":100000000})");
    case 4:
      client().publish(delivery.reply, "", "", "+WPI");
      return later(30'000'000, [this, delivery] { settle(delivery, "+ACK"); });
    case 5:
      return settle(delivery, "+TERM");
    default:
      return settle(delivery, "+ACK");
  }
}

void WorkerModel::settle(const Delivery& delivery, std::string_view how) {
  const std::uint64_t sequence = sequence_of(delivery.reply);
  record_.maybe_settled.insert(sequence);
  request(delivery.reply, "", how, [this, sequence](const Delivery& answer) {
    if (!answer.payload.empty() || !answer.headers.empty()) return;
    record_.settled.emplace(sequence, loop().clock().steady_ns());
  });
}

void CasWriterModel::begin() { read(); }

void CasWriterModel::read() {
  if (is_finishing()) return;
  const std::string key = "$KV.K." + std::to_string(chance().below(kKeys));
  const std::uint64_t newest = records_.keys.newest[key];
  request("$JS.API.DIRECT.GET.KV_K." + key, "", "", [this, key, newest](const Delivery& answer) {
    const std::string sequence = header_value(answer.headers, "Nats-Sequence");
    const std::uint64_t found = std::strtoull(sequence.c_str(), nullptr, 10);
    if (found != 0) records_.stream.see(found, answer.payload);
    if (is_nobody_there(answer)) return later(kAskAgain, [this] { read(); });
    if (found < newest) {
      records_.stream.violation("read revision " + std::to_string(found) + " of " + key +
                                " after " + std::to_string(newest) + " was acknowledged");
    }
    write(key, found);
  });
}

void CasWriterModel::write(const std::string& key, std::uint64_t expected) {
  const std::string id = name_ + "-" + std::to_string(next_++);
  const std::string payload = records_.stream.sent[id] = id + ":" + key;
  const std::string headers =
      "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: " + std::to_string(expected) + "\r\n\r\n";
  request(key, headers, payload, [this, key, expected, id](const Delivery& answer) {
    const std::uint64_t sequence = json_number(answer.payload, "seq");
    if (sequence != 0) {
      records_.stream.acknowledge(id, sequence);
      const auto [first, is_only] =
          records_.keys.successors.emplace(std::pair{key, expected}, sequence);
      if (!is_only) {
        records_.stream.violation("revision " + std::to_string(expected) + " of " + key +
                                  " has two successors, " + std::to_string(first->second) +
                                  " and " + std::to_string(sequence));
      }
      std::uint64_t& newest = records_.keys.newest[key];
      newest = std::max(newest, sequence);
    } else if (json_number(answer.payload, "err_code") != kWrongLastSequence &&
               json_number(answer.payload, "code") != 503 && !is_nobody_there(answer)) {
      records_.stream.violation("write of " + key + " was refused: " + answer.payload);
    }
    later(static_cast<DurationNs>(chance().below(60'000'000)), [this] { read(); });
  });
}

void OperatorModel::begin() { act(); }

void OperatorModel::act() {
  if (is_finishing()) return;
  later(static_cast<DurationNs>(50'000'000 + chance().below(400'000'000)), [this] {
    if (record_.acknowledged.empty()) return act();
    if (chance().one_in(5)) {
      purge_below();
    } else {
      delete_one();
    }
  });
}

void OperatorModel::note_deleted(std::uint64_t sequence) { record_.maybe_deleted.insert(sequence); }

void OperatorModel::delete_one() {
  auto drawn = record_.acknowledged.begin();
  std::advance(drawn, static_cast<std::ptrdiff_t>(chance().below(record_.acknowledged.size())));
  const std::uint64_t sequence = drawn->second;
  note_deleted(sequence);
  request("$JS.API.STREAM.MSG.DELETE." + record_.stream, "",
          "{\"seq\":" + std::to_string(sequence) + ",\"no_erase\":true}",
          [this, sequence](const Delivery& answer) {
            if (answer.payload.find("\"success\":true") != std::string::npos) {
              record_.deleted.insert(sequence);
            }
            act();
          });
}

void OperatorModel::purge_below() {
  auto drawn = record_.acknowledged.begin();
  std::advance(drawn, static_cast<std::ptrdiff_t>(chance().below(record_.acknowledged.size())));
  const std::uint64_t sequence = drawn->second;
  for (std::uint64_t below = 1; below < sequence; ++below) note_deleted(below);
  request("$JS.API.STREAM.PURGE." + record_.stream, "",
          "{\"seq\":" + std::to_string(sequence) + "}", [this, sequence](const Delivery& answer) {
            if (answer.payload.find("\"success\":true") != std::string::npos) {
              for (std::uint64_t below = 1; below < sequence; ++below) {
                record_.deleted.insert(below);
              }
            }
            act();
          });
}

}  // namespace leat::sim
