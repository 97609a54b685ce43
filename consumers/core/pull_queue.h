#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/ring.h"
#include "proto/api/pull_request.h"

namespace leat {

// Where the answers to a pull go.
struct PullReply {
  Bytes subject;
  ShardId shard;  // on which the request arrived
};

// Why a pull ends, or is told something, without a message. Each is one status line.
enum class PullStatus : std::uint8_t {
  kIdleHeartbeat,
  kNoMessages,
  kRequestsPending,
  kRequestTimeout,
  kExceededMaxWaiting,
  kMessageSizeExceedsMaxBytes,
  kBatchCompleted,
  kConsumerDeleted,
  kServerShutdown,
  kLeadershipChange,
};

// One status for one pull. The pending numbers are what is left of the request.
struct PullNotice {
  PullStatus status = PullStatus::kNoMessages;
  PullReply reply;
  std::uint64_t pending_messages = 0;
  std::uint64_t pending_bytes = 0;
};

// The pulls that wait at one consumer, served round robin, one message each. Pure: time comes in,
// notices go out. Owned by the consumer's pull endpoint; leader-only, dies with it.
//
// Holds between calls: every waiting pull has messages left; at most max_waiting of them. A pull
// that does not fit is answered 409, or dropped in silence when it hears heartbeats anyway.
class PullQueue {
 public:
  explicit PullQueue(std::size_t max_waiting) : max_waiting_(max_waiting) {}

  // What a new pull has to know: how many messages the consumer could deliver now.
  struct Arrival {
    PullReply reply;
    SteadyNs now = 0;
    std::uint64_t deliverable = 0;
  };
  void add(const PullRequest& request, Arrival arrival, std::vector<PullNotice>& notices);
  // Whether the pulls that wait would keep add() from taking the request in.
  bool is_crowded_for(const PullRequest& request, std::uint64_t deliverable) const;

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

  // The pull that gets the next message of `message_bytes`, or null. Pulls that have expired, or
  // that it does not fit into, end on the way.
  const PullReply* next(std::size_t message_bytes, SteadyNs now, std::vector<PullNotice>& notices);
  // The pull of next() was sent that message.
  void served(std::size_t message_bytes, SteadyNs now, std::vector<PullNotice>& notices);
  // The pull of next() has no subscriber any more.
  void drop_next();
  // Drops the pulls that `is_heard` denies: nobody listens for their answers any more. Returns how
  // many. The second looks only at those that are to be told something by `now`.
  using IsHeard = std::function<bool(const PullReply&)>;
  std::size_t drop_unheard(const IsHeard& is_heard);
  std::size_t drop_unheard_due(SteadyNs now, const IsHeard& is_heard);

  // Whether the pull of next() was already seen to have a subscriber in this `turn`.
  bool interest_is_checked(std::uint64_t turn) const;
  void set_interest_checked(std::uint64_t turn);

  // Nothing is left to deliver: pulls that do not wait end; one with an expiry only after it was
  // given a message.
  void end_of_stream(std::vector<PullNotice>& notices);
  // Ends what has expired and beats where it is due; to be called again at next_deadline(). A pull
  // that does not wait for more, but was kept because messages that are out hold the next one back,
  // ends where it would beat.
  void advance_time(SteadyNs now, std::vector<PullNotice>& notices);
  // None (0) when nothing here waits for time.
  SteadyNs next_deadline() const { return next_deadline_; }
  // Ends every pull.
  void end_all(PullStatus status, std::vector<PullNotice>& notices);

 private:
  struct Waiting {
    PullReply reply;
    std::uint64_t messages = 0;  // left
    std::uint64_t bytes = 0;     // left; 0 with has_bytes: used up
    SteadyNs expires = 0;        // 0: never
    DurationNs heartbeat = 0;    // 0: none
    SteadyNs next_heartbeat = 0;
    std::uint64_t checked_turn = 0;
    bool has_bytes = false;
    bool is_no_wait = false;
    bool is_served = false;  // was given a message

    // Whether it does not wait for more. With an expiry it waits for a first message, without one
    // for none.
    bool is_over() const { return is_no_wait && (is_served || expires == 0); }
    bool is_expired(SteadyNs now) const { return expires != 0 && now >= expires; }
    bool is_beat_due(SteadyNs now) const { return heartbeat != 0 && now >= next_heartbeat; }
  };

  static PullNotice notice(PullStatus status, const Waiting& waiting);
  // Why the request is not taken in; none: it is.
  std::optional<PullStatus> refusal_of(const PullRequest& request, std::uint64_t deliverable) const;
  void note_deadline(const Waiting& waiting);

  std::size_t max_waiting_;
  Ring<Waiting> waiting_;
  SteadyNs next_deadline_ = 0;  // never later than the true one
};

}  // namespace leat
