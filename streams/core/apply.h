#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/core/consumer_machine.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "proto/ack/publish_headers.h"
#include "proto/record/entry.h"
#include "streams/core/stream_effects.h"
#include "streams/core/stream_state.h"

namespace leat {

// What a command left to be done, in pieces: a walk over messages of which some leave. Nothing else
// of the entry is applied before it has ended.
struct ApplyWork {
  enum class Kind : std::uint8_t {
    kPurge,         // what matches, up to `end`, at most `left` of it
    kDropUnwanted,  // interest: what nobody needs any more
    kTrimSubjects,  // what is above max_msgs_per_subject
  };
  Kind kind = Kind::kPurge;
  FilterSet filters{};
  StreamSeq next{};
  StreamSeq end{};  // exclusive
  std::uint64_t left = 0;
  std::uint64_t removed = 0;
  std::optional<CommandReply> reply{};  // given when it has ended
};

// Applies entries to the state of a stream: the one place where anything is decided that depends on
// it. Owned by StreamMachine. Between the calls for one entry it keeps where it stands.
class Apply {
 public:
  explicit Apply(StreamState& state) : state_(state) {}

  ApplyProgress run(LogIndex index, const Bytes& entry, StreamEffects& out);

 private:
  // apply.cc
  void begin(LogIndex index, const EntryReader& reader, std::string_view entry);
  void dispatch(const EntryReader& reader);
  void dispatch_to_stream(const EntryReader& reader);
  void refuse_all(const EntryReader& reader);
  void reply(CommandReply reply);
  void reply_error(CommandKind kind, ApiError error);
  void mix(std::uint64_t word);
  void mix_state();
  void wake(ConsumerState& consumer);

  // apply_publish.cc
  void publish(const PublishCommand& command, std::optional<WallNs> schedule_due);
  bool check_expected(const PublishCommand& command, const PublishHeaders& headers);
  bool check_rollup(const PublishHeaders& headers);
  bool check_discard_new(const PublishCommand& command, const PublishHeaders& headers,
                         std::uint32_t size_bytes);
  bool has_interest(std::string_view subject) const;
  void skip(const PublishHeaders& headers);
  std::uint32_t store(const PublishCommand& command, const PublishHeaders& headers,
                      std::uint32_t size_bytes);
  void tell_consumers(StreamSeq sequence, std::uint32_t number);
  void trim_subject(std::uint32_t number);
  void roll_up(const PublishHeaders& headers, std::string_view subject, StreamSeq keep_from);
  void remember_id(const PublishHeaders& headers, StreamSeq sequence);
  void refuse(ApiErrorCode error, std::uint64_t number, std::string_view text);
  void accept(PublishVerdict verdict);

  // apply_schedule.cc
  void fire(const FireCommand& command);
  bool check_scheduler(const PublishHeaders& headers);
  void keep_schedule(const PublishHeaders& headers, std::uint32_t number,
                     std::optional<WallNs> due);
  void end_schedule(const PublishHeaders& headers);

  // apply_config.cc
  void configure(ConfigCommand command);
  void end_stream();

  // apply_purge.cc
  void purge(const PurgeCommand& command);
  void purge_everything(CommandReply reply);
  void delete_message(const DeleteMessageCommand& command);
  ApiError no_such_message(StreamSeq sequence) const;
  void lose(const LoseCommand& command);
  void expire(const ExpireCommand& command);

  // apply_consumer.cc
  void create_consumer(ConsumerCreateCommand command);
  void update_consumer(ConsumerState& consumer, ConsumerCreateCommand command);
  std::optional<ApiError> refuse_consumer(const ConsumerCreateCommand& command,
                                          const ConsumerState* existing) const;
  void delete_consumer(const ConsumerDeleteCommand& command);
  void sweep_for(const ConsumerState& consumer);

  // apply_delivery.cc
  void book(const BookView& command);
  void acks(AcksView command);
  void cursor(const CursorCommand& command);
  void give_up(GiveUpView command);
  void tell(DeliveryEvent::Kind kind, const ConsumerState& consumer,
            const PendingDelivery& delivery, std::string_view reason);

  // retention.cc
  bool settle();
  bool remove_acked();
  bool go_on(ApplyWork& work);
  bool go_on_purge(ApplyWork& work);
  bool go_on_drop_unwanted(ApplyWork& work);
  bool go_on_trim(ApplyWork& work);
  bool keep_limits();
  bool is_needed(StreamSeq sequence, std::uint32_t subject) const;
  void finish(ApplyWork& work);
  void remove(StreamSeq sequence, RemovalReason reason);
  // Counts anew for consumers whose stored count turned out to be wrong.
  void mend_counts();
  void note_removal(StreamSeq sequence, RemovalReason reason);
  bool spend(std::uint32_t messages) {
    budget_ = budget_ > messages ? budget_ - messages : 0;
    return budget_ > 0;
  }

  StreamState& state_;
  StreamEffects* out_ = nullptr;
  WallNs now_ = 0;  // of the entry in the stream's time
  std::uint32_t budget_ = 0;
  LogIndex open_index_;          // of an entry that is not finished
  std::size_t open_offset_ = 0;  // of its next command
  std::list<ApplyWork> works_;
  std::vector<StreamSeq> acked_;  // may leave a work queue, or a stream kept by interest
  std::size_t acked_next_ = 0;
  std::vector<ConsumerMachine::GonePair> gone_;
  // Deleted by this entry: their hosts are told when it is done, and look at them until then.
  std::vector<std::unique_ptr<ConsumerState>> gone_consumers_;
  bool is_silent_ = false;  // removals end deliveries without an event
};

}  // namespace leat
