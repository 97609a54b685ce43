#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/subject/subject.h"
#include "proto/api/asset_rules.h"
#include "proto/api/reserved_subjects.h"
#include "proto/api/validate.h"

namespace leat {

namespace {

constexpr DurationNs kDefaultAckWait = 30'000'000'000;
constexpr DurationNs kEphemeralInactiveThreshold = 5'000'000'000;
constexpr DurationNs kShortestHeartbeat = 100'000'000;
constexpr DurationNs kShortestExpires = 1'000'000;
constexpr std::int64_t kDefaultMaxWaiting = 512;
constexpr std::int64_t kDefaultMaxAckPending = 1000;
constexpr std::size_t kGroupNameBytes = 16;

tl::unexpected<ApiError> consumer_refused(std::string_view text) {
  return api_failure(ApiErrorCode::kConsumerCreate, {text});
}

tl::unexpected<ApiError> unbuilt(std::string_view field) {
  return consumer_refused(std::string(field) + " is not supported by this server");
}

tl::unexpected<ApiError> bad_policy(std::string_view policy, std::string_view what) {
  return api_failure(ApiErrorCode::kConsumerInvalidPolicy,
                     {"consumer delivery policy is deliver " + std::string(policy) + ", but " +
                      std::string(what)});
}

// The lower of two bounds of which zero and less mean "none".
std::int64_t lower_bound_of(std::int64_t a, std::int64_t b) {
  if (a <= 0) return std::max<std::int64_t>(b, 0);
  return b <= 0 ? a : std::min(a, b);
}

void set_defaults(ConsumerConfig& config, std::int64_t max_ack_pending_bound) {
  if (config.is_durable()) config.name = config.durable_name;
  if (config.max_deliver == 0 || config.max_deliver < -1) config.max_deliver = -1;
  config.max_waiting = std::max<std::int64_t>(config.max_waiting, 0);
  config.max_batch = std::max<std::int64_t>(config.max_batch, 0);
  config.max_bytes = std::max<std::int64_t>(config.max_bytes, 0);
  config.max_expires = std::max<DurationNs>(config.max_expires, 0);
  config.idle_heartbeat = std::max<DurationNs>(config.idle_heartbeat, 0);
  config.inactive_threshold = std::max<DurationNs>(config.inactive_threshold, 0);
  config.priority_timeout = std::max<DurationNs>(config.priority_timeout, 0);
  if (!config.backoff.empty()) {
    config.ack_wait = config.backoff.front();
  } else if (config.ack_policy != AckPolicy::kNone && config.ack_wait == 0) {
    config.ack_wait = kDefaultAckWait;
  }
  if (config.is_pull() && config.max_waiting == 0) config.max_waiting = kDefaultMaxWaiting;
  config.max_ack_pending = std::max<std::int64_t>(config.max_ack_pending, -1);
  if (config.max_ack_pending == 0 && config.ack_policy != AckPolicy::kNone) {
    config.max_ack_pending = max_ack_pending_bound > 0
                                 ? std::min(kDefaultMaxAckPending, max_ack_pending_bound)
                                 : kDefaultMaxAckPending;
  }
}

ApiStatus check_waits(const ConsumerConfig& config) {
  for (const DurationNs wait : config.backoff) {
    if (wait < 0) return api_failure(ApiErrorCode::kConsumerBackOffNegative);
  }
  if (config.ack_wait < 0) return api_failure(ApiErrorCode::kConsumerAckWaitNegative);
  if (config.max_deliver > 0 &&
      static_cast<std::int64_t>(config.backoff.size()) > config.max_deliver) {
    return api_failure(ApiErrorCode::kConsumerMaxDeliverBackoff);
  }
  return {};
}

ApiStatus check_texts(const ConsumerConfig& config) {
  if (config.description.size() > kDescriptionBytes) {
    return api_failure(ApiErrorCode::kConsumerDescriptionTooLong, {"4096"});
  }
  if (config.name.size() > kAssetNameBytes) {
    return api_failure(ApiErrorCode::kConsumerNameTooLong, {"255"});
  }
  return {};
}

ApiStatus check_replicas(const ConsumerConfig& config, const StreamConfig& stream) {
  if (config.num_replicas < 0) return api_failure(ApiErrorCode::kReplicasCountCannotBeNegative);
  if (config.num_replicas > stream.num_replicas) {
    return api_failure(ApiErrorCode::kConsumerReplicasExceedsStream);
  }
  const bool must_match = stream.retention != Retention::kLimits;
  if (must_match && config.num_replicas != 0 && config.num_replicas != stream.num_replicas) {
    return api_failure(ApiErrorCode::kConsumerReplicasShouldMatchStream);
  }
  return {};
}

ApiStatus check_push(const ConsumerConfig& config, const StreamConfig& stream) {
  if (!is_literal_subject(config.deliver_subject)) {
    const bool is_pattern = is_valid_subject(config.deliver_subject);
    return api_failure(is_pattern ? ApiErrorCode::kConsumerDeliverToWildcards
                                  : ApiErrorCode::kConsumerInvalidDeliverSubject);
  }
  if (is_reserved_destination(config.deliver_subject)) {
    return api_failure(ApiErrorCode::kConsumerInvalidDeliverSubject);
  }
  for (const std::string& subject : stream.subjects) {
    if (subjects_collide(config.deliver_subject, subject)) {
      return api_failure(ApiErrorCode::kConsumerDeliverCycle);
    }
  }
  if (config.max_waiting != 0) return api_failure(ApiErrorCode::kConsumerPushMaxWaiting);
  if (config.max_ack_pending > 0 && config.ack_policy == AckPolicy::kNone) {
    return api_failure(ApiErrorCode::kConsumerMaxPendingAckPolicyRequired);
  }
  if (config.idle_heartbeat > 0 && config.idle_heartbeat < kShortestHeartbeat) {
    return api_failure(ApiErrorCode::kConsumerSmallHeartbeat);
  }
  return {};
}

ApiStatus check_pull(const ConsumerConfig& config, const StreamConfig& stream,
                     std::int64_t max_batch_bound) {
  if (stream.retention == Retention::kWorkQueue && config.ack_policy == AckPolicy::kNone) {
    return api_failure(ApiErrorCode::kConsumerPullRequiresAck);
  }
  if (config.rate_limit_bps != 0) return api_failure(ApiErrorCode::kConsumerPullWithRateLimit);
  if (config.idle_heartbeat > 0) return api_failure(ApiErrorCode::kConsumerHBRequiresPush);
  if (config.flow_control) return api_failure(ApiErrorCode::kConsumerFCRequiresPush);
  if (config.max_expires != 0 && config.max_expires < kShortestExpires) {
    return api_failure(ApiErrorCode::kConsumerMaxRequestExpiresTooSmall);
  }
  if (max_batch_bound > 0 && config.max_batch > max_batch_bound) {
    return api_failure(ApiErrorCode::kConsumerMaxRequestBatchExceeded,
                       {std::to_string(max_batch_bound)});
  }
  if (config.direct) return api_failure(ApiErrorCode::kConsumerDirectRequiresPush);
  if (config.ack_policy == AckPolicy::kFlowControl) {
    return api_failure(ApiErrorCode::kConsumerAckFCRequiresPush);
  }
  return {};
}

struct PolicyRule {
  DeliverPolicy policy;
  std::string_view word;
  bool needs_seq;
  bool needs_time;
};

constexpr PolicyRule kPolicyRules[] = {
    {DeliverPolicy::kAll, "all", false, false},
    {DeliverPolicy::kLast, "last", false, false},
    {DeliverPolicy::kNew, "new", false, false},
    {DeliverPolicy::kByStartSequence, "by start sequence", true, false},
    {DeliverPolicy::kByStartTime, "by start time", false, true},
    {DeliverPolicy::kLastPerSubject, "last per subject", false, false},
};

ApiStatus check_deliver_policy(const ConsumerConfig& config) {
  const PolicyRule& rule = kPolicyRules[static_cast<std::size_t>(config.deliver_policy)];
  const bool has_seq = static_cast<bool>(config.opt_start_seq);
  const bool has_time = config.opt_start_time.has_value();
  if (rule.needs_seq && !has_seq) {
    return bad_policy(rule.word, "optional start sequence is not set");
  }
  if (rule.needs_time && !has_time) return bad_policy(rule.word, "optional start time is not set");
  if (has_seq && !rule.needs_seq) {
    // The doubled word is what the peer says.
    return bad_policy(rule.word, rule.needs_time ? "optional start start sequence is also set"
                                                 : "optional start sequence is also set");
  }
  if (has_time && !rule.needs_time) {
    return bad_policy(rule.word, "optional start time is also set");
  }
  const bool is_filtered = !config.filter_subject.empty() || !config.filter_subjects.empty();
  if (rule.policy == DeliverPolicy::kLastPerSubject && !is_filtered) {
    return bad_policy(rule.word, "optional filter subject is not set");
  }
  return {};
}

ApiStatus check_sampling(const ConsumerConfig& config) {
  if (config.sample_freq.empty()) return {};
  std::string_view text = config.sample_freq;
  if (text.ends_with('%')) text.remove_suffix(1);
  int percent = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), percent);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size()) {
    return api_failure(ApiErrorCode::kConsumerInvalidSampling,
                       {"strconv.Atoi: parsing \"" + std::string(text) + "\": invalid syntax"});
  }
  return percent == 0 ? ApiStatus{} : ApiStatus{unbuilt("sample_freq")};
}

