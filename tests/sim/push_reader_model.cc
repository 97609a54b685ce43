#include "tests/sim/push_reader_model.h"

namespace leat::sim {

void PushReaderModel::begin() {
  consumer_ = name_ + "-" + std::to_string(life());
  delivered_.clear();
  last_stream_seq_ = 0;
  last_consumer_seq_ = 0;
  client().subscribe("to." + consumer_, [this, life = life()](const Delivery& delivery) {
    if (life == this->life()) take(delivery);
  });
  create();
}

void PushReaderModel::create() {
  const std::string body = "{\"stream_name\":\"" + record_.stream + "\",\"config\":{\"name\":\"" +
                           consumer_ + "\",\"deliver_subject\":\"to." + consumer_ +
                           "\",\"deliver_policy\":\"all\",\"ack_policy\":\"none\"," +
                           "\"replay_policy\":\"instant\",\"flow_control\":true," +
                           "\"idle_heartbeat\":500000000,\"mem_storage\":true," +
                           "\"num_replicas\":1,\"inactive_threshold\":1000000000}}";
  request("$JS.API.CONSUMER.CREATE." + record_.stream + "." + consumer_, "", body,
          [this](const Delivery& answer) {
            if (answer.headers.starts_with("NATS/1.0 503")) {
              return later(kAskAgain, [this] { create(); });
            }
            if (answer.payload.find("\"created\"") == std::string::npos) {
              record_.violation("creation of " + consumer_ + " was answered " + answer.payload);
            }
          });
}

void PushReaderModel::answer_status(const Delivery& delivery) {
  const std::string stalled = header_value(delivery.headers, "Nats-Consumer-Stalled");
  if (!stalled.empty()) client().publish(stalled, "", "", "");
  if (!delivery.reply.empty()) client().publish(delivery.reply, "", "", "");
}

void PushReaderModel::take(const Delivery& delivery) {
  if (delivery.headers.starts_with("NATS/1.0 100")) return answer_status(delivery);
  const std::uint64_t sequence = sequence_of(delivery.reply);
  const std::uint64_t count = delivery_count_of(delivery.reply);
  record_.see(sequence, delivery.payload);
  if (count != last_consumer_seq_ + 1 || sequence <= last_stream_seq_) {
    record_.violation(consumer_ + " got " + std::to_string(sequence) + " as number " +
                      std::to_string(count) + " after " + std::to_string(last_stream_seq_) +
                      " as number " + std::to_string(last_consumer_seq_));
  }
  last_consumer_seq_ = count;
  last_stream_seq_ = sequence;
  delivered_.insert(sequence);
}

void PushReaderModel::check_saw_all(const std::map<std::uint64_t, std::string>& present) const {
  for (const auto& [sequence, payload] : present) {
    if (delivered_.contains(sequence)) continue;
    record_.violation("sequence " + std::to_string(sequence) + " was not pushed to " + consumer_);
  }
}

}  // namespace leat::sim
