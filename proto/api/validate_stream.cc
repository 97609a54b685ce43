#include <algorithm>
#include <array>
#include <string>

#include "core/base/duration.h"
#include "core/base/result.h"
#include "core/subject/subject.h"
#include "proto/api/asset_rules.h"
#include "proto/api/validate.h"

namespace leat {

namespace {

constexpr DurationNs kShortestAge = 100'000'000;
constexpr DurationNs kDefaultDuplicateWindow = 120'000'000'000;
constexpr std::int64_t kReplicasMax = 5;

tl::unexpected<ApiError> stream_refused(std::string_view text) {
  return api_failure(ApiErrorCode::kStreamInvalidConfig, {text});
}

ApiStatus check_texts(const StreamConfig& config) {
  if (!is_asset_name(config.name)) {
    return stream_refused(R"(stream name is required and can not contain '.', '*', '>', '\', '/')");
  }
  if (config.name.size() > kAssetNameBytes) {
    return stream_refused("stream name is too long, maximum allowed is 255");
  }
  if (config.description.size() > kDescriptionBytes) {
    return stream_refused("stream description is too long, maximum allowed is 4096");
  }
  if (metadata_bytes(config.metadata) > kMetadataBytes) {
    return stream_refused("stream metadata exceeds maximum size of 131072 bytes");
  }
  return {};
}

// Zero and everything below -1 mean unlimited; pedantry wants -1 to be written.
template <typename Number>
ApiStatus normalize_limit(Number& limit, std::string_view name,
                          const StreamConfigRequest& request) {
  if (limit < -1 && request.pedantic) {
    return api_failure(ApiErrorCode::kPedantic, {std::string(name) + " must be set to -1"});
  }
  if (limit == 0 || limit < -1) limit = -1;
  return {};
}

ApiStatus normalize_limits(StreamConfig& config, const StreamConfigRequest& request) {
  if (config.num_replicas == 0) config.num_replicas = 1;
  if (config.num_replicas > kReplicasMax) return stream_refused("maximum replicas is 5");
  if (config.num_replicas < 0) return api_failure(ApiErrorCode::kReplicasCountCannotBeNegative);
  LEAT_TRY(normalize_limit(config.max_msgs, "max_msgs", request));
  LEAT_TRY(normalize_limit(config.max_msgs_per_subject, "max_msgs_per_subject", request));
  LEAT_TRY(normalize_limit(config.max_bytes, "max_bytes", request));
  LEAT_TRY(normalize_limit(config.max_msg_size, "max_msg_size", request));
  LEAT_TRY(normalize_limit(config.max_consumers, "max_consumers", request));
  return {};
}

ApiStatus default_duplicate_window(StreamConfig& config, const StreamConfigRequest& request,
                                   const ServerAssetLimits& server) {
  DurationNs window = kDefaultDuplicateWindow;
  if (server.duplicate_window > 0 && window > server.duplicate_window) {
    if (request.pedantic) {
      return api_failure(ApiErrorCode::kPedantic,
                         {"duplicate window limits are higher than current limits"});
    }
    window = server.duplicate_window;
  }
  if (config.max_age != 0 && config.max_age < window) {
    if (request.pedantic) {
      return api_failure(ApiErrorCode::kPedantic,
                         {"duplicate window cannot be bigger than max age"});
    }
    window = config.max_age;
  }
  config.duplicate_window = window;
  return {};
}

ApiStatus normalize_ages(StreamConfig& config, const StreamConfigRequest& request,
                         const ServerAssetLimits& server) {
  if (config.max_age < 0) return stream_refused("max age can not be negative");
  if (config.max_age != 0 && config.max_age < kShortestAge) {
    return stream_refused("max age needs to be >= 100ms");
  }
  if (config.duplicate_window == 0) {
    LEAT_TRY(default_duplicate_window(config, request, server));
  }
  if (config.duplicate_window < 0) return stream_refused("duplicates window can not be negative");
  if (config.max_age != 0 && config.duplicate_window > config.max_age) {
    return stream_refused("duplicates window can not be larger then max age");
  }
  if (server.duplicate_window > 0 && config.duplicate_window > server.duplicate_window) {
    return stream_refused("duplicates window can not be larger then server limit of " +
                          format_duration(server.duplicate_window));
  }
  if (config.duplicate_window < kShortestAge) {
    return stream_refused("duplicates window needs to be >= 100ms");
  }
  return {};
}

// A schedule replaces what was on its subject, so it needs roll-ups.
ApiStatus normalize_schedules(StreamConfig& config, const StreamConfigRequest& request) {
  if (!config.allow_msg_schedules) return {};
  if (config.discard == Discard::kNew) {
    return stream_refused("message scheduling cannot use discard new");
  }
  if (config.allow_rollup_hdrs) return {};
  if (request.pedantic) {
    return stream_refused("message scheduling cannot be set if roll-ups are disabled");
  }
  config.allow_rollup_hdrs = true;
  config.deny_purge = false;
  return {};
}

ApiStatus check_policies(const StreamConfig& config) {
  if (config.deny_purge && config.allow_rollup_hdrs) {
    return stream_refused("roll-ups require the purge permission");
  }
  if (config.discard_new_per_subject) {
    if (config.discard != Discard::kNew) {
      return stream_refused("discard new per subject requires discard new policy to be set");
    }
    if (config.max_msgs_per_subject <= 0) {
      return stream_refused("discard new per subject requires max msgs per subject > 0");
    }
  }
  return {};
}

// Fields that are not built. Where the combination is wrong by itself, that is what is said.
ApiStatus check_unbuilt(const StreamConfig& config) {
  using Field = UnbuiltStreamField;
  if (config.unbuilt.contains(Field::kMirror)) {
    if (!config.subjects.empty()) return api_failure(ApiErrorCode::kMirrorWithSubjects);
    if (config.unbuilt.contains(Field::kSources)) {
      return api_failure(ApiErrorCode::kMirrorWithSources);
    }
  }
  if (config.unbuilt.contains(Field::kAllowMsgCounter) && config.retention != Retention::kLimits) {
    return stream_refused("counter stream can only use limits retention");
  }
  if (config.allow_msg_schedules && config.unbuilt.contains(Field::kMirror)) {
    return api_failure(ApiErrorCode::kMirrorWithMsgSchedules);
  }
  if (config.allow_msg_schedules && config.unbuilt.contains(Field::kSources)) {
    return api_failure(ApiErrorCode::kSourceWithMsgSchedules);
  }
  if (config.unbuilt.contains(Field::kPersistMode) &&
      config.unbuilt.contains(Field::kAllowAtomic)) {
    return stream_refused("async persist mode is not supported with atomic batch publish");
  }
  for (int i = 0; i < kUnbuiltStreamFieldCount; ++i) {
    const auto field = static_cast<Field>(i);
    if (config.unbuilt.contains(field)) {
      return stream_refused(std::string(json_name(field)) + " is not supported by this server");
    }
  }
  return {};
}

ApiStatus check_reserved(const StreamConfig& config, std::string_view subject) {
  constexpr std::array<std::string_view, 3> kApiSubjects = {"$JS.>", "$JSC.>", "$NRG.>"};
  if (config.no_ack) return {};
  if (subject == ">") return stream_refused("capturing all subjects requires no-ack to be true");
  for (const std::string_view reserved : kApiSubjects) {
    if (subjects_collide(subject, reserved) && !is_subset(subject, "$JS.EVENT.>")) {
      return stream_refused("subjects that overlap with jetstream api require no-ack to be true");
    }
  }
  if (subjects_collide(subject, "$SYS.>") && !is_subset(subject, "$SYS.ACCOUNT.>")) {
    return stream_refused("subjects that overlap with system api require no-ack to be true");
  }
  return {};
}

ApiStatus check_subjects(const StreamConfig& config) {
  for (const std::string& subject : config.subjects) {
    if (!is_valid_subject(subject)) return stream_refused("invalid subject");
    LEAT_TRY(check_reserved(config, subject));
  }
  for (std::size_t i = 0; i < config.subjects.size(); ++i) {
    for (std::size_t j = i + 1; j < config.subjects.size(); ++j) {
      if (!subjects_collide(config.subjects[i], config.subjects[j])) continue;
      return stream_refused("subject \"" + config.subjects[i] + "\" overlaps with \"" +
                            config.subjects[j] + "\"");
    }
  }
  return {};
}

// A server alone has one of each.
ApiStatus check_replicas(const StreamConfig& config) {
  if (config.num_replicas > 1) return api_failure(ApiErrorCode::kStreamReplicasNotSupported);
  return {};
}

// What creation and update have in common.
ApiResult<StreamConfig> normalized(const StreamConfigRequest& request,
                                   const ServerAssetLimits& server) {
  StreamConfig config = request.config;
  LEAT_TRY(check_texts(config));
  drop_server_metadata(config.metadata);
  LEAT_TRY(normalize_limits(config, request));
  LEAT_TRY(normalize_ages(config, request, server));
  LEAT_TRY(check_policies(config));
  LEAT_TRY(normalize_schedules(config, request));
  LEAT_TRY(check_unbuilt(config));
  if (config.subjects.empty()) config.subjects.push_back(config.name);
  LEAT_TRY(check_subjects(config));
  return config;
}

}  // namespace

ApiStatus check_stream_target(const StreamConfig& config, std::string_view stream) {
  if (config.name != stream) return api_failure(ApiErrorCode::kStreamMismatch);
  if (has_path_separator(config.name)) {
    return api_failure(ApiErrorCode::kStreamNameContainsPathSeparators);
  }
  return {};
}

ApiResult<StreamConfig> normalize_stream_config(const StreamConfigRequest& request,
                                                const AccountLimits& account,
                                                const ServerAssetLimits& server) {
  const StreamConfig& config = request.config;
  if (config.sealed) return stream_refused("stream configuration for create can not be sealed");
  // A mirror that was promoted keeps it, so an update may say it.
  if (config.mirror_direct && !config.unbuilt.contains(UnbuiltStreamField::kMirror)) {
    return stream_refused("stream has no mirror but does have mirror direct");
  }
  LEAT_TRY_ASSIGN(StreamConfig made, normalized(request, server));
  LEAT_TRY(check_replicas(made));
  LEAT_TRY(check_stream_limits(made, account));
  return made;
}

ApiResult<StreamConfig> normalize_stream_update(const StreamConfigRequest& request,
                                                const ServerAssetLimits& server) {
  return normalized(request, server);
}

ApiStatus check_stream_limits(const StreamConfig& config, const AccountLimits& account) {
  if (account.max_bytes_required && config.max_bytes <= 0) {
    return api_failure(ApiErrorCode::kStreamMaxBytesRequired);
  }
  const std::int64_t bytes_max = config.storage == StorageType::kMemory
                                     ? account.memory_max_stream_bytes
                                     : account.storage_max_stream_bytes;
  if (bytes_max > 0 && config.max_bytes > bytes_max) {
    return api_failure(ApiErrorCode::kStreamMaxStreamBytesExceeded);
  }
  if (account.max_consumers > 0 && config.max_consumers > account.max_consumers) {
    return api_failure(ApiErrorCode::kMaximumConsumersLimit);
  }
  return {};
}

void close_if_sealed(StreamConfig& config) {
  if (!config.sealed) return;
  config.max_age = 0;
  config.discard = Discard::kNew;
  config.deny_delete = true;
  config.deny_purge = true;
  config.allow_rollup_hdrs = false;
}

ApiStatus check_stream_update(const StreamConfig& old, const StreamConfig& updated) {
  LEAT_TRY(check_replicas(updated));
  if (updated.storage != old.storage) {
    return stream_refused("stream configuration update can not change storage type");
  }
  const bool was_queue = old.retention == Retention::kWorkQueue;
  if (was_queue != (updated.retention == Retention::kWorkQueue)) {
    return stream_refused(
        "stream configuration update can not change retention policy to/from workqueue");
  }
  if (old.sealed && !updated.sealed) {
    return stream_refused("stream configuration update can not unseal a sealed stream");
  }
  if (old.deny_delete && !updated.deny_delete) {
    return stream_refused("stream configuration update can not cancel deny message deletes");
  }
  if (old.deny_purge && !updated.deny_purge) {
    return stream_refused("stream configuration update can not cancel deny purge");
  }
  if (old.allow_msg_ttl && !updated.allow_msg_ttl) {
    return stream_refused("message TTL status can not be disabled");
  }
  if (old.allow_msg_schedules && !updated.allow_msg_schedules) {
    return stream_refused("message schedules can not be disabled");
  }
  return {};
}

}  // namespace leat
