#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace leat::sim {

// What the outside world knows of one stream: what it was told, over all lives of the server.
// The models write it and check what they see against it at once; the run checks the rest at its
// end.
struct StreamRecord {
  explicit StreamRecord(std::string stream_name) : stream(std::move(stream_name)) {}

  std::string stream;
  // Message id -> sequence, as acknowledged. Must be true for ever after.
  std::map<std::string, std::uint64_t> acknowledged;
  // Message id -> payload, as sent, acknowledged or not. Payloads begin with "ID:".
  std::map<std::string, std::string> sent;
  std::map<std::string, std::string> subjects;  // by message id
  // Ids that the stream's limits refused.
  std::set<std::string> refused;
  // When each message was first sent; kept where messages age.
  std::map<std::string, SteadyNs> sent_at;  // by message id
  // Removed by request: surely, or perhaps (the answer was lost).
  std::set<std::uint64_t> deleted;
  std::set<std::uint64_t> maybe_deleted;
  std::vector<std::string> violations;

  void violation(const std::string& what) { violations.push_back(stream + ": " + what); }
  // The publish of `id` was acknowledged with this sequence.
  void acknowledge(const std::string& id, std::uint64_t sequence);
  // A message of this stream was received or read.
  void see(std::uint64_t sequence, const std::string& payload);
  // Of a stream that the disk has taken whole, and of which the server says so, nothing but what
  // nobody sent is wrong.
  void forgive_all_but_served();
  // A key whose newest revision the server named as lost has an older one.
  void forgive_revisions();
  // A message that is found lost while it is read is answered with an error.
  void forgive_answers();
  bool may_be_deleted(std::uint64_t sequence) const {
    return deleted.contains(sequence) || maybe_deleted.contains(sequence);
  }

 private:
  std::map<std::string, std::uint64_t> stored_;     // id -> sequence, seen or acknowledged
  std::map<std::uint64_t, std::string> stored_at_;  // and back
  void note(const std::string& id, std::uint64_t sequence);
  void forgive(const std::function<bool(const std::string&)>& is_forgiven);
};

// The same of one durable consumer.
struct ConsumerRecord {
  ConsumerRecord(std::string consumer_name, StreamRecord& of_stream)
      : consumer(std::move(consumer_name)), stream(of_stream) {}

  std::string consumer;
  StreamRecord& stream;
  // Stream sequences whose acknowledgement (by request) was answered, and when: never delivered
  // again, but for what was on its way.
  std::map<std::uint64_t, SteadyNs> settled;
  // An acknowledgement was sent, and perhaps taken.
  std::set<std::uint64_t> maybe_settled;
  std::set<std::uint64_t> delivered;
  std::int64_t max_deliver = -1;

  struct Received {
    std::uint64_t sequence = 0;
    // Which delivery of this message it is. A crash may forget the last one, and the next one then
    // has its number again.
    std::int64_t attempt = 0;
    SteadyNs at = 0;
  };
  void deliver(const Received& received, const std::string& payload);
};

}  // namespace leat::sim
