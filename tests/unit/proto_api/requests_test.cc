// If these fail, a request means something else here than its sender wrote.
#include "proto/api/requests.h"

#include <gtest/gtest.h>

#include "proto/api/config_json.h"
#include "proto/api/pull_request.h"

namespace leat {
namespace {

std::string refusal(const ApiError& error) { return error.description; }

TEST(Requests, StreamConfigErrorsAreGos) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"name":"S1","nonsense":1})", R"(invalid JSON: json: unknown field "nonsense")"},
      {R"({"name":"S1")", "invalid JSON: unexpected EOF"},
      {R"({"name":"S1"} x)",
       "invalid JSON: invalid character 'x' looking for beginning of value at offset 15"},
      {R"({"name":"S","max_msgs":1.5})",
       "invalid JSON: json: cannot unmarshal number 1.5 into Go struct field "
       "StreamConfigRequest.StreamConfig.max_msgs of type int64"},
      {R"({"name":"S","max_age":"1s"})",
       "invalid JSON: json: cannot unmarshal string into Go struct field "
       "StreamConfigRequest.StreamConfig.max_age of type time.Duration"},
      {R"({"name":"S","max_msg_size":2147483648})",
       "invalid JSON: json: cannot unmarshal number 2147483648 into Go struct field "
       "StreamConfigRequest.StreamConfig.max_msg_size of type int32"},
      {R"({"name":"S","max_consumers":"x"})",
       "invalid JSON: json: cannot unmarshal string into Go struct field "
       "StreamConfigRequest.StreamConfig.max_consumers of type int"},
      {R"({"name":"S","subjects":[1]})",
       "invalid JSON: json: cannot unmarshal number into Go struct field "
       "StreamConfigRequest.StreamConfig.subjects of type string"},
      {R"({"name":"S","metadata":{"a":1}})",
       "invalid JSON: json: cannot unmarshal number into Go struct field "
       "StreamConfigRequest.StreamConfig.metadata of type string"},
      {R"({"name":"S","mirror":5})",
       "invalid JSON: json: cannot unmarshal number into Go struct field "
       "StreamConfigRequest.StreamConfig.mirror of type server.StreamSource"},
      {R"({"name":"S","storage":"FILE"})", R"(invalid JSON: can not unmarshal "\"FILE\"")"},
      {R"({"name":"S","retention":null})", R"(invalid JSON: can not unmarshal "null")"},
      {R"({"name":"S","compression":"zip"})", "invalid JSON: unknown compression algorithm"},
      {"[]",
       "invalid JSON: json: cannot unmarshal array into Go value of type "
       "server.StreamConfigRequest"},
  };
  for (const auto& [body, text] : cases) {
    const auto request = decode_stream_config_request(body, JsonStrictness::kStrict);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().err_code, ApiErrorCode::kInvalidJSON);
    EXPECT_EQ(refusal(request.error()), text);
  }
}

TEST(Requests, UnknownFieldsPassWhenNotStrict) {
  const auto request =
      decode_stream_config_request(R"({"name":"S","nonsense":1})", JsonStrictness::kLenient);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->config.name, "S");
}

TEST(Requests, AnEmptyBodyIsAnEmptyRequest) {
  for (const auto strictness : {JsonStrictness::kStrict, JsonStrictness::kLenient}) {
    EXPECT_EQ(decode_stream_config_request("", strictness)->config.name, "");
    EXPECT_EQ(decode_consumer_create_request("", strictness)->stream_name, "");
  }
  EXPECT_EQ(decode_stream_page_request("xyz", JsonStrictness::kStrict)->offset, 0);
}

