#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/base/ring.h"
#include "core/base/task.h"
#include "proto/api/info.h"
#include "proto/record/entry.h"
#include "raft/group/group.h"
#include "storage/api/log_store.h"
#include "storage/api/message_store.h"
#include "streams/core/admit.h"
#include "streams/core/stream_effects.h"
#include "streams/core/stream_machine.h"
#include "streams/host/block_rewriter.h"
#include "streams/host/pending_answers.h"
#include "streams/host/reader.h"
#include "streams/host/stored_state.h"
#include "streams/host/stream_blocks.h"
#include "streams/host/stream_context.h"
#include "streams/host/stream_leader.h"
#include "streams/host/tail_cache.h"

namespace leat {

// A stream as the meta group placed it here. The configuration's number ascends with each change.
struct StreamAssignment {
  AccountId account;
  GroupId uid;
  std::uint64_t config_number = 0;
  StreamConfig config;
};

// One stream on its shard: its machine, its Raft group, its blocks and whoever waits for it. Owned
// by the shard's StreamSet; used on the shard's thread. What it has only while it leads is a
// StreamLeader; what waits for an answer outlives that.
//
//   propose -> StreamLeader: entry of the turn -> log -> apply -> blocks, answers, listeners
//                                                             -> write set when a block is full
//
// Holds between calls: the machine, the blocks and the pages of a write set name the same index;
// nothing is answered before it is applied, nothing applied before it is durable; each callback
// runs exactly once.
class Stream : public StateMachine {
 public:
  // A stream that nothing is stored of; start() makes it from its assignment.
  static Result<std::unique_ptr<Stream>> create(StreamAssignment assignment,
                                                const StreamContext& context);
  // A stream as the store and the log have it; entries from stored + 1 are replayed by start().
  // Where the end of its log is damaged, it is read only and lives in the other context.
  struct Recovered {
    RecoveredStore& store;
    const RecoveredLog& log;
    const StreamContext& read_only;
  };
  static Result<std::unique_ptr<Stream>> recover(StreamAssignment assignment,
                                                 const StreamContext& context,
                                                 const Recovered& recovered);
  ~Stream() override;

  // Begins to take part in its group; the only voter of a group stands for leader. `recovered` runs
  // when what the journal holds is with the machine, as far as this member can know it to be
  // committed: where it is the only voter when it leads, else at once.
  void start(Task recovered);
  // What the meta group wants the configuration to be. Whoever leads proposes it.
  void update(StreamAssignment assignment);
  // Runs when a configuration with this number, or a later one, is applied, and this member leads;
  // not at all if the stream goes before that.
  void when_configured(std::uint64_t number, Task task);
  // Ends the stream, whether it leads or not: where it leads what was proposed before and a
  // tombstone are applied first. Then its rows are deleted, then `done` runs and the owner may drop
  // it.
  void remove(Task done);
  // A clean stop: pulls are told, then everything proposed is applied and given to the store; then
  // `done` runs.
  void stop(Task done);
  // Leads no longer, and stands again with lead(). A group of one has no reason of its own to do
  // so: this is what a message of a higher term, or a transfer, does to a larger one.
  void step_down() { group_->step_down(); }
  // Stands for leader.
  void lead();

  GroupId uid() const { return uid_; }
  AccountId account() const { return account_; }
  const std::string& name() const { return name_; }
  // As applied; before the first one as assigned.
  const StreamConfig& config() const;
  bool is_leading() const { return leader_ != nullptr; }
  // Whether a delivery leaves when its booking is applied, and not before.
  bool delivers_when_booked() const {
    return context_.delivers_when_booked || !group_->is_only_voter();
  }
  // Nothing may be proposed; only sequences up to the last one are known, and of no subject which
  // message is its last.
  bool is_read_only() const { return context_.is_read_only; }
  // Why, as an answer.
  ApiError read_only_error() const;
  const StreamMachine& machine() const { return machine_; }
  StreamInfo info(const StateDetails& details) const;
  const StreamContext& context() const { return context_; }

  // --- commands; each joins the entry of this turn, in the order of the calls. Where this member
  // does not lead they are refused.
  template <typename Command>
  void propose(const Command& command, CommandCallback done) {
    if (leader_ == nullptr) return done({.fate = Fate::kRefused, .reply = nullptr});
    leader_->entry().add(command);
    answers_.add_command(std::move(done));
  }
  // Who asked for an answer to an ack; one for each item.
  struct AckSender {
    AccountId account;
    ShardId shard;
    std::string_view reply;  // empty: nobody
  };
  void propose(const AcksCommand& command, std::span<const AckSender> senders);