ApiStatus check_filters(const ConsumerConfig& config) {
  if (!config.filter_subject.empty() && !config.filter_subjects.empty()) {
    return api_failure(ApiErrorCode::kConsumerDuplicateFilterSubjects);
  }
  const std::vector<std::string> filters = config.filters();
  for (const std::string& filter : filters) {
    if (filter.empty()) return api_failure(ApiErrorCode::kConsumerEmptyFilter);
    if (!is_valid_subject(filter)) {
      return api_failure(ApiErrorCode::kStreamInvalidConfig, {"invalid subject"});
    }
  }
  for (std::size_t i = 0; i < filters.size(); ++i) {
    for (std::size_t j = i + 1; j < filters.size(); ++j) {
      if (is_subset(filters[i], filters[j]) || is_subset(filters[j], filters[i])) {
        return api_failure(ApiErrorCode::kConsumerOverlappingSubjectFilters);
      }
    }
  }
  return {};
}

bool is_group_name(std::string_view name) {
  if (name.size() > kGroupNameBytes) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '=' || c == '-';
  });
}

ApiStatus check_priority(const ConsumerConfig& config) {
  if (config.priority_policy == PriorityPolicy::kNone) {
    if (!config.priority_groups.empty()) {
      return api_failure(ApiErrorCode::kConsumerPriorityGroupWithPolicyNone);
    }
    if (config.priority_timeout != 0) {
      return api_failure(ApiErrorCode::kConsumerPinnedTTLWithoutPriorityPolicyNone);
    }
    return {};
  }
  if (!config.is_pull()) return api_failure(ApiErrorCode::kConsumerPushWithPriorityGroup);
  if (config.priority_groups.empty()) {
    return api_failure(ApiErrorCode::kConsumerPriorityPolicyWithoutGroup);
  }
  for (const std::string& group : config.priority_groups) {
    if (group.empty()) return api_failure(ApiErrorCode::kConsumerEmptyGroupName);
    if (!is_group_name(group)) return api_failure(ApiErrorCode::kConsumerInvalidGroupName);
  }
  return unbuilt("priority_policy");
}

