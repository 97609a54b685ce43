#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tests/sim/record.h"
#include "tests/sim/sim_client.h"

namespace leat::sim {

// A user of the server that lives through its crashes: start() at the beginning of each life with a
// client of that life, stop() at its end, after which the client may go and nothing that is still
// on its way counts.
class Model {
 public:
  virtual ~Model() = default;
  void start(SimLoop& loop, SimClient& client) {
    loop_ = &loop;
    client_ = &client;
    ++life_;
    begin();
  }
  void stop() { ++life_; }
  bool is_begun() const { return client_ != nullptr; }
  // Whether it stands it that a connection of it goes away with requests under way.
  virtual bool stands_reset() const { return false; }
  // Another connection in the same life; nothing of the old one counts.
  void reconnect(SimClient& client) {
    client_->reset();
    start(*loop_, client);
  }
  // The healed phase: no new work, and everything open is brought to its end.
  void finish() { is_finishing_ = true; }

 protected:
  static constexpr DurationNs kAskAgain = 40'000'000;  // after nobody answered

  virtual void begin() = 0;
  SimLoop& loop() { return *loop_; }
  SimClient& client() { return *client_; }
  Rng& chance() { return loop_->chance(); }
  bool is_finishing() const { return is_finishing_; }
  std::uint64_t life() const { return life_; }
  // Runs `task` unless the life has ended by then.
  void later(DurationNs delay, Task task);
  void request(const std::string& subject, std::string_view headers, std::string_view payload,
               SimClient::MessageHandler on_answer);

 private:
  SimLoop* loop_ = nullptr;
  SimClient* client_ = nullptr;
  std::uint64_t life_ = 0;
  bool is_finishing_ = false;
};

// Publishes numbered messages with ids, keeps a few in flight, and sends again what was not
// acknowledged, in this life or the next, with the same id.
class PublisherModel final : public Model {
 public:
  PublisherModel(std::string name, std::string prefix, StreamRecord& record)
      : name_(std::move(name)), prefix_(std::move(prefix)), record_(record) {}
  struct Load {
    int messages = 0;  // in each life
    int payload_bytes_max = 0;
    // False: every message is sent once and without an id, since the stream forgets ids soon.
    bool has_ids = true;
  };
  void set_load(const Load& load) { load_ = load; }
  bool stands_reset() const override { return true; }

 protected:
  void begin() override;

 private:
  void send_next();
  void send(const std::string& id);
  void ask(const std::string& id);
  void answered(const std::string& id, const Delivery& answer);

  std::string name_;
  std::string prefix_;  // of subjects, with its dot
  StreamRecord& record_;
  std::map<std::string, std::string> subjects_;  // by id
  std::uint64_t next_ = 1;
  Load load_;
  int left_ = 0;
  int in_flight_ = 0;
};

// Pulls from a durable consumer, acknowledges most messages by request, leaves or refuses others.
class WorkerModel final : public Model {
 public:
  WorkerModel(std::string name, ConsumerRecord& record) : name_(std::move(name)), record_(record) {}
  bool stands_reset() const override { return true; }

 protected:
  void begin() override;

 private:
  void pull();
  void take(const Delivery& delivery);
  void settle(const Delivery& delivery, std::string_view how);

  std::string name_;
  ConsumerRecord& record_;
};

// What several writers know of the keys that they fight for.
struct KeyRecord {
  // Key and sequence it was built on -> sequence: of all who build on one revision one wins.
  std::map<std::pair<std::string, std::uint64_t>, std::uint64_t> successors;
  std::map<std::string, std::uint64_t> newest;  // acknowledged, by key
};

// Reads the last revision of a key and writes the next one, if nobody was faster.
class CasWriterModel final : public Model {
 public:
  struct Records {
    StreamRecord& stream;
    KeyRecord& keys;
  };
  CasWriterModel(std::string name, const Records& records)
      : name_(std::move(name)), records_(records) {}
  bool stands_reset() const override { return true; }

 protected:
  void begin() override;

 private:
  void read();
  void write(const std::string& key, std::uint64_t expected);

  std::string name_;
  Records records_;
  std::uint64_t next_ = 1;
};

// Deletes single messages, and purges.
class OperatorModel final : public Model {
 public:
  explicit OperatorModel(StreamRecord& record) : record_(record) {}

 protected:
  void begin() override;

 private:
  void act();
  void delete_one();
  void purge_below();
  void note_deleted(std::uint64_t sequence);

  StreamRecord& record_;
};

// The number behind `"key":` in a JSON text; 0 where it is not.
std::uint64_t json_number(const std::string& json, const std::string& key);

// The value of a header, empty where it is not.
std::string header_value(const std::string& headers, const std::string& name);

// The stream sequence in an acknowledgement subject ($JS.ACK.stream.consumer.n.SEQ...).
std::uint64_t sequence_of(const std::string& ack_subject);
// Which delivery of its message it is, from 1.
std::uint64_t attempt_of(const std::string& ack_subject);
// The consumer's own sequence behind the stream's.
std::uint64_t delivery_count_of(const std::string& ack_subject);

}  // namespace leat::sim