TEST(Requests, ConsumerErrorsAreGos) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"config":{"bogus":1}})", R"(invalid JSON: json: unknown field "bogus")"},
      {R"({"config":{"max_deliver":"x"}})",
       "invalid JSON: json: cannot unmarshal string into Go struct field "
       "ConsumerConfig.config.max_deliver of type int"},
      {R"({"config":{"backoff":["x"]}})",
       "invalid JSON: json: cannot unmarshal string into Go struct field "
       "ConsumerConfig.config.backoff of type time.Duration"},
      {R"({"config":5})",
       "invalid JSON: json: cannot unmarshal number into Go struct field "
       "CreateConsumerRequest.config of type server.ConsumerConfig"},
      {R"({"config":{"opt_start_seq":-1}})",
       "invalid JSON: json: cannot unmarshal number -1 into Go struct field "
       "ConsumerConfig.config.opt_start_seq of type uint64"},
      {R"({"config":{"opt_start_time":5}})",
       "invalid JSON: Time.UnmarshalJSON: input is not a JSON string"},
      {R"({"config":{"opt_start_time":"x"}})",
       R"(invalid JSON: parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006")"},
      {R"({"action":"foo"})", R"(invalid JSON: unknown consumer action: "foo")"},
      {R"({"config":{"priority_policy":"x"}})", R"(invalid JSON: unknown priority policy: "x")"},
  };
  for (const auto& [body, text] : cases) {
    const auto request = decode_consumer_create_request(body, JsonStrictness::kStrict);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(refusal(request.error()), text);
  }
}

TEST(Requests, ReadsAWholeConsumer) {
  const auto request = decode_consumer_create_request(
      R"({"stream_name":"S","action":"update","pedantic":true,"config":{"durable_name":"d",
          "deliver_policy":"by_start_time","opt_start_time":"2020-01-01T00:00:00.123456Z",
          "ack_policy":"explicit","backoff":[1,2],"filter_subjects":["a","b"],
          "pause_until":"0001-01-01T00:00:00Z"}})",
      JsonStrictness::kStrict);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->action, ConsumerAction::kUpdate);
  EXPECT_TRUE(request->pedantic);
  EXPECT_EQ(request->config.opt_start_time, 1577836800123456000);
  EXPECT_EQ(request->config.backoff, (std::vector<DurationNs>{1, 2}));
  EXPECT_EQ(request->config.filters(), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(request->config.pause_until);
}

TEST(Requests, PurgeTakesOneBound) {
  EXPECT_EQ(decode_purge_request(R"({"filter":"a","keep":1})", JsonStrictness::kStrict)->keep, 1U);
  EXPECT_EQ(decode_purge_request("xyz", JsonStrictness::kStrict)->keep, 0U);
  EXPECT_EQ(decode_purge_request(R"({"seq":3,"keep":1})", JsonStrictness::kStrict).error().err_code,
            ApiErrorCode::kBadRequest);
  EXPECT_EQ(refusal(decode_purge_request(R"({"seq":"x"})", JsonStrictness::kStrict).error()),
            "invalid JSON: json: cannot unmarshal string into Go struct field "
            "JSApiStreamPurgeRequest.seq of type uint64");
}

TEST(Requests, MsgGetSelectsExactlyOneThing) {
  for (const std::string_view good :
       {R"({"seq":1})", R"({"last_by_subj":"a"})", R"({"seq":2,"next_by_subj":"a.>"})",
        R"({"next_by_subj":"a"})", R"({"start_time":"2020-01-01T00:00:00Z"})",
        R"({"seq":1,"no_hdr":true})"}) {
    EXPECT_TRUE(decode_msg_get_request(good, JsonStrictness::kStrict)) << good;
  }
  for (const std::string_view bad :
       {"", "{}", R"({"seq":0})", R"({"seq":1,"last_by_subj":"a"})", R"({"seq":1,"batch":2})",
        R"({"multi_last":["a"]})", R"({"seq":1,"start_time":"2020-01-01T00:00:00Z"})",
        R"({"next_by_subj":"a","last_by_subj":"a"})"}) {
    const auto request = decode_msg_get_request(bad, JsonStrictness::kStrict);
    ASSERT_FALSE(request) << bad;
    EXPECT_EQ(request.error().err_code, ApiErrorCode::kBadRequest) << bad;
  }
  EXPECT_EQ(refusal(decode_msg_get_request("xyz", JsonStrictness::kStrict).error()),
            "invalid JSON: invalid character 'x' looking for beginning of value at offset 1");
}