ApiStatus check_unbuilt(const ConsumerConfig& config) {
  if (config.ack_policy == AckPolicy::kFlowControl) return unbuilt("ack_policy flow_control");
  if (config.direct) return unbuilt("direct");
  if (config.sourcing) return unbuilt("sourcing");
  if (config.pause_until) return unbuilt("pause_until");
  return {};
}

}  // namespace

ApiStatus check_consumer_target(ConsumerCreateRequest& request,
                                const ConsumerCreateTarget& target) {
  ConsumerConfig& config = request.config;
  if (request.stream_name != target.stream) return api_failure(ApiErrorCode::kStreamMismatch);
  if (has_path_separator(target.consumer)) {
    return api_failure(ApiErrorCode::kConsumerNameContainsPathSeparators);
  }
  if (target.is_durable_form && !config.is_durable()) {
    return api_failure(ApiErrorCode::kConsumerDurableNameNotSet);
  }
  if (target.consumer.empty()) {
    if (config.is_durable()) return api_failure(ApiErrorCode::kConsumerEphemeralWithDurableName);
    if (has_path_separator(config.name)) {
      return api_failure(ApiErrorCode::kConsumerNameContainsPathSeparators);
    }
  } else {
    if (config.is_durable() && config.durable_name != target.consumer) {
      return api_failure(ApiErrorCode::kConsumerDurableNameNotMatchSubject);
    }
    config.name = target.consumer;
  }
  if (!config.name.empty() && !is_asset_name(config.name)) {
    return api_failure(ApiErrorCode::kStreamInvalidConfig,
                       {R"(consumer name can not contain '.', '*', '>', '\', '/')"});
  }
  if (!target.filter.empty()) {
    if (!config.filter_subjects.empty()) {
      return api_failure(ApiErrorCode::kConsumerMultipleFiltersNotAllowed);
    }
    if (config.filter_subject != target.filter) {
      return api_failure(ApiErrorCode::kConsumerCreateFilterSubjectMismatch);
    }
  }
  // A server alone has one of each.
  if (config.num_replicas > 1) return api_failure(ApiErrorCode::kStreamReplicasNotSupported);
  return {};
}

