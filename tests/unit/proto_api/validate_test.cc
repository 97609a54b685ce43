// If these fail, a configuration is accepted that should not be, or refused with other words.
#include "proto/api/validate.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "proto/api/config_schema.h"
#include "proto/api/js_subject.h"
#include "proto/api/replies.h"
#include "tests/unit/proto_api/transcript.h"

namespace leat {
namespace {

std::string shown(const StreamConfig& config) {
  std::string out;
  JsonWriter json(out);
  write_stream_config(json, config, ShownMetadata::kAll);
  return out;
}

std::string shown(const ConsumerConfig& config) {
  std::string out;
  JsonWriter json(out);
  write_consumer_config(json, config, ShownMetadata::kAll);
  return out;
}

ApiResult<StreamConfig> stream_of(const Exchange& exchange) {
  const JsSubject subject = parse_js_subject(exchange.subject);
  auto request = decode_stream_config_request(exchange.body, JsonStrictness::kStrict);
  if (!request) return tl::unexpected(request.error());
  LEAT_TRY(check_stream_target(request->config, subject.stream));
  return normalize_stream_config(*request, {}, {});
}

// Wrong configurations in which a field is named first that is not built here. The codes are the
// peer's where it refuses the configuration as a whole (10052).
const std::map<std::string, std::string> kOwnWords = {
    {R"({"name":"S1","mirror":{"name":"NONE"}})", "mirror is not supported by this server"},
    {R"({"name":"S2","sources":[{"name":"A"},{"name":"A"}]})",
     "sources is not supported by this server"},
    {R"({"name":"S2","republish":{"src":">","dest":"S2"}})",
     "republish is not supported by this server"},
    {R"({"name":"S2","subject_delete_marker_ttl":5})",
     "subject_delete_marker_ttl is not supported by this server"},
    {R"({"name":"S2","placement":{"preferred":"x"}})", "placement is not supported by this server"},
    {R"({"name":"S2","subject_transform":{"src":"S2","dest":"b.{{wildcard(1)}}"}})",
     "subject_transform is not supported by this server"},
};

TEST(Validate, RefusesStreamsAsRecorded) {
  int refused = 0;
  for (const Exchange& exchange : read_exchanges("refused_streams.txt")) {
    const auto config = stream_of(exchange);
    const auto own = kOwnWords.find(exchange.body);
    if (own != kOwnWords.end()) {
      ASSERT_FALSE(config) << exchange.body;
      EXPECT_EQ(config.error().err_code, ApiErrorCode::kStreamInvalidConfig) << exchange.body;
      EXPECT_EQ(config.error().description, own->second);
      continue;
    }
    if (exchange.reply.find("\"err_code\":10065") != std::string::npos) {
      EXPECT_TRUE(config) << "what overlaps with another stream is not decided here";
      continue;
    }
    if (!config) {
      ++refused;
      EXPECT_EQ(error_reply(JsEndpoint::kStreamCreate, config.error()), exchange.reply)
          << exchange.body;
    } else {
      EXPECT_EQ(shown(*config), config_of(exchange.reply)) << exchange.body;
    }
  }
  EXPECT_GE(refused, 20);
}

TEST(Validate, RefusesConsumersAsRecorded) {
  std::map<std::string, StreamConfig> streams;
  std::map<std::string, std::vector<ConsumerConfig>> consumers;
  int refused = 0;
  for (const Exchange& exchange : read_exchanges("refused_consumers.txt")) {
    const JsSubject subject = parse_js_subject(exchange.subject);
    if (subject.endpoint == JsEndpoint::kStreamCreate) {
      streams.emplace(subject.stream, *stream_of(exchange));
      continue;
    }
    auto request = decode_consumer_create_request(exchange.body, JsonStrictness::kStrict);
    ApiResult<ConsumerConfig> config;
    if (!request) {
      config = tl::unexpected(request.error());
    } else if (auto target = check_consumer_target(
                   *request, {subject.stream, subject.consumer, subject.rest, false});
               !target) {
      config = tl::unexpected(target.error());
    } else if (streams.count(std::string(subject.stream)) == 0) {
      config = api_failure(ApiErrorCode::kStreamNotFound);
    } else {
      const StreamConfig& stream = streams.at(std::string(subject.stream));
      config = normalize_consumer_config(request->config, stream, {}, {});
      std::vector<const ConsumerConfig*> others;
      for (const ConsumerConfig& other : consumers[stream.name]) others.push_back(&other);
      if (config) {
        if (auto queue = check_queue_consumer(*config, stream); !queue) {
          config = tl::unexpected(queue.error());
        }
      }
      if (config) {
        settle_life(*config, nullptr);
        if (auto beside = check_consumer_beside(*config, stream, others); !beside) {
          config = tl::unexpected(beside.error());
        }
      }
      if (config) consumers[stream.name].push_back(*config);
    }
    if (!config) {
      ++refused;
      EXPECT_EQ(error_reply(JsEndpoint::kConsumerCreate, config.error()), exchange.reply)
          << exchange.body;
    } else {
      EXPECT_EQ(shown(*config), config_of(exchange.reply)) << exchange.body;
    }
  }
  EXPECT_EQ(refused, 27);
}

ApiResult<StreamConfig> stream_from(const std::string& body) {
  return stream_of({"$JS.API.STREAM.CREATE.S", body, ""});
}

std::string refusal_of_stream(const std::string& fields) {
  const auto config = stream_from(R"({"name":"S",)" + fields + "}");
  return config ? "accepted" : config.error().description;
}

TEST(Validate, StreamRulesInTheirWords) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("max_age":-1)", "max age can not be negative"},
      {R"("duplicate_window":-1)", "duplicates window can not be negative"},
      {R"("duplicate_window":1)", "duplicates window needs to be >= 100ms"},
      {R"("num_replicas":-1)", "replicas count cannot be negative"},
      {R"("max_bytes":-2,"pedantic":true)", "pedantic mode: max_bytes must be set to -1"},
      {R"("max_msg_size":-2,"pedantic":true)", "pedantic mode: max_msg_size must be set to -1"},
      {R"("subjects":["a","a"])", R"(subject "a" overlaps with "a")"},
      {R"("subjects":[""])", "invalid subject"},
      {R"("subjects":["a b"])", "invalid subject"},
      {R"("subjects":["$SYS.x"])",
       "subjects that overlap with system api require no-ack to be true"},
      {R"("subjects":["$JSC.a"])",
       "subjects that overlap with jetstream api require no-ack to be true"},
      {R"("subjects":["*.>"])",
       "subjects that overlap with jetstream api require no-ack to be true"},
      {R"("subjects":["$JS.>"],"no_ack":true)", "accepted"},
      {R"("subjects":["$JS.EVENT.x"])", "accepted"},
      {R"("subjects":["$SYS.ACCOUNT.A.x"])", "accepted"},
      {R"("subjects":[">"],"no_ack":true)", "accepted"},
      {R"("discard_new_per_subject":true,"discard":"new")",
       "discard new per subject requires max msgs per subject > 0"},
      {R"("mirror":null,"sources":[],"placement":{},"first_seq":0,"consumer_limits":{})",
       "accepted"},
      {R"("persist_mode":"default","mirror_direct":false,"allow_atomic":false)", "accepted"},
      {R"("placement":{"cluster":"","tags":null})", "accepted"},
      {R"("first_seq":5)", "first_seq is not supported by this server"},
      {R"("consumer_limits":{"max_ack_pending":1})",
       "consumer_limits is not supported by this server"},
  };
  for (const auto& [fields, refusal] : cases) EXPECT_EQ(refusal_of_stream(fields), refusal);
}

