#include "raft/core/raft_log.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/check.h"

namespace leat {

RaftLog::RaftLog(LogPosition start)
    : start_(start),
      last_(start),
      taken_(start.index),
      durable_(start.index),
      committed_(start.index),
      delivered_(start.index),
      applied_(start.index) {}

LogIndex RaftLog::append(Term term, Bytes payload) {
  LEAT_CHECK(term >= last_.term) << "term " << term << " after " << last_.term;
  entries_.push_back({.index = last_.index.next(),
                      .term = term,
                      .previous_hash = last_.hash,
                      .payload = std::move(payload)});
  const RaftEntry& added = entries_.back();
  last_ = {.index = added.index, .term = term, .hash = chain_hash(added)};
  return last_.index;
}

Status RaftLog::restore(RaftEntry entry) {
  if (entry.index != last_.index.next() || entry.term < last_.term ||
      entry.previous_hash != last_.hash) {
    return failure(ErrorKind::kCorruption, "log entry " + std::to_string(entry.index.value) +
                                               " of term " + std::to_string(entry.term.value) +
                                               " does not follow entry " +
                                               std::to_string(last_.index.value) + " of term " +
                                               std::to_string(last_.term.value));
  }
  last_ = {.index = entry.index, .term = entry.term, .hash = chain_hash(entry)};
  entries_.push_back(std::move(entry));
  taken_ = durable_ = last_.index;
  return {};
}

const RaftEntry& RaftLog::entry(LogIndex index) const {
  LEAT_CHECK(index > start_.index && index <= last_.index) << "index " << index;
  return entries_[static_cast<std::size_t>(index.value - start_.index.value - 1)];
}

LogPosition RaftLog::position(LogIndex index) const {
  if (index == last_.index) return last_;
  if (index == start_.index) return start_;
  if (index < start_.index || index > last_.index) {
    return {.index = index, .term = {}, .hash = 0};
  }
  return {.index = index, .term = entry(index).term, .hash = entry(index.next()).previous_hash};
}

bool RaftLog::has_deliverable() const { return delivered_ < std::min(committed_, durable_); }

void RaftLog::take_unpersisted(std::vector<RaftEntry>& into) {
  while (taken_ < last_.index) {
    ++taken_;
    into.push_back(entry(taken_));
  }
}

void RaftLog::take_deliverable(std::vector<RaftEntry>& into) {
  const LogIndex end = std::min(committed_, durable_);
  while (delivered_ < end) {
    ++delivered_;
    into.push_back(entry(delivered_));
  }
}

void RaftLog::mark_durable(LogIndex index, Term term) {
  if (index <= durable_ || index > taken_ || position(index).term != term) return;
  durable_ = index;
}

void RaftLog::commit_to(LogIndex index) {
  LEAT_CHECK(index <= last_.index) << "commit " << index << " past the end " << last_.index;
  committed_ = std::max(committed_, index);
}

void RaftLog::mark_applied(LogIndex index) {
  LEAT_CHECK(index <= delivered_) << "applied " << index << ", given out " << delivered_;
  if (index <= applied_) return;
  applied_ = index;
  // A group of one has no follower that could ask for an entry again.
  while (!entries_.empty() && entries_.front().index <= applied_) {
    start_ = position(entries_.front().index);
    entries_.pop_front();
  }
}

}  // namespace leat