ApiStatus check_consumer_pedantry(const ConsumerConfig& config, const ServerAssetLimits& server) {
  const auto pedantic = [](std::string_view text) {
    return api_failure(ApiErrorCode::kPedantic, {text});
  };
  if (config.max_deliver < -1) return pedantic("max_deliver must be set to -1");
  if (config.max_waiting < 0) return pedantic("max_waiting must not be negative");
  if (config.max_ack_pending < -1) return pedantic("max_ack_pending must be set to -1");
  if (config.max_batch < 0) return pedantic("max_batch must not be negative");
  if (config.max_expires < 0) return pedantic("max_expires must not be negative");
  if (config.max_bytes < 0) return pedantic("max_bytes must not be negative");
  if (config.idle_heartbeat < 0) return pedantic("idle_heartbeat must not be negative");
  if (config.inactive_threshold < 0) return pedantic("inactive_threshold must not be negative");
  if (config.priority_timeout < 0) return pedantic("priority_timeout must not be negative");
  const bool is_acked =
      config.ack_policy == AckPolicy::kExplicit || config.ack_policy == AckPolicy::kAll;
  const DurationNs ack_wait = config.ack_wait == 0 && is_acked ? kDefaultAckWait : config.ack_wait;
  if (!config.backoff.empty() && config.backoff.front() != ack_wait) {
    return pedantic("first backoff value has to equal batch AckWait");
  }
  if (config.is_pull() && config.max_batch == 0 && server.max_request_batch > 0) {
    return pedantic("max_request_batch must be set if it's JetStream limits are set");
  }
  return {};
}

