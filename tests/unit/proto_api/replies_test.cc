// If these fail, clients cannot read what the server answers. Answers are compared to the byte.
#include "proto/api/replies.h"

#include <gtest/gtest.h>

#include <array>

#include "proto/api/advisories.h"
#include "proto/api/pub_ack.h"

namespace leat {
namespace {

constexpr WallNs kTime = 1'787'320'211'123'400'000;  // 2026-08-21T13:50:11.1234Z
constexpr std::string_view kShown = "2026-08-21T13:50:11.1234Z";

std::string with_times(std::string text) {
  for (std::size_t at = text.find("{{time}}"); at != std::string::npos;
       at = text.find("{{time}}", at)) {
    text.replace(at, 8, kShown);
  }
  return text;
}

StreamConfig orders() {
  StreamConfig config;
  config.name = "ORD";
  config.description = "orders";
  config.subjects = {"ord.>"};
  config.max_consumers = config.max_bytes = config.max_msgs_per_subject = -1;
  config.max_msgs = 100;
  config.max_msg_size = -1;
  config.num_replicas = 1;
  config.duplicate_window = 120'000'000'000;
  config.allow_direct = true;
  return config;
}

constexpr std::string_view kOrders =
    R"("config":{"name":"ORD","description":"orders","subjects":["ord.\u003e"],"retention":"limits","max_consumers":-1,"max_msgs":100,"max_bytes":-1,"max_age":0,"max_msgs_per_subject":-1,"max_msg_size":-1,"discard":"old","storage":"file","num_replicas":1,"duplicate_window":120000000000,"compression":"none","allow_direct":true,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":false,"consumer_limits":{},"allow_msg_ttl":false,"metadata":{"_nats.level":"0","_nats.req.level":"0","_nats.ver":"2.15.3"}})";

StreamInfo filled_orders() {
  StreamInfo info;
  info.config = orders();
  info.created = kTime;
  info.state.messages = 2;
  info.state.bytes = 78;
  info.state.first_seq = StreamSeq(1);
  info.state.first_ts = kTime;
  info.state.last_seq = StreamSeq(3);
  info.state.last_ts = kTime;
  info.state.num_subjects = 1;
  info.state.num_deleted = 1;
  return info;
}

