#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "proto/api/consumer_config.h"
#include "proto/api/stream_config.h"

namespace leat {

// What the answers of the API say about a stream or a consumer. Plain values, filled by the hosts
// and written by proto/api/replies. A time of zero means "never" and is shown as Go's zero time.

struct StreamStateInfo {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  StreamSeq first_seq{};
  WallNs first_ts = 0;
  StreamSeq last_seq{};
  WallNs last_ts = 0;
  std::uint64_t num_subjects = 0;
  // Subjects and their counts, in the order of their names; only when a filter was given.
  std::vector<std::pair<std::string, std::uint64_t>> subjects{};
  std::uint64_t num_deleted = 0;
  std::vector<StreamSeq> deleted{};  // only when the request asked for them
  std::uint64_t consumer_count = 0;
};

struct StreamInfo {
  StreamConfig config{};
  WallNs created = 0;
  StreamStateInfo state{};
  std::string domain{};  // of the server; empty: none
};

// A position of a consumer: count of deliveries, and place in the stream.
struct SequenceInfo {
  ConsumerSeq consumer_seq{};
  StreamSeq stream_seq{};
  WallNs last_active = 0;  // 0: not shown
};

struct ConsumerInfo {
  std::string stream_name{};
  std::string name{};
  WallNs created = 0;
  ConsumerConfig config{};
  SequenceInfo delivered{};
  SequenceInfo ack_floor{};
  std::uint64_t num_ack_pending = 0;
  std::uint64_t num_redelivered = 0;
  std::uint64_t num_waiting = 0;
  std::uint64_t num_pending = 0;
  bool push_bound = false;  // a push consumer whose deliver subject has interest
};

// Limits of an account; -1 is unlimited.
struct AccountLimits {
  std::int64_t max_memory = -1;
  std::int64_t max_storage = -1;
  std::int64_t max_streams = -1;
  std::int64_t max_consumers = -1;
  std::int64_t max_ack_pending = -1;
  std::int64_t memory_max_stream_bytes = -1;
  std::int64_t storage_max_stream_bytes = -1;
  bool max_bytes_required = false;
};

// JetStream of one account in figures: of one shard, or of all of them added.
struct AccountFigures {
  std::uint64_t memory_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t reserved_memory_bytes = 0;
  std::uint64_t reserved_file_bytes = 0;
  std::uint64_t streams = 0;
  std::uint64_t consumers = 0;
  std::uint64_t api_total = 0;
  std::uint64_t api_errors = 0;

  void add(const AccountFigures& more) {
    memory_bytes += more.memory_bytes;
    file_bytes += more.file_bytes;
    reserved_memory_bytes += more.reserved_memory_bytes;
    reserved_file_bytes += more.reserved_file_bytes;
    streams += more.streams;
    consumers += more.consumers;
    api_total += more.api_total;
    api_errors += more.api_errors;
  }
};

// An account as $JS.API.INFO shows it.
struct AccountInfo : AccountFigures {
  AccountLimits limits{};
  std::string domain{};  // of the server; empty: none
};

// A message as STREAM.MSG.GET shows it.
struct StoredMessageInfo {
  std::string_view subject{};
  StreamSeq seq{};
  std::string_view headers{};  // the whole block; empty when it has none
  std::string_view payload{};
  WallNs time = 0;
};

}  // namespace leat