ApiResult<ConsumerConfig> normalize_consumer_config(const ConsumerConfig& given,
                                                    const StreamConfig& stream,
                                                    const AccountLimits& account,
                                                    const ServerAssetLimits& server) {
  ConsumerConfig config = given;
  drop_server_metadata(config.metadata);
  const std::int64_t pending_bound =
      lower_bound_of(server.max_ack_pending, account.max_ack_pending);
  set_defaults(config, pending_bound);
  if (config.is_pull() && config.max_batch == 0) {
    config.max_batch = std::max<std::int64_t>(server.max_request_batch, 0);
  }
  LEAT_TRY(check_replicas(config, stream));
  LEAT_TRY(check_waits(config));
  LEAT_TRY(check_texts(config));
  LEAT_TRY(config.is_pull() ? check_pull(config, stream, server.max_request_batch)
                            : check_push(config, stream));
  if (pending_bound > 0 && config.max_ack_pending > pending_bound) {
    return api_failure(ApiErrorCode::kConsumerMaxPendingAckExcess, {std::to_string(pending_bound)});
  }
  LEAT_TRY(check_filters(config));
  LEAT_TRY(check_deliver_policy(config));
  LEAT_TRY(check_sampling(config));
  if (config.flow_control && config.idle_heartbeat == 0) {
    return api_failure(ApiErrorCode::kConsumerWithFlowControlNeedsHeartbeats);
  }
  if (metadata_bytes(config.metadata) > kMetadataBytes) {
    return api_failure(ApiErrorCode::kConsumerMetadataLength, {"128KB"});
  }
  LEAT_TRY(check_priority(config));
  LEAT_TRY(check_unbuilt(config));
  config.sample_freq.clear();
  return config;
}

void settle_life(ConsumerConfig& config, const ConsumerConfig* existing) {
  if (existing != nullptr && existing->is_durable()) {
    config.durable_name = existing->durable_name;
  } else if (!config.is_durable() && config.inactive_threshold == 0) {
    config.inactive_threshold =
        existing != nullptr ? existing->inactive_threshold : kEphemeralInactiveThreshold;
  }
}

ApiStatus check_consumer_update(const ConsumerConfig& old, const ConsumerConfig& updated) {
  if (updated.deliver_policy != old.deliver_policy) {
    return consumer_refused("deliver policy can not be updated");
  }
  if (updated.mem_storage != old.mem_storage)
    return consumer_refused("storage type can not be updated");
  if (updated.opt_start_seq != old.opt_start_seq) {
    return consumer_refused("start sequence can not be updated");
  }
  if (updated.opt_start_time != old.opt_start_time) {
    return consumer_refused("start time can not be updated");
  }
  if (updated.ack_policy != old.ack_policy)
    return consumer_refused("ack policy can not be updated");
  if (updated.replay_policy != old.replay_policy) {
    return consumer_refused("replay policy can not be updated");
  }
  if (updated.idle_heartbeat != old.idle_heartbeat) {
    return consumer_refused("heart beats can not be updated");
  }
  if (updated.flow_control != old.flow_control)
    return consumer_refused("flow control can not be updated");
  if (old.is_pull() && !updated.is_pull()) {
    return consumer_refused("can not update pull consumer to push based");
  }
  if (!old.is_pull() && updated.is_pull()) {
    return consumer_refused("can not update push consumer to pull based");
  }
  if (updated.max_waiting != old.max_waiting)
    return consumer_refused("max waiting can not be updated");
  return {};
}

ApiStatus check_queue_consumer(const ConsumerConfig& config, const StreamConfig& stream) {
  if (stream.retention != Retention::kWorkQueue) return {};
  if (config.ack_policy != AckPolicy::kExplicit) {
    return api_failure(ApiErrorCode::kConsumerWQRequiresExplicitAck);
  }
  if (config.deliver_policy != DeliverPolicy::kAll) {
    return api_failure(ApiErrorCode::kConsumerWQConsumerNotDeliverAll);
  }
  return {};
}

ApiStatus check_consumer_beside(const ConsumerConfig& config, const StreamConfig& stream,
                                std::span<const ConsumerConfig* const> others) {
  if (stream.retention != Retention::kWorkQueue || others.empty()) return {};
  const std::vector<std::string> filters = config.filters();
  if (filters.empty()) return api_failure(ApiErrorCode::kConsumerWQMultipleUnfiltered);
  for (const ConsumerConfig* other : others) {
    const std::vector<std::string> taken = other->filters();
    if (taken.empty()) return api_failure(ApiErrorCode::kConsumerWQConsumerNotUnique);
    for (const std::string& filter : filters) {
      const bool collides = std::any_of(taken.begin(), taken.end(), [&](const std::string& t) {
        return subjects_collide(filter, t);
      });
      if (collides) return api_failure(ApiErrorCode::kConsumerWQConsumerNotUnique);
    }
  }
  return {};
}

}  // namespace leat
