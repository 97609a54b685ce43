#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/core/consumer_state.h"
#include "consumers/core/stream_view.h"
#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "proto/api/info.h"
#include "proto/record/entry.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"
#include "storage/api/write_set.h"
#include "streams/core/schedule_table.h"
#include "streams/core/stream_effects.h"

namespace leat {

class IndexBudget;

// What the index knows of a message without its body.
struct MessageMeta {
  std::string_view subject{};  // valid until the next apply, or until the turn ends
  std::uint32_t size_bytes = 0;
  WallNs time = 0;
};

// What STREAM.INFO may ask for beside the numbers.
struct StateDetails {
  bool with_deleted = false;
  std::string_view subjects_filter{};  // empty: no list of subjects
};

// A stream with its consumers as one deterministic machine: entries in, effects out. Owned by the
// stream's host (streams/host), on the stream's thread. The same entries make the same state on
// every server, whatever was asked or selected in between. No message body is kept here.
//
// Everything below apply() is a pure question about the state as of the last applied entry.
class StreamMachine {
 public:
  // `budget`: where the parts of its index are that may be put aside, shared by the streams of a
  // shard, and outlives it; null: all of it stays in memory.
  explicit StreamMachine(IndexBudget* budget = nullptr);
  ~StreamMachine();
  StreamMachine(StreamMachine&&) noexcept;
  StreamMachine& operator=(StreamMachine&&) noexcept;

  // Applies one committed entry; `index` is above the last one, not always by one: the empty entry
  // of a new term is not given. Cannot fail: what an entry asks for and may not have is an effect.
  // `out` is appended to; the entry outlives what `out` points to. On kMore it is called again with
  // the same index and entry.
  ApplyProgress apply(LogIndex index, const Bytes& entry, StreamEffects& out);

  LogIndex applied() const;
  // Time of the stream: the highest stamp applied. A leader stamps no entry below it.
  WallNs last_stamp() const;
  // Chains over everything applied; equal at equal index on all servers.
  std::uint64_t state_hash() const;
  // The command that ends the stream was applied.
  bool is_deleted() const;

  // --- the stream
  const StreamConfig& config() const;
  std::uint64_t config_number() const;  // 0: no configuration was applied yet
  WallNs created() const;
  StreamStateInfo state_info(const StateDetails& details) const;
  std::uint64_t message_count() const;
  std::uint64_t bytes() const;
  // What a message of these sizes counts for in bytes().
  std::uint32_t size_of(std::size_t subject, std::size_t headers, std::size_t payload) const;
  StreamSeq first_sequence() const;
  StreamSeq last_sequence() const;
  bool contains(StreamSeq sequence) const;
  std::optional<MessageMeta> message(StreamSeq sequence) const;
  // The last message of this subject, which may hold wildcards; none when there is none.
  StreamSeq last_by_subject(std::string_view subject) const;
  // The first message at or after `from` that matches; an empty filter is every subject.
  StreamSeq next_by_subject(std::string_view filter, StreamSeq from) const;
  // The first message whose time is at or after this.
  StreamSeq first_at_or_after(WallNs time) const;
  // Subjects that match and their counts, in the order of their names.
  std::vector<std::pair<std::string, std::uint64_t>> subject_counts(std::string_view filter) const;
  // The last sequence of each subject that matches, ascending; an empty list matches everything.
  std::vector<StreamSeq> last_per_subject(const std::vector<std::string>& filters) const;
  // When the leader should propose `expire` next: the time at which the first message has outlived
  // max_age or its TTL; none when nothing ever will.
  std::optional<WallNs> next_expiry() const;
  // When the leader should propose `fire` next; none when no schedule is left, or may be due.
  std::optional<WallNs> next_schedule() const;
  // Those due by this time, at most `count_max`, in the order of their times.
  std::vector<DueSchedule> due_schedules(WallNs time, std::size_t count_max) const;
  const StreamView& view() const;

  // --- its consumers
  std::size_t consumer_count() const;
  const ConsumerState* find_consumer(std::string_view name) const;
  const ConsumerState* find_consumer(ConsumerId id) const;
  std::vector<std::string> consumer_names() const;  // in order
  std::vector<ConsumerId> consumer_ids() const;     // ascending
  // All but num_waiting, push_bound and what only a leader knows of num_pending in flight. Where
  // one is at work here, a consumer that is not booked is shown as it sees it.
  ConsumerInfo consumer_info(const ConsumerState& consumer) const;

  // --- state pages, between entries only
  using PageVisitor = std::function<void(const StatePageKey& key, std::string_view value)>;
  // Names every page that changed since the last call; an empty value deletes the page.
  void take_dirty_pages(const PageVisitor& visit);

  // The way back, on a new machine: all pages in key order, finish_pages(), then all index rows,
  // ascending, then finish_load(). Rows below the first message may still hold message ids.
  // kCorruption when they contradict each other.
  Status load_page(const StatePageKey& key, std::string_view value);
  Status finish_pages();
  Status load_index_row(const IndexRow& row);
  // The row of a block, made anew from the block. After finish_pages().
  Bytes rebuilt_index_row(const BlockReader& block) const;
  // In place of a row: nothing is known of the messages of these sequences, but which are still
  // there. They count as messages without bytes until somebody proposes that they are lost.
  Status load_lost(StreamSeq first, StreamSeq last);
  Status finish_load();
  // For the write set: messages below it have left. Known when the pages are loaded.
  StreamSeq first_kept() const;
  // The same for index rows, which also hold the message ids of the duplicate window.
  StreamSeq first_row_kept() const;
  // The oldest sequence of a message id in the duplicate window; none when it is empty.
  StreamSeq first_id() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace leat