TEST(Requests, EmptinessIsNoBytesOrNoMembers) {
  for (const std::string_view empty : {"", "{}", "{ }", " {\n} "}) {
    EXPECT_TRUE(is_empty_request(empty)) << empty;
  }
  for (const std::string_view full : {R"({"x":1})", "[]", "null", "x", " "}) {
    EXPECT_FALSE(is_empty_request(full)) << full;
  }
}

TEST(Requests, KeptConfigurationsComeBackEqual) {
  StreamConfig stream;
  stream.name = "S\"\\\x01";
  stream.subjects = {"a.>", "b.*"};
  stream.retention = Retention::kWorkQueue;
  stream.discard = Discard::kNew;
  stream.storage = StorageType::kMemory;
  stream.compression = Compression::kS2;
  stream.max_msg_size = -1;
  stream.max_bytes = INT64_MAX;
  stream.allow_msg_ttl = true;
  stream.metadata = {{"k", "v"}};
  const auto stream_again = decode_stream_config(encode_stream_config(stream));
  ASSERT_TRUE(stream_again);
  EXPECT_EQ(*stream_again, stream);

  ConsumerConfig consumer;
  consumer.durable_name = consumer.name = "c";
  consumer.deliver_policy = DeliverPolicy::kByStartTime;
  consumer.opt_start_time = 1'000'000'001;
  consumer.ack_policy = AckPolicy::kExplicit;
  consumer.backoff = {1, 2};
  consumer.max_deliver = -1;
  consumer.metadata = {{"k", "v"}};
  const auto consumer_again = decode_consumer_config(encode_consumer_config(consumer));
  ASSERT_TRUE(consumer_again);
  EXPECT_EQ(*consumer_again, consumer);
}

TEST(PullRequests, ReadNothingNumbersAndObjects) {
  EXPECT_EQ(parse_pull_request("")->batch, 1);
  EXPECT_EQ(parse_pull_request("25")->batch, 25);
  EXPECT_EQ(parse_pull_request("-4")->batch, 1);
  EXPECT_EQ(parse_pull_request("abc")->batch, 1);
  EXPECT_EQ(parse_pull_request("99999999999999999999")->batch, 1);
  const auto request = parse_pull_request(
      R"( {"batch":7,"expires":30,"no_wait":true,"max_bytes":9,"idle_heartbeat":15,"bogus":1})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->batch, 7);
  EXPECT_EQ(request->expires, 30);
  EXPECT_TRUE(request->no_wait);
  EXPECT_EQ(request->max_bytes, 9);
  EXPECT_EQ(request->idle_heartbeat, 15);
  EXPECT_EQ(parse_pull_request(R"({"no_wait":true})")->batch, 1);
}

TEST(PullRequests, SayWhatIsWrongWithThem) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"batch":"x"})",
       "json: cannot unmarshal string into Go struct field JSApiConsumerGetNextRequest.batch of "
       "type int"},
      {R"({"batch":1)", "unexpected end of JSON input"},
      {R"({"no_wait":true} x)", "invalid character 'x' after top-level value"},
      {R"({"expires":1000,"idle_heartbeat":600})", "heartbeat value too large"},
      {R"({"priority":12})", "Priority must be between 0 and 9"},
      {R"({"min_pending":5})", "Not a Overflow Priority consumer"},
      {R"({"id":"x"})", "Not a Pinned Client Priority consumer"},
  };
  for (const auto& [body, text] : cases) {
    const auto request = parse_pull_request(body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().text, text);
  }
}

}  // namespace
}  // namespace leat
