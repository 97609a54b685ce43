#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace leat {

// A schedule and when it is due.
struct DueSchedule {
  StreamSeq sequence{};  // of the message that is the schedule
  WallNs due = 0;
  friend bool operator==(const DueSchedule&, const DueSchedule&) = default;
};

// When each schedule of a stream is due next. A part of StreamState: changed by entries only. What
// the schedules say stands in their messages, which the leader reads when they are due.
//
//   page   version 1 (= 1) | of each schedule among its 1,024 sequences, ascending:
//          varint sequence - first of the page | zigzag varint due
class ScheduleTable {
 public:
  static constexpr std::uint64_t kPageSequences = 1024;

  bool empty() const { return by_sequence_.empty(); }
  std::size_t count() const { return by_sequence_.size(); }
  bool contains(StreamSeq sequence) const { return by_sequence_.contains(sequence); }
  // None when there is no such schedule.
  std::optional<WallNs> due(StreamSeq sequence) const;
  std::optional<WallNs> first_due() const;
  // What is due at this time, at most `count_max`, in the order of their times.
  std::vector<DueSchedule> due_at(WallNs time, std::size_t count_max) const;

  void set(StreamSeq sequence, WallNs due);
  void erase(StreamSeq sequence);
  void clear();

  // Pages that changed since the last call.
  std::set<std::uint64_t> take_dirty();
  // The page's value; nothing when no schedule is in it.
  void append_page(std::uint64_t page, std::string& out) const;
  // kCorruption when it cannot be read. A loaded page is not dirty.
  Status load_page(std::uint64_t page, std::string_view value);
  // Each, by sequence, until one does not hold; whether all did.
  template <typename Claim>
  bool all_of(const Claim& claim) const {
    for (const auto& [sequence, due] : by_sequence_) {
      if (!claim(sequence)) return false;
    }
    return true;
  }

 private:
  void mark(StreamSeq sequence) { dirty_.insert(sequence.value / kPageSequences); }

  std::map<StreamSeq, WallNs> by_sequence_;
  std::set<std::pair<WallNs, StreamSeq>> by_due_;
  std::set<std::uint64_t> dirty_;
};

}  // namespace leat
