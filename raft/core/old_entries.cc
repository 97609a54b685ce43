#include "raft/core/old_entries.h"

#include <algorithm>
#include <string>
#include <utility>

namespace leat {

OldEntries::Found OldEntries::find(LogIndex from, std::size_t bytes, std::vector<RaftEntry>& into) {
  if (from <= gone_) return Found::kGone;
  const bool is_here =
      !entries_.empty() && from >= entries_.front().index && from <= entries_.back().index;
  if (!is_here) {
    // The read that is under way ends first; whoever waits for another one asks again.
    if (!reading_) wanted_ = from;
    return Found::kLater;
  }
  std::size_t copied = 0;
  for (std::size_t i = from.value - entries_.front().index.value; i < entries_.size(); ++i) {
    copied += entries_[i].size_bytes();
    if (entries_[i].index > from && copied > bytes) break;
    into.push_back(entries_[i]);
  }
  return Found::kHere;
}

LogIndex OldEntries::take_wanted() {
  if (!wanted_) return {};
  reading_ = std::exchange(wanted_, LogIndex());
  return reading_;
}

Status OldEntries::put(LogIndex from, std::vector<RaftEntry> entries) {
  if (from != reading_) return {};
  entries_.clear();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool connects = i == 0 ? entries[0].index == from
                                 : entries[i].index == entries[i - 1].index.next() &&
                                       entries[i].previous_hash == chain_hash(entries[i - 1]);
    if (!connects) {
      put_gone(from);
      return failure(ErrorKind::kCorruption, "entry " + std::to_string(entries[i].index.value) +
                                                 " that was read back does not follow the one "
                                                 "before it");
    }
  }
  reading_ = {};
  entries_ = std::move(entries);
  return {};
}

void OldEntries::put_gone(LogIndex from) {
  if (from != reading_) return;
  reading_ = {};
  gone_ = std::max(gone_, from);
}

void OldEntries::put_failed(LogIndex from) {
  if (from == reading_) reading_ = {};
}

void OldEntries::clear() {
  wanted_ = {};
  reading_ = {};
  entries_.clear();
}

}  // namespace leat
