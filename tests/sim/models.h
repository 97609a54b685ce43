#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/sim_client.h"

namespace leat::sim {

// What the outside world knows of one stream: what it was told, over all lives of the server.
struct Record {
  // Message id -> sequence, as acknowledged. Must be true for ever after.
  std::map<std::string, std::uint64_t> acknowledged;
  // Message id -> payload, as sent, acknowledged or not.
  std::map<std::string, std::string> sent;
  // Stream sequences whose acknowledgement (by request) was answered: never delivered again.
  std::set<std::uint64_t> settled;
  // Sequences that were delivered at least once.
  std::set<std::uint64_t> delivered;
  std::vector<std::string> violations;

  void violation(const std::string& what) { violations.push_back(what); }
};

// Publishes numbered messages with ids, keeps a few in flight, and sends again, in the next life,
// what was not acknowledged, with the same id.
class PublisherModel {
 public:
  PublisherModel(std::string name, std::string subject, Record& record)
      : name_(std::move(name)), subject_(std::move(subject)), record_(record) {}

  // A new life: `client` is connected. Goes on until the client is gone.
  void start(SimLoop& loop, SimClient& client, int messages);
  // The end of a life: nothing that is still on its way counts, the client may go.
  void stop() { ++life_; }
  std::uint64_t acknowledged_count() const { return acknowledged_; }

 private:
  void send_next();
  void send(const std::string& id);
  void answered(const std::string& id, const Delivery& answer);

  std::string name_;
  std::string subject_;
  Record& record_;
  SimLoop* loop_ = nullptr;
  SimClient* client_ = nullptr;
  std::uint64_t life_ = 0;
  std::uint64_t next_ = 1;
  std::uint64_t acknowledged_ = 0;
  int left_ = 0;
  int in_flight_ = 0;
};

// Pulls from a durable consumer, acknowledges most messages by request, leaves or refuses others.
class WorkerModel {
 public:
  WorkerModel(std::string stream, std::string consumer, Record& record)
      : stream_(std::move(stream)), consumer_(std::move(consumer)), record_(record) {}

  void start(SimLoop& loop, SimClient& client);
  void stop() { ++life_; }
  // From then on every message is acknowledged: the healed phase.
  void acknowledge_everything() { is_thorough_ = true; }

 private:
  void pull();
  void take(const Delivery& delivery);

  std::string stream_;
  std::string consumer_;
  Record& record_;
  SimLoop* loop_ = nullptr;
  SimClient* client_ = nullptr;
  std::uint64_t life_ = 0;
  bool is_thorough_ = false;
};

// The number behind `"key":` in a JSON text; 0 where it is not.
std::uint64_t json_number(const std::string& json, const std::string& key);

// The stream sequence in an acknowledgement subject ($JS.ACK.stream.consumer.n.SEQ...).
std::uint64_t sequence_of(const std::string& ack_subject);

}  // namespace leat::sim
