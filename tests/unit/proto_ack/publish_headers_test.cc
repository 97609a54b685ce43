// If these fail, a publish is stored against its own conditions, or twice.
#include "proto/ack/publish_headers.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

std::string block(std::string_view lines) { return "NATS/1.0\r\n" + std::string(lines) + "\r\n"; }

TEST(PublishHeaders, ReadsEveryExpectation) {
  const std::string text = block(
      "Nats-Msg-Id: id-1\r\nNats-Expected-Stream: P\r\nNats-Expected-Last-Sequence: 1\r\n"
      "Nats-Expected-Last-Msg-Id: id-0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n"
      "Nats-Expected-Last-Subject-Sequence-Subject: p.*\r\nNats-Rollup: SUB\r\nNats-TTL: 5\r\n");
  const PublishHeaders got = scan_publish_headers(text);
  EXPECT_EQ(got.msg_id, "id-1");
  EXPECT_EQ(got.expected_stream, "P");
  EXPECT_EQ(got.expected_last_msg_id, "id-0");
  EXPECT_TRUE(got.expected_last_seq.is_set);
  EXPECT_EQ(got.expected_last_seq.value, StreamSeq(1));
  EXPECT_TRUE(got.expected_last_subject_seq.is_set);
  EXPECT_EQ(got.expected_last_subject_seq.value, StreamSeq(0));
  EXPECT_EQ(got.expected_last_subject_seq_subject, "p.*");
  EXPECT_EQ(got.rollup, Rollup::kSubject);
  EXPECT_EQ(got.ttl.kind, MessageTtl::Kind::kFor);
  EXPECT_EQ(got.ttl.duration, 5'000'000'000);
  EXPECT_EQ(got.unbuilt, UnbuiltPublishHeader::kNone);
}

TEST(PublishHeaders, AsksNothingWithoutHeaders) {
  for (const std::string& text : {std::string(), block(""), block("A: b\r\nnats-msg-id: x\r\n")}) {
    const PublishHeaders got = scan_publish_headers(text);
    EXPECT_EQ(got.msg_id, "");
    EXPECT_FALSE(got.expected_last_seq.is_set);
    EXPECT_FALSE(got.expected_last_subject_seq.is_set);
    EXPECT_EQ(got.rollup, Rollup::kNone);
    EXPECT_EQ(got.ttl.kind, MessageTtl::Kind::kNone);
    EXPECT_EQ(got.status_part, "");
  }
}

TEST(PublishHeaders, TheFirstOfANameCounts) {
  const std::string text = block(
      "Nats-Msg-Id: a\r\nNats-Msg-Id: b\r\nNats-Rollup: all\r\n"
      "Nats-Rollup: sub\r\n");
  EXPECT_EQ(scan_publish_headers(text).msg_id, "a");
  EXPECT_EQ(scan_publish_headers(text).rollup, Rollup::kAll);
}

TEST(PublishHeaders, MarksWhatIsNotANumber) {
  for (const std::string_view value : {"x", "\t", "-1", "1 ", "18446744073709551616"}) {
    const std::string text = block("Nats-Expected-Last-Sequence: " + std::string(value) + "\r\n");
    EXPECT_TRUE(scan_publish_headers(text).expected_last_seq.is_set) << value;
    EXPECT_FALSE(scan_publish_headers(text).expected_last_seq.is_valid) << value;
  }
  const std::string rollup = block("Nats-Rollup: some\r\n");
  EXPECT_EQ(scan_publish_headers(rollup).rollup, Rollup::kInvalid);
  EXPECT_EQ(scan_publish_headers(rollup).rollup_text, "some");
}

TEST(PublishHeaders, AHeaderWithoutAValueIsAsOneThatIsNotThere) {
  for (const std::string_view value : {"", " ", "   "}) {
    std::string lines;
    for (const std::string_view name :
         {"Msg-Id", "Expected-Stream", "Expected-Last-Sequence", "Expected-Last-Subject-Sequence",
          "Expected-Last-Subject-Sequence-Subject", "Expected-Last-Msg-Id", "Rollup", "TTL",
          "Schedule", "Schedule-Target", "Schedule-TTL", "Schedule-Rollup", "Schedule-Next",
          "Scheduler", "Incr", "Batch-Id", "Stream-Source"}) {
      lines.append("Nats-").append(name).append(":").append(value).append("\r\n");
      // The first of a name counts, also where it says nothing.
      if (!value.empty()) lines.append("Nats-").append(name).append(": 7\r\n");
    }
    const std::string text = block(lines);
    const PublishHeaders got = scan_publish_headers(text);
    EXPECT_EQ(got.msg_id, "");
    EXPECT_EQ(got.expected_stream, "");
    EXPECT_EQ(got.expected_last_msg_id, "");
    EXPECT_EQ(got.expected_last_subject_seq_subject, "");
    EXPECT_FALSE(got.expected_last_seq.is_set);
    EXPECT_FALSE(got.expected_last_subject_seq.is_set);
    EXPECT_EQ(got.rollup, Rollup::kNone);
    EXPECT_EQ(got.ttl.kind, MessageTtl::Kind::kNone);
    EXPECT_EQ(got.schedule.pattern, "");
    EXPECT_EQ(got.schedule.target, "");
    EXPECT_EQ(got.schedule.ttl, "");
    EXPECT_EQ(got.schedule.rollup, "");
    EXPECT_EQ(got.schedule.next, "");
    EXPECT_EQ(got.schedule.scheduler, "");
    EXPECT_EQ(got.unbuilt, UnbuiltPublishHeader::kNone);
    EXPECT_FALSE(got.has_stream_source);
  }
}

TEST(PublishHeaders, ALineFeedInAValueBeginsNoHeader) {
  for (const std::string_view end : {"\n", "\r", "\n\n", "\n ", "\n\r"}) {
    const std::string text =
        block("Comment: hello" + std::string(end) + "Nats-Rollup: all\r\nOther: x" +
              std::string(end) + "Nats-Msg-Id: 1\r\nNats-TTL: 5" + std::string(end) + "\r\n");
    const PublishHeaders got = scan_publish_headers(text);
    EXPECT_EQ(got.rollup, Rollup::kNone) << text;
    EXPECT_EQ(got.msg_id, "") << text;
    EXPECT_EQ(got.ttl.kind, MessageTtl::Kind::kInvalid) << text;
  }
}

TEST(PublishHeaders, NamesWhatIsNotBuilt) {
  EXPECT_EQ(scan_publish_headers(block("Nats-Batch-Id: u\r\nNats-Incr: 1\r\n")).unbuilt,
            UnbuiltPublishHeader::kBatch);
  EXPECT_EQ(scan_publish_headers(block("Nats-Incr: +1\r\n")).unbuilt,
            UnbuiltPublishHeader::kCounter);
  for (const std::string_view value : {"x", "+", "1 ", "1.5", "--1", "1_0"}) {
    const std::string text = block("Nats-Incr: " + std::string(value) + "\r\n");
    EXPECT_EQ(scan_publish_headers(text).unbuilt, UnbuiltPublishHeader::kInvalidCounter) << value;
  }
  // Without an id it is no batch.
  EXPECT_EQ(
      scan_publish_headers(block("Nats-Batch-Sequence: 1\r\nNats-Batch-Commit: 1\r\n")).unbuilt,
      UnbuiltPublishHeader::kNone);
  EXPECT_TRUE(scan_publish_headers(block("Nats-Stream-Source: S 1\r\n")).has_stream_source);
}

TEST(PublishHeaders, ReadsWhatIsSaidOfSchedules) {
  const std::string text = block(
      "Nats-Schedule: @every 5s\r\nNats-Schedule-Target: a\r\nNats-Schedule-Source:  b\r\n"
      "Nats-Schedule-TTL: 5m\r\nNats-Schedule-Rollup: sub\r\nNats-Schedule-Time-Zone:\r\n"
      "Nats-Scheduler: c\r\nNats-Schedule-Next: purge\r\nNats-Schedule: @hourly\r\n"
      "Nats-Scheduled: no\r\n");
  const PublishHeaders got = scan_publish_headers(text);
  EXPECT_EQ(got.schedule.pattern, "@every 5s");
  EXPECT_EQ(got.schedule.target, "a");
  EXPECT_EQ(got.schedule.source, "b");
  EXPECT_EQ(got.schedule.ttl, "5m");
  EXPECT_EQ(got.schedule.rollup, "sub");
  EXPECT_TRUE(got.schedule.has_time_zone);
  EXPECT_EQ(got.schedule.time_zone, "");
  EXPECT_EQ(got.schedule.scheduler, "c");
  EXPECT_EQ(got.schedule.next, kScheduleNextPurge);
  EXPECT_EQ(got.rollup, Rollup::kNone);
  EXPECT_FALSE(scan_publish_headers(block("Nats-Msg-Id: 1\r\n")).schedule.has_time_zone);
}

TEST(PublishHeaders, FindsThePartsThatAreNotStored) {
  const std::string text =
      "NATS/1.0 503 No Responders\r\nA: b\r\nNats-Request-Info: {}\r\nC: d\r\n\r\n";
  const PublishHeaders got = scan_publish_headers(text);
  EXPECT_EQ(got.status_part, " 503 No Responders");
  EXPECT_EQ(got.request_info_line, "Nats-Request-Info: {}\r\n");
  EXPECT_EQ(got.request_info_line.data(), text.data() + text.find("Nats-Request-Info"));
}

TEST(PublishHeaders, SurvivesBrokenBlocks) {
  for (const std::string_view text :
       {"NATS/1.0", "NATS/1.0\r\nNats-Msg-Id", "NATS/1.0\nNats-Msg-Id: a\n\n",
        "NATS/1.0\r\n\r\n\r\n", "Nats-Msg-Id: a\r\n\r\n"}) {
    EXPECT_EQ(scan_publish_headers(text).msg_id, "") << text;
  }
  for (const std::string_view text :
       {"NATS/1.0\r\nNats-Msg-Id: a", "NATS/1.0\r\n\r\nNats-Msg-Id: a\r\n\r\n",
        "NATS/2.0\r\nNats-Msg-Id: a\r\n\r\n"}) {
    EXPECT_EQ(scan_publish_headers(text).msg_id, "a") << text;
  }
}

TEST(MessageTtl, ReadsSecondsDurationsAndNever) {
  using Kind = MessageTtl::Kind;
  EXPECT_EQ(parse_message_ttl("1").duration, 1'000'000'000);
  EXPECT_EQ(parse_message_ttl("1h30m").duration, 5'400'000'000'000);
  EXPECT_EQ(parse_message_ttl("Never").kind, Kind::kNever);
  for (const std::string_view bad : {"", "0", "-1", "999ms", "0s", "soon", "9223372037"}) {
    EXPECT_EQ(parse_message_ttl(bad).kind, Kind::kInvalid) << bad;
  }
}

TEST(PublishHeaders, ATtlThatNoClockReachesIsRefused) {
  for (const char* text : {"9223372037", "100000000000", "2562048h"}) {
    const auto got =
        scan_publish_headers(std::string("NATS/1.0\r\nNats-TTL: ") + text + "\r\n\r\n");
    EXPECT_EQ(got.ttl.kind, MessageTtl::Kind::kInvalid) << text;
  }
  const auto longest = scan_publish_headers("NATS/1.0\r\nNats-TTL: 9223372036\r\n\r\n");
  EXPECT_EQ(longest.ttl.kind, MessageTtl::Kind::kFor);
}

}  // namespace
}  // namespace leat
