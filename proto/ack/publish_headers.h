#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/ids.h"

namespace leat {

enum class Rollup : std::uint8_t { kNone, kSubject, kAll, kInvalid };

// What a publish asks for that is not built; it is refused by name.
enum class UnbuiltPublishHeader : std::uint8_t { kNone, kBatch, kCounter, kInvalidCounter };

// A sequence that a publish expects, from a header with a decimal number.
struct ExpectedSeq {
  bool is_set = false;
  bool is_valid = true;  // the text was a number
  StreamSeq value{};
};

// `Nats-TTL`: how long the message lives.
struct MessageTtl {
  enum class Kind : std::uint8_t { kNone, kFor, kNever, kInvalid };
  Kind kind = Kind::kNone;
  DurationNs duration = 0;  // of kFor, at least one second
};

// What a publish says of schedules.
struct ScheduleHeaders {
  std::string_view pattern{};  // `Nats-Schedule`; empty: this is none
  std::string_view target{};   // `Nats-Schedule-Target`, and so on
  std::string_view source{};
  std::string_view ttl{};
  std::string_view rollup{};
  std::string_view time_zone{};
  bool has_time_zone = false;
  // Of a message that a schedule made, or that ends one.
  std::string_view scheduler{};  // `Nats-Scheduler`: the subject of the schedule
  std::string_view next{};  // `Nats-Schedule-Next`: kScheduleNextPurge, or when it is due again
};
// The schedule is at its end: everything on its subject leaves with the store of this message.
inline constexpr std::string_view kScheduleNextPurge = "purge";

// What the header block of a publish asks of a stream. The views point into the block. A header
// that has no value is as one that is not there, but for the time zone of a schedule.
struct PublishHeaders {
  std::string_view msg_id{};
  std::string_view expected_stream{};
  std::string_view expected_last_msg_id{};
  ExpectedSeq expected_last_seq{};
  ExpectedSeq expected_last_subject_seq{};
  std::string_view expected_last_subject_seq_subject{};  // may hold wildcards
  Rollup rollup = Rollup::kNone;
  std::string_view rollup_text{};
  MessageTtl ttl{};
  ScheduleHeaders schedule{};
  UnbuiltPublishHeader unbuilt = UnbuiltPublishHeader::kNone;
  // Parts of the block that are not stored, empty when absent: the text behind `NATS/1.0` in the
  // first line, and the first line of `Nats-Request-Info` (there may be more) with its line end.
  std::string_view status_part{};
  std::string_view request_info_line{};
  bool has_stream_source = false;  // `Nats-Stream-Source` is the server's own (10227)
};

// Whether this line of a block, as HeaderCursor gives it, is not stored: what the server itself
// said of who asks.
bool is_request_info(std::string_view key, std::string_view line);

// Reads a whole header block (`NATS/1.0\r\n...\r\n\r\n`) once; an empty block gives the defaults.
// Names are compared as they are spelled, and the first header of a name counts even when it has no
// value. Allocates nothing.
PublishHeaders scan_publish_headers(std::string_view block);

// The text of `Nats-TTL`: whole seconds, a Go duration of at least a second, or `never`.
MessageTtl parse_message_ttl(std::string_view text);

}  // namespace leat
