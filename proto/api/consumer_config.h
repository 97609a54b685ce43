#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "proto/api/field_set.h"

namespace leat {

// The values of these enums are written to disk inside records; they are pinned and never reused.
enum class DeliverPolicy : std::uint8_t {
  kAll = 0,
  kLast = 1,
  kNew = 2,
  kByStartSequence = 3,
  kByStartTime = 4,
  kLastPerSubject = 5,
};
enum class AckPolicy : std::uint8_t { kNone = 0, kAll = 1, kExplicit = 2, kFlowControl = 3 };
enum class ReplayPolicy : std::uint8_t { kInstant = 0, kOriginal = 1 };
enum class PriorityPolicy : std::uint8_t {
  kNone = 0,
  kOverflow = 1,
  kPinnedClient = 2,
  kPrioritized = 3,
};

// A consumer's configuration, as a client wrote it or, after normalize_consumer_config, as it is
// kept. A plain value. AckPolicy::kFlowControl, `direct`, `sourcing` and `pause_until` are
// read, and refused by name when they are set: they are not built yet.
struct ConsumerConfig {
  std::string durable_name;
  std::string name;
  std::string description;
  DeliverPolicy deliver_policy = DeliverPolicy::kAll;
  StreamSeq opt_start_seq;
  std::optional<WallNs> opt_start_time;
  AckPolicy ack_policy = AckPolicy::kNone;
  DurationNs ack_wait = 0;
  std::int64_t max_deliver = 0;  // -1: without end
  std::vector<DurationNs> backoff;
  std::string filter_subject;
  std::vector<std::string> filter_subjects;
  ReplayPolicy replay_policy = ReplayPolicy::kInstant;
  std::int64_t max_waiting = 0;
  std::int64_t max_ack_pending = 0;  // -1: without limit
  bool flow_control = false;
  bool headers_only = false;
  std::int64_t max_batch = 0;
  DurationNs max_expires = 0;
  std::int64_t max_bytes = 0;
  std::string deliver_subject;  // empty: a pull consumer
  std::string deliver_group;
  DurationNs idle_heartbeat = 0;
  DurationNs inactive_threshold = 0;
  std::int64_t num_replicas = 0;  // 0: as the stream
  bool mem_storage = false;
  Metadata metadata;

  std::uint64_t rate_limit_bps = 0;
  std::string sample_freq;
  bool direct = false;
  bool sourcing = false;
  std::optional<WallNs> pause_until;
  std::vector<std::string> priority_groups;
  PriorityPolicy priority_policy = PriorityPolicy::kNone;
  DurationNs priority_timeout = 0;

  bool is_durable() const { return !durable_name.empty(); }
  bool is_pull() const { return deliver_subject.empty(); }
  // The filters in one list; empty when every subject of the stream is meant.
  std::vector<std::string> filters() const {
    return filter_subject.empty() ? filter_subjects : std::vector<std::string>{filter_subject};
  }

  friend bool operator==(const ConsumerConfig&, const ConsumerConfig&) = default;
};

}  // namespace leat