TEST(Replies, StreamInfoAsRecorded) {
  StreamInfo info = filled_orders();
  info.state.subjects = {{"ord.1", 2}};
  info.state.deleted = {StreamSeq(2)};
  EXPECT_EQ(
      stream_info_reply(info, {.total = 1, .offset = 0, .limit = 100'000}, "ref", kTime),
      with_times(
          R"({"type":"io.nats.jetstream.api.v1.stream_info_response","total":1,"offset":0,"limit":100000,)" +
          std::string(kOrders) +
          R"(,"created":"{{time}}","state":{"messages":2,"bytes":78,"first_seq":1,"first_ts":"{{time}}","last_seq":3,"last_ts":"{{time}}","num_subjects":1,"subjects":{"ord.1":2},"num_deleted":1,"deleted":[2],"consumer_count":0},"cluster":{"leader":"ref"},"ts":"{{time}}"})"));
}

TEST(Replies, AStreamWithSchedulesNeedsTheSecondLevel) {
  StreamInfo info = filled_orders();
  info.config.allow_msg_schedules = info.config.allow_msg_ttl = true;
  const std::string text = stream_info_reply(info, {}, "ref", kTime);
  EXPECT_NE(text.find(R"("allow_msg_ttl":true,"allow_msg_schedules":true,"metadata":{)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"("_nats.req.level":"2")"), std::string::npos);
}

TEST(Replies, AnEmptiedStreamHasNoFirstTime) {
  StreamInfo info = filled_orders();
  info.state = {};
  info.state.first_seq = StreamSeq(4);
  info.state.first_ts = kTime;
  info.state.last_seq = StreamSeq(3);
  info.state.last_ts = kTime;
  const std::string state =
      R"("state":{"messages":0,"bytes":0,"first_seq":4,"first_ts":"0001-01-01T00:00:00Z","last_seq":3,"last_ts":"{{time}}","consumer_count":0})";
  EXPECT_EQ(stream_create_reply(info, kTime),
            with_times(R"({"type":"io.nats.jetstream.api.v1.stream_create_response",)" +
                       std::string(kOrders) + R"(,"created":"{{time}}",)" + state +
                       R"(,"ts":"{{time}}","did_create":true})"));
  EXPECT_EQ(stream_update_reply(info, kTime),
            with_times(R"({"type":"io.nats.jetstream.api.v1.stream_update_response",)" +
                       std::string(kOrders) + R"(,"created":"{{time}}",)" + state +
                       R"(,"ts":"{{time}}"})"));
}

TEST(Replies, ListsShowTheLevelOnly) {
  const std::string reply =
      stream_list_reply(std::array{filled_orders()}, {.total = 1, .limit = 256}, kTime);
  EXPECT_NE(reply.find(R"("metadata":{"_nats.req.level":"0"}},"created")"), std::string::npos);
  EXPECT_EQ(
      stream_list_reply({}, {.limit = 256}, kTime),
      R"({"type":"io.nats.jetstream.api.v1.stream_list_response","total":0,"offset":0,"limit":256,"streams":[]})");
  EXPECT_EQ(
      stream_names_reply({}, {.total = 1, .offset = 1, .limit = 1024}),
      R"({"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":1,"limit":1024,"streams":null})");
  EXPECT_EQ(
      stream_names_reply(std::array<std::string, 1>{"ORD"}, {.total = 1, .limit = 1024}),
      R"({"type":"io.nats.jetstream.api.v1.stream_names_response","total":1,"offset":0,"limit":1024,"streams":["ORD"]})");
  EXPECT_EQ(
      consumer_names_reply({}, {.limit = 1024}),
      R"({"type":"io.nats.jetstream.api.v1.consumer_names_response","total":0,"offset":0,"limit":1024,"consumers":[]})");
}

TEST(Replies, ConsumerAsRecorded) {
  ConsumerInfo info;
  info.stream_name = "C";
  info.name = "work";
  info.created = kTime;
  info.config.durable_name = info.config.name = "work";
  info.config.ack_policy = AckPolicy::kExplicit;
  info.config.ack_wait = 30'000'000'000;
  info.config.max_deliver = -1;
  info.config.filter_subject = "c.a";
  info.config.max_waiting = 512;
  info.config.max_ack_pending = 1000;
  const std::string expected =
      R"("stream_name":"C","name":"work","created":"{{time}}","config":{"durable_name":"work","name":"work","deliver_policy":"all","ack_policy":"explicit","ack_wait":30000000000,"max_deliver":-1,"filter_subject":"c.a","replay_policy":"instant","max_waiting":512,"max_ack_pending":1000,"num_replicas":0,"metadata":{"_nats.level":"0","_nats.req.level":"0","_nats.ver":"2.15.3"}},"delivered":{"consumer_seq":0,"stream_seq":0},"ack_floor":{"consumer_seq":0,"stream_seq":0},"num_ack_pending":0,"num_redelivered":0,"num_waiting":0,"num_pending":0,"ts":"{{time}}"})";
  EXPECT_EQ(
      consumer_create_reply(info, kTime),
      with_times(R"({"type":"io.nats.jetstream.api.v1.consumer_create_response",)" + expected));
  EXPECT_EQ(consumer_info_reply(info, kTime),
            with_times(R"({"type":"io.nats.jetstream.api.v1.consumer_info_response",)" + expected));
  info.delivered = {ConsumerSeq(3), StreamSeq(2), kTime};
  info.push_bound = true;
  const std::string reply = consumer_info_reply(info, kTime);
  EXPECT_NE(reply.find(with_times(
                R"("delivered":{"consumer_seq":3,"stream_seq":2,"last_active":"{{time}}"})")),
            std::string::npos);
  EXPECT_NE(reply.find(R"("num_pending":0,"push_bound":true,"ts")"), std::string::npos);
}

TEST(Replies, AccountAsRecorded) {
  AccountInfo info;
  info.api_total = 7;
  info.api_errors = 3;
  EXPECT_EQ(
      account_info_reply(info),
      R"({"type":"io.nats.jetstream.api.v1.account_info_response","memory":0,"storage":0,"reserved_memory":0,"reserved_storage":0,"streams":0,"consumers":0,"limits":{"max_memory":-1,"max_storage":-1,"max_streams":-1,"max_consumers":-1,"max_ack_pending":-1,"memory_max_stream_bytes":-1,"storage_max_stream_bytes":-1,"max_bytes_required":false},"api":{"level":0,"total":7,"errors":3}})");
}

TEST(Replies, ErrorsKeepTheEmptyFieldsOfTheirType) {
  const ApiError error = api_error(ApiErrorCode::kStreamNotFound);
  const std::string object =
      R"("error":{"code":404,"err_code":10059,"description":"stream not found"})";
  const std::pair<JsEndpoint, std::string> cases[] = {
      {JsEndpoint::kStreamInfo, R"(,"total":0,"offset":0,"limit":0})"},
      {JsEndpoint::kStreamDelete, "}"},
      {JsEndpoint::kConsumerInfo, "}"},
      {JsEndpoint::kStreamPurge, R"(,"purged":0})"},
      {JsEndpoint::kStreamNames, R"(,"total":0,"offset":0,"limit":0,"streams":null})"},
      {JsEndpoint::kStreamList, R"(,"total":0,"offset":0,"limit":0,"streams":[]})"},
      {JsEndpoint::kConsumerList, R"(,"total":0,"offset":0,"limit":0,"consumers":[]})"},
      {JsEndpoint::kInfo, "}"},
  };
  for (const auto& [endpoint, tail] : cases) {
    EXPECT_EQ(error_reply(endpoint, error),
              R"({"type":")" + std::string(response_type(endpoint)) + R"(",)" + object + tail);
  }
}

TEST(Replies, MessagesAreBase64) {
  StoredMessageInfo message;
  message.subject = "ord.1";
  message.seq = StreamSeq(1);
  message.payload = "one";
  message.time = kTime;
  EXPECT_EQ(
      msg_get_reply(message),
      with_times(
          R"({"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"ord.1","seq":1,"data":"b25l","time":"{{time}}"}})"));
  message.headers = "NATS/1.0\r\nA: b\r\n\r\n";
  message.payload = {};
  EXPECT_EQ(
      msg_get_reply(message),
      with_times(
          R"({"type":"io.nats.jetstream.api.v1.stream_msg_get_response","message":{"subject":"ord.1","seq":1,"hdrs":"TkFUUy8xLjANCkE6IGINCg0K","time":"{{time}}"}})"));
}

TEST(PubAcks, AsRecorded) {
  std::array<char, 128> room{};
  EXPECT_EQ(format_pub_ack({.stream = "P", .seq = StreamSeq(1)}, room),
            R"({"stream":"P","seq":1})");
  EXPECT_EQ(format_pub_ack({.stream = "P", .seq = StreamSeq(1), .is_duplicate = true}, room),
            R"({"stream":"P","seq":1,"duplicate": true})");
  EXPECT_EQ(format_pub_ack({.stream = "a\"b\x01", .seq = StreamSeq(UINT64_MAX)}, room),
            R"({"stream":"a\u0022b\u0001","seq":18446744073709551615})");
  EXPECT_EQ(
      pub_ack_error("P", api_error(ApiErrorCode::kStreamWrongLastSequence, {"2"})),
      R"({"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 2"},"stream":"P","seq":0})");
}

TEST(PubAcks, TheRoomSufficesForTheWorstName) {
  const std::string name(255, '"');
  std::string room(kPubAckBytes + 6 * name.size(), '\0');
  EXPECT_FALSE(
      format_pub_ack({.stream = name, .seq = StreamSeq(UINT64_MAX), .is_duplicate = true}, room)
          .empty());
  room.pop_back();
  EXPECT_TRUE(format_pub_ack({.stream = name, .seq = StreamSeq(1)}, room).empty());
  room.resize(kPubAckBytes + 12 * name.size());
  EXPECT_FALSE(
      format_pub_ack(
          {.stream = name, .domain = name, .seq = StreamSeq(UINT64_MAX), .is_duplicate = true},
          room)
          .empty());
}

TEST(Advisories, AsRecorded) {
  const AdvisoryStamp stamp{.id = "ID", .timestamp = kTime};
  DeliveryAdvisory delivery{.stream = "K", .consumer = "w"};
  delivery.consumer_seq = ConsumerSeq(4);
  delivery.stream_seq = StreamSeq(4);
  delivery.deliveries = 1;
  const auto nak = nak_advisory(stamp, delivery);
  EXPECT_EQ(nak.subject, "$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.K.w");
  EXPECT_EQ(
      nak.body,
      with_times(
          R"({"type":"io.nats.jetstream.advisory.v1.nak","id":"ID","timestamp":"{{time}}","stream":"K","consumer":"w","consumer_seq":4,"stream_seq":4,"deliveries":1})"));
  delivery.reason = "bad input";
  const auto terminated = terminated_advisory(stamp, delivery);
  EXPECT_EQ(terminated.subject, "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.K.w");
  EXPECT_EQ(
      terminated.body,
      with_times(
          R"({"type":"io.nats.jetstream.advisory.v1.terminated","id":"ID","timestamp":"{{time}}","stream":"K","consumer":"w","consumer_seq":4,"stream_seq":4,"deliveries":1,"reason":"bad input"})"));
  const auto max_deliver = max_deliver_advisory(stamp, delivery);
  EXPECT_EQ(max_deliver.subject, "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.K.w");
  EXPECT_EQ(
      max_deliver.body,
      with_times(
          R"({"type":"io.nats.jetstream.advisory.v1.max_deliver","id":"ID","timestamp":"{{time}}","stream":"K","consumer":"w","stream_seq":4,"deliveries":1})"));
  const auto created = stream_action_advisory(stamp, "ADV", AssetAction::kCreate);
  EXPECT_EQ(created.subject, "$JS.EVENT.ADVISORY.STREAM.CREATED.ADV");
  EXPECT_EQ(
      created.body,
      with_times(
          R"({"type":"io.nats.jetstream.advisory.v1.stream_action","id":"ID","timestamp":"{{time}}","stream":"ADV","action":"create"})"));
  const auto deleted = consumer_action_advisory(stamp, "ADV", "c", AssetAction::kDelete);
  EXPECT_EQ(deleted.subject, "$JS.EVENT.ADVISORY.CONSUMER.DELETED.ADV.c");
  const auto audit = api_audit_advisory(
      stamp, {.server = "s", .account = "$G", .subject = "$JS.API.INFO", .response = "{}"});
  EXPECT_EQ(audit.subject, kApiAuditSubject);
  EXPECT_EQ(
      audit.body,
      with_times(
          R"({"type":"io.nats.jetstream.advisory.v1.api_audit","id":"ID","timestamp":"{{time}}","server":"s","client":{"acc":"$G"},"subject":"$JS.API.INFO","response":"{}"})"));
}

}  // namespace
}  // namespace leat
