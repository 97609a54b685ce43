#include "proto/ack/publish_headers.h"

#include <charconv>

#include "core/base/duration.h"
#include "proto/client/headers.h"

namespace leat {

namespace {

constexpr std::string_view kVersion = "NATS/1.0";
constexpr std::string_view kOwnNames = "Nats-";
constexpr std::string_view kSchedule = "Schedule";
constexpr std::string_view kExpected = "Expected-";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `word` is in small letters.
bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  return true;
}

bool parse_decimal(std::string_view text, std::uint64_t& out) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, out);
  return result.ec == std::errc() && result.ptr == end;
}

// The texts of headers as they stand in the block, the first of each name; null: there is none.
struct FirstValues {
  std::string_view expected_last_seq{};
  std::string_view expected_last_subject_seq{};
  std::string_view ttl{};
  std::string_view batch{};
  std::string_view counter{};
  std::string_view stream_source{};
};

void set_first(std::string_view& out, std::string_view value) {
  if (out.data() == nullptr) out = value;
}

ExpectedSeq expected(std::string_view text) {
  ExpectedSeq out{.is_set = !text.empty()};
  if (out.is_set) out.is_valid = parse_decimal(text, out.value.value);
  return out;
}

// A whole number of any length, with a sign or without.
UnbuiltPublishHeader counter(std::string_view text) {
  if (text.front() == '+' || text.front() == '-') text.remove_prefix(1);
  const bool is_number =
      !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? UnbuiltPublishHeader::kCounter : UnbuiltPublishHeader::kInvalidCounter;
}

Rollup rollup(std::string_view text) {
  if (text.empty()) return Rollup::kNone;
  if (is_word(text, "sub")) return Rollup::kSubject;
  if (is_word(text, "all")) return Rollup::kAll;
  return Rollup::kInvalid;
}

// What `tail`, the name behind `Nats-`, has its value in; null: it is none of these.
std::string_view* place_of(PublishHeaders& out, FirstValues& first, std::string_view tail) {
  if (tail == "Msg-Id") return &out.msg_id;
  if (tail == "Rollup") return &out.rollup_text;
  if (tail == "TTL") return &first.ttl;
  if (tail == "Stream-Source") return &first.stream_source;
  if (tail == "Batch-Id") return &first.batch;
  if (tail == "Incr") return &first.counter;
  if (!tail.starts_with(kExpected)) return nullptr;
  tail.remove_prefix(kExpected.size());
  if (tail == "Stream") return &out.expected_stream;
  if (tail == "Last-Sequence") return &first.expected_last_seq;
  if (tail == "Last-Subject-Sequence") return &first.expected_last_subject_seq;
  if (tail == "Last-Subject-Sequence-Subject") return &out.expected_last_subject_seq_subject;
  if (tail == "Last-Msg-Id") return &out.expected_last_msg_id;
  return nullptr;
}

// `tail` is the name behind `Nats-Schedule`.
std::string_view* place_of(ScheduleHeaders& out, std::string_view tail) {
  if (tail.empty()) return &out.pattern;
  if (tail == "-Target") return &out.target;
  if (tail == "-Source") return &out.source;
  if (tail == "-TTL") return &out.ttl;
  if (tail == "-Rollup") return &out.rollup;
  if (tail == "-Time-Zone") return &out.time_zone;
  if (tail == "r") return &out.scheduler;
  if (tail == "-Next") return &out.next;
  return nullptr;
}

void read_status(PublishHeaders& out, std::string_view line) {
  if (!line.starts_with(kVersion)) return;
  const std::size_t end = line.find('\r');
  if (end == std::string_view::npos || end == kVersion.size()) return;
  out.status_part = line.substr(kVersion.size(), end - kVersion.size());
}

void read_header(PublishHeaders& out, FirstValues& first, const HeaderCursor& header) {
  if (!header.key().starts_with(kOwnNames)) return;
  if (is_request_info(header.key(), header.line())) {
    set_first(out.request_info_line, header.line());
    return;
  }
  const std::string_view tail = header.key().substr(kOwnNames.size());
  std::string_view* place = tail.starts_with(kSchedule)
                                ? place_of(out.schedule, tail.substr(kSchedule.size()))
                                : place_of(out, first, tail);
  if (place != nullptr) set_first(*place, header.value());
}

// The parts that need more than their text.
void interpret(PublishHeaders& out, const FirstValues& first) {
  out.expected_last_seq = expected(first.expected_last_seq);
  out.expected_last_subject_seq = expected(first.expected_last_subject_seq);
  out.rollup = rollup(out.rollup_text);
  if (!first.ttl.empty()) out.ttl = parse_message_ttl(first.ttl);
  out.schedule.has_time_zone = out.schedule.time_zone.data() != nullptr;
  out.has_stream_source = !first.stream_source.empty();
  if (!first.counter.empty()) out.unbuilt = counter(first.counter);
  if (!first.batch.empty()) out.unbuilt = UnbuiltPublishHeader::kBatch;
}

}  // namespace

MessageTtl parse_message_ttl(std::string_view text) {
  using Kind = MessageTtl::Kind;
  if (is_word(text, "never")) return {.kind = Kind::kNever};
  std::uint64_t seconds = 0;
  if (parse_decimal(text, seconds)) {
    constexpr auto kSecondsMax = static_cast<std::uint64_t>(INT64_MAX / kSecondNs);
    if (seconds == 0 || seconds > kSecondsMax) return {.kind = Kind::kInvalid};
    return {.kind = Kind::kFor, .duration = static_cast<DurationNs>(seconds) * kSecondNs};
  }
  const Result<DurationNs> duration = parse_duration(text);
  if (!duration || *duration < kSecondNs) return {.kind = Kind::kInvalid};
  return {.kind = Kind::kFor, .duration = *duration};
}

bool is_request_info(std::string_view key, std::string_view line) {
  return key == "Nats-Request-Info" && line.ends_with("\r\n");
}

PublishHeaders scan_publish_headers(std::string_view block) {
  PublishHeaders out;
  FirstValues first;
  read_status(out, header_first_line(block));
  for (HeaderCursor header(block); header.next();) read_header(out, first, header);
  interpret(out, first);
  return out;
}

}  // namespace leat
