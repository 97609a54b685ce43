#include "proto/ack/publish_headers.h"

#include <charconv>

#include "core/base/duration.h"

namespace leat {

namespace {

constexpr std::string_view kVersion = "NATS/1.0";
constexpr std::string_view kOwnNames = "Nats-";
constexpr std::string_view kSchedule = "Schedule";
constexpr DurationNs kSecond = 1'000'000'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// `word` is in small letters.
bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  return true;
}

std::string_view without_leading_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

bool parse_decimal(std::string_view text, std::uint64_t& out) {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, out);
  return result.ec == std::errc() && result.ptr == end;
}

void set_expected(ExpectedSeq& out, std::string_view value) {
  if (out.is_set) return;
  out.is_set = true;
  out.is_valid = parse_decimal(value, out.value.value);
}

void set_first(std::string_view& out, std::string_view value) {
  if (out.data() == nullptr) out = value;
}

void set_rollup(PublishHeaders& out, std::string_view value) {
  if (out.rollup != Rollup::kNone) return;
  out.rollup_text = value;
  if (is_word(value, "sub")) {
    out.rollup = Rollup::kSubject;
  } else if (is_word(value, "all")) {
    out.rollup = Rollup::kAll;
  } else {
    out.rollup = Rollup::kInvalid;
  }
}

UnbuiltPublishHeader unbuilt_kind(std::string_view tail) {
  if (tail.starts_with("Batch-")) return UnbuiltPublishHeader::kBatch;
  if (tail == "Incr") return UnbuiltPublishHeader::kCounter;
  return UnbuiltPublishHeader::kNone;
}

// `tail` is the name behind `Nats-`.
void read_expectation(PublishHeaders& out, std::string_view tail, std::string_view value) {
  if (tail == "Expected-Stream") {
    set_first(out.expected_stream, value);
  } else if (tail == "Expected-Last-Sequence") {
    set_expected(out.expected_last_seq, value);
  } else if (tail == "Expected-Last-Subject-Sequence") {
    set_expected(out.expected_last_subject_seq, value);
  } else if (tail == "Expected-Last-Subject-Sequence-Subject") {
    set_first(out.expected_last_subject_seq_subject, value);
  } else if (tail == "Expected-Last-Msg-Id") {
    set_first(out.expected_last_msg_id, value);
  }
}

// `tail` is the name behind `Nats-Schedule`.
void read_schedule(ScheduleHeaders& out, std::string_view tail, std::string_view value) {
  if (tail.empty()) {
    set_first(out.pattern, value);
  } else if (tail == "-Target") {
    set_first(out.target, value);
  } else if (tail == "-Source") {
    set_first(out.source, value);
  } else if (tail == "-TTL") {
    set_first(out.ttl, value);
  } else if (tail == "-Rollup") {
    set_first(out.rollup, value);
  } else if (tail == "-Time-Zone") {
    if (!out.has_time_zone) out.time_zone = value;
    out.has_time_zone = true;
  } else if (tail == "r") {
    set_first(out.scheduler, value);
  } else if (tail == "-Next") {
    set_first(out.next, value);
  }
}

struct HeaderLine {
  std::string_view name;
  std::string_view value;
  std::string_view whole;  // with its line end
};

void read_header(PublishHeaders& out, const HeaderLine& line) {
  const std::string_view tail = line.name.substr(kOwnNames.size());
  if (tail == "Msg-Id") {
    set_first(out.msg_id, line.value);
  } else if (tail.starts_with("Expected-")) {
    read_expectation(out, tail, line.value);
  } else if (tail == "Rollup") {
    set_rollup(out, line.value);
  } else if (tail == "TTL") {
    if (out.ttl.kind == MessageTtl::Kind::kNone) out.ttl = parse_message_ttl(line.value);
  } else if (tail.starts_with(kSchedule)) {
    read_schedule(out.schedule, tail.substr(kSchedule.size()), line.value);
  } else if (tail == "Request-Info") {
    set_first(out.request_info_line, line.whole);
  } else if (tail == "Stream-Source") {
    out.has_stream_source = true;
  } else if (out.unbuilt == UnbuiltPublishHeader::kNone) {
    out.unbuilt = unbuilt_kind(tail);
    if (out.unbuilt != UnbuiltPublishHeader::kNone) out.unbuilt_name = line.name;
  }
}

}  // namespace

MessageTtl parse_message_ttl(std::string_view text) {
  using Kind = MessageTtl::Kind;
  if (is_word(text, "never")) return {.kind = Kind::kNever};
  std::uint64_t seconds = 0;
  if (parse_decimal(text, seconds)) {
    constexpr auto kSecondsMax = static_cast<std::uint64_t>(INT64_MAX / kSecond);
    if (seconds == 0 || seconds > kSecondsMax) return {.kind = Kind::kInvalid};
    return {.kind = Kind::kFor, .duration = static_cast<DurationNs>(seconds) * kSecond};
  }
  const Result<DurationNs> duration = parse_duration(text);
  if (!duration || *duration < kSecond) return {.kind = Kind::kInvalid};
  return {.kind = Kind::kFor, .duration = *duration};
}

PublishHeaders scan_publish_headers(std::string_view block) {
  PublishHeaders out;
  if (!block.starts_with(kVersion)) return out;
  std::size_t at = 0;
  while (at < block.size()) {
    const std::size_t newline = block.find('\n', at);
    const std::size_t end = newline == std::string_view::npos ? block.size() : newline + 1;
    const std::string_view whole = block.substr(at, end - at);
    std::string_view text = whole;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    if (at == 0) {
      out.status_part = text.substr(kVersion.size());
    } else if (text.starts_with(kOwnNames)) {
      const std::size_t colon = text.find(':');
      if (colon != std::string_view::npos) {
        read_header(out, HeaderLine{.name = text.substr(0, colon),
                                    .value = without_leading_blanks(text.substr(colon + 1)),
                                    .whole = whole});
      }
    }
    at = end;
  }
  return out;
}

}  // namespace leat
