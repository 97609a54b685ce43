#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/ring.h"
#include "core/base/task.h"
#include "core/router/message.h"
#include "streams/core/stream_effects.h"
#include "streams/host/stream_context.h"

namespace leat {

// What hears the outcome of a command that is neither a publish nor acks.
using CommandCallback = InlineFunction<void(const CommandReply&)>;

// Who waits for the outcome of what: publishers for their PubAcks, API requests for their commands,
// clients for the answer to an ack; in the order of the log. Owned by its stream, on its shard.
//
// Holds between calls: the entries of the log from the front one on, and for each as many places in
// the three queues as it has commands of that kind. Entries that nobody here proposed (replay after
// a restart) have no places and stay without an answer. Bounded by what the stream takes in before
// it holds publishers back (limits::kStreamPendingBytes).
class PendingAnswers {
 public:
  // `stream`: its name, which PubAcks say. All of it outlives the answers.
  PendingAnswers(const StreamContext& context, const std::string& stream)
      : context_(context), stream_(stream) {}

  // Commands added to the entry that is being gathered. An empty handle wants no answer.
  void add_publish(AccountId account, ShardId shard, std::string_view reply);
  void add_command(CommandCallback done);
  void add_ack(AccountId account, ShardId shard, std::string_view reply);
  // What was added since the last call belongs to the entry at `index`.
  void entry_proposed(LogIndex index);

  // Gives the entry's outcome to all who wait for it.
  void release(LogIndex index, const StreamEffects& effects);

 private:
  struct Waiter {
    Bytes reply;
    AccountId account;
    ShardId shard;
  };
  struct Entry {
    LogIndex index;
    std::uint32_t publishes = 0;
    std::uint32_t commands = 0;
    std::uint32_t acks = 0;
  };

  Waiter waiter(AccountId account, ShardId shard, std::string_view reply);
  void answer_publish(Waiter waiter, const PublishVerdict& verdict);

  const StreamContext& context_;
  const std::string& stream_;
  Ring<Waiter> publishes_;
  Ring<CommandCallback> commands_;
  Ring<Waiter> acks_;
  Entry gathering_;
  Ring<Entry> entries_;
};

}  // namespace leat
