#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/core/consumer_state.h"
#include "consumers/core/stream_view.h"
#include "core/base/ids.h"
#include "proto/ack/publish_headers.h"
#include "proto/api/stream_config.h"
#include "streams/core/dedup_window.h"
#include "streams/core/message_index.h"
#include "streams/core/schedule_table.h"
#include "streams/core/subject_table.h"

namespace leat {

// Sequences of one page of removed ones: a bitmap of 1 KiB.
inline constexpr std::uint64_t kRemovedPageSequences = 8192;
inline std::uint64_t removed_page_of(StreamSeq sequence) {
  return sequence.value / kRemovedPageSequences;
}

// When a message with a TTL of its own leaves; in a heap, the first one on top.
struct TtlDeadline {
  WallNs at = 0;
  StreamSeq sequence;
};

// Which pages there are beside the stream's own, and which are to change. A stream that nothing was
// written of and nothing removed from has none.
struct PageBook {
  // Pages of removed sequences: changed since the last write set, and those that exist.
  std::set<std::uint64_t> dirty_removed_pages;
  std::set<std::uint64_t> removed_pages;
  std::map<ConsumerId, std::uint64_t> consumer_pages;  // parts of each consumer's page that exist
  std::set<ConsumerId> consumers_to_erase;             // deleted since the last write set
  std::map<ConsumerId, std::set<std::uint64_t>> pending_pages;  // that exist
};

// Everything that entries change in a stream and its consumers. Owned by StreamMachine; changed by
// Apply, loaded by StreamPages, read by everyone on the stream's thread. A struct: the rules are in
// apply_*.cc, and what holds between entries is
//   - `bytes` and the subject table say what the index holds,
//   - `ttl` has a deadline for each message with a TTL (and stale ones),
//   - each of `schedules` is a message, and the first one on its subject,
//   - `consumers`, `consumers_by_name` and `consumer_list` name the same consumers.
struct StreamState : StreamView {
  explicit StreamState(IndexBudget* budget = nullptr) : index(budget), subjects(budget) {}

  StreamConfig config;
  std::uint64_t config_number = 0;
  WallNs created = 0;
  LogIndex applied;
  WallNs last_stamp = 0;
  std::uint64_t hash = 0;
  std::uint64_t apply_version = 0;
  bool is_deleted = false;

  MessageIndex index;
  SubjectTable subjects;
  std::uint64_t bytes = 0;
  StreamSeq last_seq;
  WallNs last_time = 0;  // of the last sequence given out
  DedupWindow dedup;
  // Ids up to this time had left when the window was last changed: a longer one does not bring them
  // back.
  WallNs dedup_floor = 0;
  std::string last_msg_id;
  mutable std::vector<TtlDeadline> ttl;
  std::size_t ttl_checked = 0;  // size of the heap when stale deadlines were last dropped
  ScheduleTable schedules;
  // Nothing before it leaves by max_age.
  mutable StreamSeq age_from;

  std::map<ConsumerId, std::unique_ptr<ConsumerState>> consumers;
  std::map<std::string, ConsumerId, std::less<>> consumers_by_name;
  std::vector<ConsumerState*> consumer_list;  // by id
  ConsumerId next_consumer{1};

  std::uint64_t stream_pages = 0;  // parts of the stream's page that exist
  PageBook& page_book() {
    if (pages == nullptr) pages = std::make_unique<PageBook>();
    return *pages;
  }
  std::unique_ptr<PageBook> pages;  // null: empty
  std::uint64_t apply_calls = 0;

  // The first message there is, or the next sequence when there is none.
  StreamSeq first_sequence() const;

  // StreamView.
  bool contains(StreamSeq sequence) const override { return index.contains(sequence); }
  std::uint64_t count(const FilterSet& filters, StreamSeq from) const override;
  ScanResult scan(const FilterSet& filters, StreamSeq from, std::uint32_t budget) const override;

  // The first message that max_age will take; none when there is none.
  StreamSeq first_aging() const;
  // The next deadline of a message that is still there; null when there is none.
  const TtlDeadline* first_ttl() const;
  StreamSeq first_matching(const FilterSet& filters) const;
  StreamSeq last_matching(const FilterSet& filters) const;
  std::vector<StreamSeq> last_per_subject(const FilterSet& filters) const;
  StreamSeq first_at_or_after(WallNs time) const;
  ConsumerState* find_consumer(std::string_view name) const;
  ConsumerState* find_consumer(ConsumerId id) const;
  // Drops deadlines of messages that have left, when many are.
  void add_ttl(WallNs at, StreamSeq sequence);

  // count() of [from, end) by looking at each place; no end: all that follow.
  std::uint64_t count_to(const FilterSet& filters, StreamSeq from, StreamSeq end) const;
  // The same from `from` on, along the chains of these subjects.
  std::uint64_t count_chains(const std::vector<std::uint32_t>& numbers, StreamSeq from) const;
  // scan() for one subject, along its chain; nothing when the chain does not tell.
  std::optional<ScanResult> scan_subject(std::string_view subject, StreamSeq from) const;

  // What a message counts for in `bytes`.
  std::uint32_t size_of(std::size_t subject, std::size_t headers, std::size_t payload) const;
  // What its header asks for, in seconds: 0 none, kTtlNever.
  std::uint32_t ttl_of(const MessageTtl& asked) const;
};

// The heap's top is what leaves first.
inline bool leaves_later(const TtlDeadline& a, const TtlDeadline& b) {
  return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
}

}  // namespace leat
