#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "proto/api/errors.h"
#include "proto/record/entry.h"

namespace leat {

// What the stream says to one publish.
struct PublishVerdict {
  enum class Kind : std::uint8_t { kStored, kDuplicate, kRefused };
  Kind kind = Kind::kStored;
  // Of kStored its sequence (also where interest retention kept nothing), of kDuplicate the first.
  StreamSeq sequence{};
  ApiErrorCode error = ApiErrorCode::kNone;  // of kRefused
  std::uint64_t number = 0;                  // for the text of 10071
  std::string_view text{};                   // for the text of the others; lives in the effects
};
// The error of a refused publish with its text filled in.
ApiError to_api_error(const PublishVerdict& verdict);

// A message that is now in the stream. The views point into the entry.
struct StoredEffect {
  StreamSeq sequence{};
  WallNs time = 0;
  std::string_view subject{};
  std::string_view headers{};
  std::string_view payload{};
  std::uint32_t size_bytes = 0;  // as the stream counts it
  std::uint32_t ttl_s = 0;       // 0: none; kTtlNever: it outlives max_age
};
inline constexpr std::uint32_t kTtlNever = 0xFFFFFFFF;

// A message id that the duplicate window took, for the index row.
struct MessageIdEffect {
  StreamSeq sequence{};
  WallNs time = 0;
  std::string_view id{};  // points into the entry
};

// Why messages left; exactly one reason for each.
enum class RemovalReason : std::uint8_t {
  kLimits,      // max_msgs, max_bytes, max_msgs_per_subject
  kAge,         // max_age or its own TTL
  kPurge,       // by request or by a rollup
  kDeleted,     // one message by request
  kConsumed,    // acknowledged in a work queue, or by all who had interest
  kNoInterest,  // nobody is left who would want it
  kLost         // its bytes could not be read back
};
struct RemovalEffect {
  StreamSeq first{};  // first to last, both included; sequences between may have been gone before
  StreamSeq last{};
  RemovalReason reason = RemovalReason::kLimits;
};

// The answer to one command that is neither a publish nor acks.
struct CommandReply {
  CommandKind kind = CommandKind::kConfig;
  std::optional<ApiError> error{};
  // Purged, deleted, expired, given up; of a book: deliveries taken. A book or cursor that was not
  // taken at all, since the consumer has gone or is elsewhere, has `is_refused`.
  std::uint64_t count = 0;
  bool is_refused = false;
  ConsumerId consumer{};  // created, updated, unchanged or deleted
  enum class Change : std::uint8_t { kNone, kCreated, kUpdated };
  Change change = Change::kNone;
};

// Whether an ack is answered when its sender asked for it: not when it is beyond what was
// delivered, or its consumer has gone.
struct AckVerdict {
  bool is_answered = false;
};

// A chosen delivery whose message had gone before it was booked: it keeps its consumer sequence and
// is not pending.
struct GoneDelivery {
  ConsumerId consumer{};
  ConsumerSeq consumer_seq{};
  StreamSeq stream_seq{};
};

// What an advisory is to be made of.
struct DeliveryEvent {
  enum class Kind : std::uint8_t { kNak, kTerminated, kMaxDeliver };
  Kind kind = Kind::kNak;
  ConsumerId consumer{};
  ConsumerSeq consumer_seq{};
  StreamSeq stream_seq{};
  std::uint64_t deliveries = 0;
  std::string_view reason{};  // of kTerminated; into the entry or of the process' life
};

// A consumer that has gone, with the name that nobody can look up any more.
struct ConsumerGone {
  ConsumerId consumer{};
  std::string name{};
};

// What apply() did, in the order of the commands. Owned by the stream's host and reused: clear()
// keeps the memory. Views into the entry live as long as its Bytes.
struct StreamEffects {
  std::vector<PublishVerdict> verdicts;  // one for each publish
  std::vector<CommandReply> replies;     // one for each command that is neither publish nor acks
  std::vector<AckVerdict> acks;          // one for each ack
  std::vector<StoredEffect> stored;
  std::vector<MessageIdEffect> message_ids;
  std::vector<RemovalEffect> removals;
  std::vector<ConsumerId> woken;  // may have something to deliver that they had not; each once
  std::vector<DeliveryEvent> events;
  std::vector<GoneDelivery> gone;
  std::vector<ConsumerGone> consumers_gone;
  std::list<std::string> texts;  // what verdicts point to

  void clear();
};

// Whether apply() has finished the entry. kMore: it touched limits::kMessagesPerApply messages; it
// is called again with the same entry, and nothing else is applied in between; who reads then sees
// what of it is done.
enum class ApplyProgress : std::uint8_t { kDone, kMore };

}  // namespace leat
