#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/base/task.h"
#include "core/router/message.h"
#include "raft/group/proposal_queue.h"
#include "streams/core/stream_effects.h"
#include "streams/host/stream_context.h"

namespace leat {

// What became of a command that is neither a publish nor acks.
struct CommandOutcome {
  Fate fate = Fate::kStopped;
  const CommandReply* reply = nullptr;  // null unless it was applied; valid during the call

  bool is_applied() const { return fate == Fate::kApplied; }
};
// Hears it once. Unless the command was applied nothing is answered, and the client asks again; the
// stream may be gone then.
using CommandCallback = InlineFunction<void(const CommandOutcome&)>;

// Who waits for the outcome of what: publishers for their PubAcks, API requests for their commands,
// clients for the answer to an ack; in the order of the log. Owned by its stream, on its shard, and
// not by its leadership: a stream that no longer leads answers what it has proposed when that is
// applied.
//
// Holds between calls: the proposals of this member that are not applied, and for each as many
// places in the three queues as it has commands of that kind. Entries that nobody here proposed
// (replay after a restart) have no places and stay without an answer. Bounded by what the stream
// takes in before it holds publishers back (limits::kStreamPendingBytes).
class PendingAnswers {
 public:
  // `stream`: its name, which PubAcks say. All of it outlives the answers.
  PendingAnswers(const StreamContext& context, const std::string& stream)
      : context_(context), stream_(stream) {}
  // Who still waits hears kStopped.
  ~PendingAnswers();
  PendingAnswers(const PendingAnswers&) = delete;
  PendingAnswers& operator=(const PendingAnswers&) = delete;

  // Commands added to the entry that is being gathered. An empty handle wants no answer.
  void add_publish(AccountId account, ShardId shard, std::string_view reply);
  void add_command(CommandCallback done);
  void add_ack(AccountId account, ShardId shard, std::string_view reply);
  // What was added since the last call belongs to the entry at `place`, of `size_bytes`.
  void entry_proposed(const Proposal& place, std::size_t size_bytes);
  // What was added since the last call could not be proposed.
  void entry_refused();

  // The entry at `place` is applied: gives its outcome to all who wait for it.
  void release(const Proposal& place, const StreamEffects& effects);
  // The no-op at `place` is reached, or everything up to `last` lies in a snapshot: who waited for
  // what it replaces hears so.
  void passed_no_op(const Proposal& place);
  void passed(LogIndex last);

  // Of the entries that were proposed here and whose fate is open.
  std::size_t unapplied_bytes() const { return unapplied_bytes_; }

 private:
  struct Waiter {
    Bytes reply;
    AccountId account;
    ShardId shard;
  };
  // How many wait for one entry, by kind.
  struct Entry {
    std::size_t size_bytes = 0;
    std::uint32_t publishes = 0;
    std::uint32_t commands = 0;
    std::uint32_t acks = 0;
  };

  Waiter waiter(AccountId account, ShardId shard, std::string_view reply);
  void answer(const Entry& entry, const StreamEffects& effects);
  void answer_publish(Waiter waiter, const PublishVerdict& verdict);
  void forget(const Entry& entry, Fate fate);

  const StreamContext& context_;
  const std::string& stream_;
  Ring<Waiter> publishes_;
  Ring<CommandCallback> commands_;
  Ring<Waiter> acks_;
  Entry gathering_;
  ProposalQueue<Entry> entries_;
  std::size_t unapplied_bytes_ = 0;
};

}  // namespace leat
