// What would be wrong: what a publisher puts into the value of a header is obeyed as a header of
// its own (a rollup empties the stream), or a header that was sent is not.
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "header_twin.h"
#include "proto/ack/publish_headers.h"
#include "proto/client/headers.h"
#include "streams/core/admit.h"
#include "streams/core/scheduled_message.h"

namespace leat {
namespace {

constexpr std::string_view kNames[] = {
    "Nats-Msg-Id",
    "Nats-Expected-Stream",
    "Nats-Expected-Last-Sequence",
    "Nats-Expected-Last-Msg-Id",
    "Nats-Expected-Last-Subject-Sequence",
    "Nats-Expected-Last-Subject-Sequence-Subject",
    "Nats-Rollup",
    "Nats-TTL",
    "Nats-Schedule",
    "Nats-Schedule-Target",
    "Nats-Schedule-Source",
    "Nats-Schedule-TTL",
    "Nats-Schedule-Rollup",
    "Nats-Schedule-Time-Zone",
    "Nats-Schedule-Next",
    "Nats-Scheduler",
    "Nats-Stream-Source",
    "Nats-Batch-Id",
    "Nats-Incr",
    "Nats-Required-Api-Level",
    "A",
};

void check_sequence(const ExpectedSeq& seen, const std::string& text) {
  LEAT_CHECK(seen.is_set == !text.empty()) << text;
  if (!seen.is_set || !seen.is_valid) return;
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  LEAT_CHECK(seen.value == StreamSeq(number)) << text;
}

void check_rollup(const PublishHeaders& seen, std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  const Rollup wanted = text.empty()    ? Rollup::kNone
                        : text == "sub" ? Rollup::kSubject
                        : text == "all" ? Rollup::kAll
                                        : Rollup::kInvalid;
  LEAT_CHECK(seen.rollup == wanted) << text;
}

// What a publish asks for, by the twin's values.
void check_scan(const std::string& block) {
  const PublishHeaders seen = scan_publish_headers(block);
  const auto text = [&block](std::string_view name) {
    return twin::header_value(block, std::string("Nats-").append(name)).value_or("");
  };
  LEAT_CHECK(seen.msg_id == text("Msg-Id"));
  LEAT_CHECK(seen.expected_stream == text("Expected-Stream"));
  LEAT_CHECK(seen.expected_last_msg_id == text("Expected-Last-Msg-Id"));
  LEAT_CHECK(seen.expected_last_subject_seq_subject ==
             text("Expected-Last-Subject-Sequence-Subject"));
  check_sequence(seen.expected_last_seq, text("Expected-Last-Sequence"));
  check_sequence(seen.expected_last_subject_seq, text("Expected-Last-Subject-Sequence"));
  check_rollup(seen, text("Rollup"));
  const MessageTtl ttl = text("TTL").empty() ? MessageTtl() : parse_message_ttl(text("TTL"));
  LEAT_CHECK(seen.ttl.kind == ttl.kind && seen.ttl.duration == ttl.duration);
  LEAT_CHECK(seen.schedule.pattern == text("Schedule"));
  LEAT_CHECK(seen.schedule.target == text("Schedule-Target"));
  LEAT_CHECK(seen.schedule.source == text("Schedule-Source"));
  LEAT_CHECK(seen.schedule.ttl == text("Schedule-TTL"));
  LEAT_CHECK(seen.schedule.rollup == text("Schedule-Rollup"));
  LEAT_CHECK(seen.schedule.time_zone == text("Schedule-Time-Zone"));
  LEAT_CHECK(seen.schedule.has_time_zone ==
             twin::header_value(block, "Nats-Schedule-Time-Zone").has_value());
  LEAT_CHECK(seen.schedule.scheduler == text("Scheduler"));
  LEAT_CHECK(seen.schedule.next == text("Schedule-Next"));
  LEAT_CHECK(seen.has_stream_source == !text("Stream-Source").empty());
  LEAT_CHECK((seen.unbuilt != UnbuiltPublishHeader::kNone) ==
             !(text("Batch-Id").empty() && text("Incr").empty()));
  std::string room;
  const StoredHeaders stored = stored_headers(block, seen, room);
  LEAT_CHECK(std::string(stored.headers).append(stored.headers_rest) == twin::stored(block));
}

void check_scheduled(const std::string& block) {
  const std::string made = scheduled_headers(block, Firing{.subject = "s", .target = "t"});
  LEAT_CHECK(twin::header_value(made, "Nats-Schedule-Next") == "purge");
  for (const std::string_view name : kNames) {
    const std::optional<std::string> kept = twin::header_value(made, name);
    const bool is_own = name == "Nats-Scheduler" || name == "Nats-Schedule-Next";
    const bool is_of_publish = name.starts_with("Nats-Schedule") ||
                               name.starts_with("Nats-Expected-") || name == "Nats-Msg-Id" ||
                               name == "Nats-TTL" || name == "Nats-Rollup";
    if (is_own) continue;
    LEAT_CHECK(kept == (is_of_publish ? std::nullopt : twin::header_value(block, name))) << name;
  }
}

}  // namespace
}  // namespace leat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  const std::string block(reinterpret_cast<const char*>(data), size);
  const std::string lines = "NATS/1.0\r\n" + block;
  const std::string value = "NATS/1.0\r\nB: " + twin::as_value(block) + "\r\n\r\n";
  for (const std::string& input : {block, lines, value}) {
    for (const std::string_view name : kNames) {
      const std::optional<std::string_view> seen = header_value(input, name);
      LEAT_CHECK(seen == twin::header_value(input, name)) << name;
      LEAT_CHECK(input != value || !seen) << name;
    }
    check_scan(input);
    check_scheduled(input);
  }
  return 0;
}