TEST(Validate, StreamDefaultsFollowTheAge) {
  EXPECT_EQ(stream_from(R"({"name":"S"})")->duplicate_window, 120'000'000'000);
  EXPECT_EQ(stream_from(R"({"name":"S","max_age":100000000})")->duplicate_window, 100'000'000);
  EXPECT_EQ(stream_from(R"({"name":"S","duplicate_window":300000000000})")->duplicate_window,
            300'000'000'000);
  StreamConfigRequest request;
  request.config.name = "S";
  EXPECT_EQ(
      normalize_stream_config(request, {}, {.duplicate_window = 1'000'000'000})->duplicate_window,
      1'000'000'000);
  request.config.duplicate_window = 2'000'000'000;
  EXPECT_EQ(
      normalize_stream_config(request, {}, {.duplicate_window = 1'000'000'000}).error().description,
      "duplicates window can not be larger then server limit of 1s");
}

TEST(Validate, NamesHaveTheirLimits) {
  EXPECT_EQ(stream_of({"$JS.API.STREAM.CREATE.a*", R"({"name":"a*"})", ""}).error().description,
            R"(stream name is required and can not contain '.', '*', '>', '\', '/')");
  const std::string longest(255, 'n');
  EXPECT_TRUE(
      stream_of({"$JS.API.STREAM.CREATE." + longest, R"({"name":")" + longest + "\"}", ""}));
  const std::string longer(256, 'n');
  EXPECT_EQ(stream_of({"$JS.API.STREAM.CREATE." + longer, R"({"name":")" + longer + "\"}", ""})
                .error()
                .description,
            "stream name is too long, maximum allowed is 255");
  StreamConfigRequest request;
  request.config.name = "S";
  request.config.description = std::string(4097, 'd');
  EXPECT_EQ(normalize_stream_config(request, {}, {}).error().description,
            "stream description is too long, maximum allowed is 4096");
  request.config.description = {};
  request.config.metadata["k"] = std::string(128 * 1024, 'v');
  EXPECT_EQ(normalize_stream_config(request, {}, {}).error().description,
            "stream metadata exceeds maximum size of 131072 bytes");
}

TEST(Validate, TheServersMetadataComesBackAndIsDropped) {
  const auto config = stream_from(
      R"({"name":"S","metadata":{"_nats.level":"5","_nats.req.level":"0","_nats.ver":"x","a":"b"}})");
  EXPECT_EQ(config->metadata, (Metadata{{"a", "b"}}));
}

TEST(Validate, AccountsLimitStreams) {
  StreamConfigRequest request;
  request.config.name = "S";
  EXPECT_EQ(normalize_stream_config(request, {.max_bytes_required = true}, {}).error().err_code,
            ApiErrorCode::kStreamMaxBytesRequired);
  request.config.max_bytes = 101;
  EXPECT_EQ(
      normalize_stream_config(request, {.storage_max_stream_bytes = 100}, {}).error().err_code,
      ApiErrorCode::kStreamMaxStreamBytesExceeded);
  EXPECT_TRUE(normalize_stream_config(request, {.memory_max_stream_bytes = 100}, {}));
}

TEST(Validate, SchedulesNeedRollups) {
  const auto answer = [](const std::string& fields) {
    const auto config = stream_from(R"({"name":"S","allow_msg_schedules":true)" + fields + "}");
    if (!config) {
      return std::to_string(static_cast<int>(config.error().err_code)) + " " +
             config.error().description;
    }
    return std::string(config->allow_rollup_hdrs && !config->deny_purge ? "rolls up" : "does not");
  };
  EXPECT_EQ(answer(""), "rolls up");
  EXPECT_EQ(answer(R"(,"deny_purge":true)"), "rolls up");
  EXPECT_EQ(answer(R"(,"deny_purge":true,"allow_rollup_hdrs":true)"),
            "10052 roll-ups require the purge permission");
  EXPECT_EQ(answer(R"(,"discard":"new")"), "10052 message scheduling cannot use discard new");
  EXPECT_EQ(answer(R"(,"pedantic":true,"max_msgs":-1,"max_msgs_per_subject":-1,"max_bytes":-1,)"
                   R"("max_msg_size":-1,"max_consumers":-1)"),
            "10052 message scheduling cannot be set if roll-ups are disabled");
  EXPECT_EQ(answer(R"(,"mirror":{"name":"O"})"),
            "10186 stream mirrors can not also schedule messages");
  EXPECT_EQ(answer(R"(,"sources":[{"name":"O"}])"),
            "10187 stream source can not also schedule messages");
  StreamConfig old;
  old.allow_msg_schedules = true;
  EXPECT_EQ(check_stream_update(old, {}).error().description,
            "message schedules can not be disabled");
  EXPECT_TRUE(check_stream_update({}, old));
}

TEST(Validate, StreamsKeepWhatMayNotChange) {
  StreamConfig old;
  old.deny_delete = old.deny_purge = old.allow_msg_ttl = true;
  const auto refusal = [&old](const StreamConfig& updated) {
    const auto status = check_stream_update(old, updated);
    return status ? "accepted" : status.error().description;
  };
  EXPECT_EQ(refusal(old), "accepted");
  StreamConfig updated = old;
  updated.allow_msg_ttl = false;
  EXPECT_EQ(refusal(updated), "message TTL status can not be disabled");
  updated.deny_purge = false;
  EXPECT_EQ(refusal(updated), "stream configuration update can not cancel deny purge");
  updated.deny_delete = false;
  EXPECT_EQ(refusal(updated), "stream configuration update can not cancel deny message deletes");
  updated.retention = Retention::kWorkQueue;
  EXPECT_EQ(refusal(updated),
            "stream configuration update can not change retention policy to/from workqueue");
  updated.storage = StorageType::kMemory;
  EXPECT_EQ(refusal(updated), "stream configuration update can not change storage type");
  updated = old;
  updated.retention = Retention::kInterest;
  EXPECT_EQ(refusal(updated), "accepted");
}

ApiResult<ConsumerConfig> consumer_from(const std::string& fields, Retention retention) {
  StreamConfig stream;
  stream.name = "S";
  stream.subjects = {"s.>"};
  stream.num_replicas = 1;
  stream.retention = retention;
  auto request = decode_consumer_create_request(R"({"stream_name":"S","config":{)" + fields + "}}",
                                                JsonStrictness::kStrict);
  if (!request) return tl::unexpected(request.error());
  LEAT_TRY(check_consumer_target(*request, {"S", "c", "", false}));
  return normalize_consumer_config(request->config, stream, {}, {});
}

std::string refusal_of_consumer(const std::string& fields) {
  const auto config = consumer_from(fields, Retention::kLimits);
  return config ? "accepted" : config.error().description;
}

TEST(Validate, ConsumerRulesInTheirWords) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("deliver_policy":"undefined")", "accepted"},
      {R"("deliver_policy":"new","opt_start_seq":3)",
       "consumer delivery policy is deliver new, but optional start sequence is also set"},
      {R"("deliver_policy":"last","opt_start_time":"2020-01-01T00:00:00Z")",
       "consumer delivery policy is deliver last, but optional start time is also set"},
      {R"("deliver_policy":"by_start_time")",
       "consumer delivery policy is deliver by start time, but optional start time is not set"},
      {R"("deliver_policy":"by_start_time","opt_start_seq":1,"opt_start_time":"2020-01-01T00:00:00Z")",
       "consumer delivery policy is deliver by start time, but optional start start sequence is "
       "also set"},
      {R"("filter_subject":"s..a")", "invalid subject"},
      {R"("filter_subjects":["s.a","s.a"])", "consumer subject filters cannot overlap"},
      {R"("filter_subjects":["*.a","s.*"])", "accepted"},
      {R"("filter_subject":"zzz")", "accepted"},
      {R"("ack_policy":"explicit","backoff":[-1])", "consumer backoff needs to be positive"},
      {R"("flow_control":true)", "consumer flow control requires a push based consumer"},
      {R"("idle_heartbeat":1)", "consumer idle heartbeat requires a push based consumer"},
      {R"("deliver_subject":"d","flow_control":true)",
       "consumer with flow control also needs heartbeats"},
      {R"("deliver_subject":"d","idle_heartbeat":1)",
       "consumer idle heartbeat needs to be >= 100ms"},
      {R"("deliver_subject":"d.*")", "consumer deliver subject has wildcards"},
      {R"("deliver_subject":"d..a")", "invalid push consumer deliver subject"},
      {R"("deliver_subject":"$JS.API.STREAM.PURGE.S")", "invalid push consumer deliver subject"},
      {R"("deliver_subject":"$JS.hub.API.INFO")", "invalid push consumer deliver subject"},
      {R"("deliver_subject":"$JS.ACK.S.c.1.1.1.1.0")", "invalid push consumer deliver subject"},
      {R"("deliver_subject":"_GR_.a.b")", "invalid push consumer deliver subject"},
      {R"("deliver_subject":"$JS.M.x")", "accepted"},
      {R"("deliver_subject":"s.a")", "consumer deliver subject forms a cycle"},
      {R"("deliver_subject":"d","max_ack_pending":5)",
       "consumer requires ack policy for max ack pending"},
      {R"("max_expires":1)", "consumer max request expires needs to be >= 1ms"},
      {R"("direct":true)", "consumer direct requires a push based consumer"},
      {R"("priority_groups":["a"])", "consumer can not have priority groups when policy is none"},
      {R"("priority_timeout":5)", "PinnedTTL cannot be set when PriorityPolicy is none"},
      {R"("priority_policy":"overflow","priority_groups":["a"])",
       "priority_policy is not supported by this server"},
      {R"("replay_policy":"original")", "accepted"},
      {R"("rate_limit_bps":1,"deliver_subject":"d")", "accepted"},
      {R"("sample_freq":"50%")", "sample_freq is not supported by this server"},
      {R"("sample_freq":"0")", "accepted"},
      {R"("pause_until":"2099-01-01T00:00:00Z")", "pause_until is not supported by this server"},
      {R"("pause_until":"0001-01-01T00:00:00Z","priority_groups":[],"priority_policy":"none")",
       "accepted"},
  };
  for (const auto& [fields, refusal] : cases) EXPECT_EQ(refusal_of_consumer(fields), refusal);
}

TEST(Validate, ConsumerDefaults) {
  const auto plain = consumer_from("", Retention::kLimits);
  EXPECT_EQ(plain->max_deliver, -1);
  EXPECT_EQ(plain->max_waiting, 512);
  EXPECT_EQ(plain->max_ack_pending, 0);
  EXPECT_EQ(plain->ack_wait, 0);
  EXPECT_EQ(plain->inactive_threshold, 0);  // settle_life() knows whether the consumer exists
  const auto acked = consumer_from(R"("durable_name":"c","ack_policy":"all","max_deliver":-5)",
                                   Retention::kLimits);
  EXPECT_EQ(acked->name, "c");
  EXPECT_EQ(acked->ack_wait, 30'000'000'000);
  EXPECT_EQ(acked->max_ack_pending, 1000);
  EXPECT_EQ(acked->max_deliver, -1);
  EXPECT_EQ(acked->inactive_threshold, 0);
  const auto backed_off =
      consumer_from(R"("ack_policy":"explicit","backoff":[5,2],"ack_wait":7)", Retention::kLimits);
  EXPECT_EQ(backed_off->ack_wait, 5);
  const auto push = consumer_from(R"("deliver_subject":"d")", Retention::kLimits);
  EXPECT_EQ(push->max_waiting, 0);
  const auto unlimited = consumer_from(
      R"("ack_policy":"explicit","max_ack_pending":-7,"max_batch":-1)", Retention::kLimits);
  EXPECT_EQ(unlimited->max_ack_pending, -1);
  EXPECT_EQ(unlimited->max_batch, 0);
  // It was kept as it came, and refused every later update.
  EXPECT_EQ(consumer_from(R"("idle_heartbeat":-1)", Retention::kLimits)->idle_heartbeat, 0);
  EXPECT_EQ(
      consumer_from(R"("deliver_subject":"d","max_waiting":-1)", Retention::kLimits)->max_waiting,
      0);
  EXPECT_EQ(
      consumer_from(R"("ack_policy":"explicit","backoff":[5],"ack_wait":-1)", Retention::kLimits)
          ->ack_wait,
      5);
}

TEST(Validate, ServerLimitsLowerConsumers) {
  StreamConfig stream;
  ConsumerConfig config;
  config.name = "c";
  config.ack_policy = AckPolicy::kExplicit;
  const ServerAssetLimits server{.max_ack_pending = 100, .max_request_batch = 7};
  EXPECT_EQ(
      normalize_consumer_config(config, stream, {.max_ack_pending = 10}, server)->max_ack_pending,
      10);
  config.max_ack_pending = 101;
  EXPECT_EQ(normalize_consumer_config(config, stream, {}, server).error().description,
            "consumer max ack pending exceeds system limit of 100");
  config.max_ack_pending = 0;
  config.max_batch = 8;
  EXPECT_EQ(normalize_consumer_config(config, stream, {}, server).error().description,
            "consumer max request batch exceeds server limit of 7");
}

TEST(Validate, ConsumerTargets) {
  const auto refusal = [](const std::string& config, const ConsumerCreateTarget& target) {
    auto request = decode_consumer_create_request(R"({"stream_name":"S","config":)" + config + "}",
                                                  JsonStrictness::kStrict);
    const auto status = check_consumer_target(*request, target);
    return status ? ApiErrorCode::kNone : status.error().err_code;
  };
  EXPECT_EQ(refusal(R"({"name":"b"})", {"S", "b", "", true}),
            ApiErrorCode::kConsumerDurableNameNotSet);
  EXPECT_EQ(refusal(R"({"durable_name":"x"})", {"S", "b", "", true}),
            ApiErrorCode::kConsumerDurableNameNotMatchSubject);
  EXPECT_EQ(refusal(R"({"durable_name":"b"})", {"S", "", "", false}),
            ApiErrorCode::kConsumerEphemeralWithDurableName);
  EXPECT_EQ(refusal("{}", {"S", "a/b", "", false}),
            ApiErrorCode::kConsumerNameContainsPathSeparators);
  EXPECT_EQ(refusal("{}", {"S", "n*", "", false}), ApiErrorCode::kStreamInvalidConfig);
  EXPECT_EQ(refusal("{}", {"S", "c", "s.a", false}),
            ApiErrorCode::kConsumerCreateFilterSubjectMismatch);
  EXPECT_EQ(refusal("{}", {"T", "c", "", false}), ApiErrorCode::kStreamMismatch);
  EXPECT_EQ(refusal(R"({"name":"other","filter_subject":"s.a"})", {"S", "c", "s.a", false}),
            ApiErrorCode::kNone);
}

TEST(Validate, ConsumersKeepWhatMayNotChange) {
  const auto refusal = [](const ConsumerConfig& old, const ConsumerConfig& updated) {
    const auto status = check_consumer_update(old, updated);
    return status ? "accepted" : status.error().description;
  };
  const ConsumerConfig old;
  ConsumerConfig updated = old;
  updated.max_waiting = 5;
  EXPECT_EQ(refusal(old, updated), "max waiting can not be updated");
  updated.deliver_subject = "d";
  EXPECT_EQ(refusal(old, updated), "can not update pull consumer to push based");
  EXPECT_EQ(refusal(updated, old), "can not update push consumer to pull based");
  updated.idle_heartbeat = 1;
  EXPECT_EQ(refusal(old, updated), "heart beats can not be updated");
  updated.ack_policy = AckPolicy::kAll;
  EXPECT_EQ(refusal(old, updated), "ack policy can not be updated");
  updated.mem_storage = true;
  EXPECT_EQ(refusal(old, updated), "storage type can not be updated");
  updated.deliver_policy = DeliverPolicy::kNew;
  EXPECT_EQ(refusal(old, updated), "deliver policy can not be updated");
  ConsumerConfig allowed = old;
  allowed.description = "x";
  allowed.filter_subject = "s.a";
  allowed.max_deliver = 3;
  allowed.num_replicas = 1;
  EXPECT_EQ(refusal(old, allowed), "accepted");
}

TEST(Validate, APedanticConsumerIsToldWhatWouldBePutRight) {
  const auto refusal = [](const std::string& fields) {
    const auto request = decode_consumer_create_request(
        R"({"stream_name":"S","config":{)" + fields + "}}", JsonStrictness::kStrict);
    const auto status = check_consumer_pedantry(request->config, {.max_request_batch = 7});
    return status ? "accepted" : status.error().description;
  };
  const std::pair<std::string, std::string> cases[] = {
      {R"("max_deliver":-2,"max_waiting":-1)", "max_deliver must be set to -1"},
      {R"("max_waiting":-1)", "max_waiting must not be negative"},
      {R"("idle_heartbeat":-1)", "idle_heartbeat must not be negative"},
      {R"("ack_policy":"all","backoff":[5])", "first backoff value has to equal batch AckWait"},
      {R"("max_batch":0)", "max_request_batch must be set if it's JetStream limits are set"},
  };
  for (const auto& [fields, text] : cases) {
    EXPECT_EQ(refusal(fields), "pedantic mode: " + text);
  }
  EXPECT_EQ(refusal(R"("ack_policy":"explicit","ack_wait":5,"backoff":[5],"max_batch":7)"),
            "accepted");
}

TEST(Validate, APedanticStreamIsToldOfItsDuplicateWindow) {
  StreamConfigRequest request;
  request.config.name = "S";
  request.config.max_age = 1'000'000'000;
  request.pedantic = true;
  EXPECT_EQ(normalize_stream_update(request, {}).error().description,
            "pedantic mode: duplicate window cannot be bigger than max age");
  EXPECT_EQ(
      normalize_stream_update(request, {.duplicate_window = 5'000'000'000}).error().description,
      "pedantic mode: duplicate window limits are higher than current limits");
}

// A server that sets the bound of a request gives it to consumers that set none.
TEST(Validate, TheServersRequestBatchIsTheDefaultOfAPullConsumer) {
  StreamConfig stream;
  ConsumerConfig config;
  EXPECT_EQ(normalize_consumer_config(config, stream, {}, {.max_request_batch = 7})->max_batch, 7);
  config.deliver_subject = "d";
  EXPECT_EQ(normalize_consumer_config(config, stream, {}, {.max_request_batch = 7})->max_batch, 0);
}

TEST(Validate, AnEmptyListIsOneThatIsLeftOut) {
  EXPECT_EQ(*stream_from(R"({"name":"S","sources":[],"metadata":{}})"),
            *stream_from(R"({"name":"S"})"));
  EXPECT_EQ(
      *consumer_from(R"("backoff":[],"filter_subjects":[],"metadata":{})", Retention::kLimits),
      *consumer_from("", Retention::kLimits));
}

}  // namespace
}  // namespace leat
