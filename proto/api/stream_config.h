#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "proto/api/field_set.h"

namespace leat {

// The values of these enums are written to disk inside records; they are pinned and never reused.
enum class Retention : std::uint8_t { kLimits = 0, kInterest = 1, kWorkQueue = 2 };
enum class Discard : std::uint8_t { kOld = 0, kNew = 1 };
enum class StorageType : std::uint8_t { kFile = 0, kMemory = 1 };
enum class Compression : std::uint8_t { kNone = 0, kS2 = 1 };

// Fields of a stream configuration that this server reads and does not build yet. A field counts
// as present when its value is not one that means "not set".
enum class UnbuiltStreamField : std::uint8_t {
  kMirror,
  kSources,
  kPlacement,
  kFirstSeq,
  kSubjectTransform,
  kRepublish,
  kConsumerLimits,
  kSubjectDeleteMarkerTtl,
  kAllowMsgCounter,
  kAllowAtomic,
  kPersistMode,
  kAllowBatched,
};
inline constexpr int kUnbuiltStreamFieldCount = 12;

// The name of the field in JSON.
std::string_view json_name(UnbuiltStreamField field);

// A stream's configuration, as a client wrote it or, after normalize_stream_config, as it is kept.
// A plain value. Limits of -1 mean unlimited and zero durations "none"; before normalisation zero
// means "not given".
struct StreamConfig {
  std::string name;
  std::string description;
  std::vector<std::string> subjects;
  Retention retention = Retention::kLimits;
  std::int64_t max_consumers = 0;
  std::int64_t max_msgs = 0;
  std::int64_t max_bytes = 0;
  DurationNs max_age = 0;
  std::int64_t max_msgs_per_subject = 0;
  std::int32_t max_msg_size = 0;
  Discard discard = Discard::kOld;
  StorageType storage = StorageType::kFile;
  std::int64_t num_replicas = 0;
  bool no_ack = false;
  DurationNs duplicate_window = 0;
  Compression compression = Compression::kNone;  // kept and shown, without effect
  bool allow_direct = false;
  bool mirror_direct = false;  // without a mirror kept and shown, without effect
  bool discard_new_per_subject = false;
  bool sealed = false;  // only an update may set it
  bool deny_delete = false;
  bool deny_purge = false;
  bool allow_rollup_hdrs = false;
  bool allow_msg_ttl = false;
  bool allow_msg_schedules = false;
  Metadata metadata;

  // Always empty in a configuration that was accepted.
  FieldSet<UnbuiltStreamField> unbuilt;

  friend bool operator==(const StreamConfig&, const StreamConfig&) = default;
};

}  // namespace leat