  // Hears when everything proposed before this call is applied, perhaps at once, or that it never
  // will be.
  using FateCallback = InlineFunction<void(Fate)>;
  void after_applied(FateCallback callback);
  // The same for a reader. On a full disk kApplied at once, since what was proposed may wait for
  // ever: all that was acknowledged is applied.
  void when_readable(FateCallback callback);
  // Whether publishers are held back until the disk has caught up; and whether even so more came
  // than can be taken.
  bool is_overloaded() const;
  // Whether the disk has room for what is new: no publishes without, no bookings when exhausted.
  DiskRoom room() const { return context_.groups.log().room(); }
  // The bound of the server or the account that a message would break.
  std::optional<ApiErrorCode> broken_bound(const RoutedMessage& message) const;
  bool is_flooded() const { return answers_.unapplied_bytes() > limits::kStreamBufferedBytes; }
  // The wall clock was set: all that waits for a moment of it is armed anew.
  void clock_was_set();
  // The wall clock as the next stamp will show it: never behind what is applied.
  WallNs now() const;
  // The moment of the steady clock at which now() will be `due`, unless the wall clock is set
  // meanwhile (clock_was_set()); the present when that has been. For a timer.
  SteadyNs steady_at(WallNs due) const;
  // Runs at the end of this turn, or in the next one; not at all if the stream is gone by then.
  void at_turn_end(Task task);
  void post(Task task);

  // --- reading
  Reader& reader() { return reader_; }
  // The message, from wherever it is; kNotFound when it is not in the stream. The view is valid
  // during the call of `done`, which may come at once or in a later turn.
  using MessageCallback = InlineFunction<void(Result<MessageView>)>;
  void get_message(StreamSeq sequence, MessageCallback done);

  // --- StateMachine
  Applied apply(const RaftEntry& entry) override;
  void passed_no_op(const Proposal& place) override;
  void became_leader() override;
  void stepped_down() override;
  void must_store() override;

 private:
  friend class StreamLeader;

  Stream(StreamAssignment assignment, const StreamContext& context, StreamMachine machine);
  Status load(const Recovered& recovered);
  void add_loaded(LoadedBlock block);

  // --- for the leader
  PendingAnswers& answers() { return answers_; }
  // The stamp of an entry that begins now.
  WallNs next_stamp();
  // Those whose commands it holds stand in answers_.
  void propose_entry(Bytes entry);
  // The entry of this turn is not proposed.
  void entry_refused();

  void propose_config();
  // Makes the leader object, as soon as the group is led here and the stream has a configuration.
  void begin_to_lead();
  // Listeners and subscribers are told why, then the leader object goes.
  void end_to_lead(StreamListener::Stop why);
  void follow_config();
  // The assigned configuration is applied, or nobody here knows another way to get it.
  bool is_configured() const { return machine_.config_number() >= config_number_; }
  void run_when_configured();
  void count_bytes();
  void add_bytes(std::int64_t size_bytes);
  void tell_read_only();
  StreamDamage& own_damage() const;
  // Nobody hears of a stream that is read only.
  std::span<StreamListener* const> listeners() const;

  // Gives the outcome of an entry to blocks, waiters and listeners.
  void finish_apply(const RaftEntry& entry, const StreamEffects& effects);
  void continue_apply();
  void keep_stored(const Bytes& entry, const StreamEffects& effects);
  void reached(const Proposal& place);
  void note_removals(const StreamEffects& effects);
  void plan_write_set();
  void take_write_set();
  void finish_remove();
  void block_lost(StreamSeq first, const Error& why);

  struct WhenConfigured {
    std::uint64_t number = 0;
    Task task;
  };
  struct LostBlock {
    StreamSeq first;
    Error why;
  };
  // An entry that goes on next turn, and what it has done so far.
  struct Unfinished {
    RaftEntry entry;
    StreamEffects effects;
  };

  const GroupId uid_;
  const AccountId account_;
  const std::string name_;
  std::uint64_t config_number_ = 0;         // as assigned
  std::unique_ptr<StreamConfig> assigned_;  // null: it is applied, and the machine has it
  const StreamContext& context_;
  StreamMachine machine_;
  StreamBlocks blocks_;
  TailCache tail_;
  Reader reader_;
  BlockRewriter rewriter_;
  PendingAnswers answers_;
  ProposalQueue<FateCallback> after_applied_;
  std::unique_ptr<StreamLeader> leader_;  // null: does not lead
  std::vector<WhenConfigured> when_configured_;
  std::uint64_t followed_config_ = 0;             // number of the applied one that others were told
  std::unique_ptr<Task> recovered_;               // of start(), until it has run
  std::unique_ptr<Task> removed_;                 // of remove()
  std::unique_ptr<std::vector<LostBlock>> lost_;  // found by load(), told by open(); null: none
  WallNs last_stamp_ = 0;                         // of the newest entry, proposed or applied
  SteadyNs last_stamp_at_ = 0;                    // when it was given
  StorageQuota& account_quota_;
  std::int64_t counted_bytes_ = 0;  // in the quotas of account and server
  std::size_t blocks_left_ = 0;     // by retention, since the last write set
  std::unique_ptr<Unfinished> unfinished_;
  Term config_proposed_in_;   // the assigned one; zero: it was not
  bool is_led_here_ = false;  // as the group has told
  bool is_ending_ = false;    // stops, or is being removed: it does not lead again
  bool is_removed_ = false;   // its rows are on their way out
  bool is_write_set_planned_ = false;
  bool is_flush_wanted_ = false;  // of the next write set
  std::unique_ptr<Group> group_;
  Lifetime<Stream> lifetime_{*this};
};

}  // namespace leat
