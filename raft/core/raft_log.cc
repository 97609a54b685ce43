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

Status RaftLog::add(RaftEntry entry) {
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
  return {};
}

Status RaftLog::restore(RaftEntry entry) {
  LEAT_TRY(add(std::move(entry)));
  taken_ = durable_ = last_.index;
  return {};
}

void RaftLog::truncate(LogIndex index) {
  LEAT_CHECK(index > committed_ && index <= last_.index)
      << "entry " << index << " of a log that ends with " << last_.index << " and is committed to "
      << committed_;
  last_ = position(index.previous());
  while (!entries_.empty() && entries_.back().index > last_.index) entries_.pop_back();
  if (taken_ <= last_.index) return;  // the journal has not heard of them
  taken_ = last_.index;
  durable_ = std::min(durable_, last_.index);
  truncated_to_ = last_;
  ++truncations_;
}

std::optional<LogPosition> RaftLog::take_truncation() {
  return std::exchange(truncated_to_, std::nullopt);
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

void RaftLog::copy(LogIndex from, std::size_t bytes, std::vector<RaftEntry>& into) const {
  std::size_t copied = 0;
  for (LogIndex index = from; index <= last_.index; ++index) {
    const RaftEntry& next = entry(index);
    copied += next.size_bytes();
    if (index > from && copied > bytes) return;
    into.push_back(next);
  }
}

void RaftLog::mark_durable(LogIndex index, Term term, std::uint64_t truncations) {
  LEAT_CHECK(truncations <= truncations_) << truncations << " of " << truncations_;
  if (truncations < truncations_ || index <= durable_) return;
  LEAT_CHECK(index <= taken_) << "durable " << index << ", given out " << taken_;
  LEAT_CHECK(position(index).term == term) << "entry " << index << " is not of term " << term;
  durable_ = index;
}

void RaftLog::commit_to(LogIndex index) {
  LEAT_CHECK(index <= last_.index) << "commit " << index << " past the end " << last_.index;
  committed_ = std::max(committed_, index);
}

void RaftLog::mark_applied(LogIndex index) {
  LEAT_CHECK(index <= delivered_) << "applied " << index << ", given out " << delivered_;
  while (applied_ < index) {
    ++applied_;
    applied_bytes_ += entry(applied_).size_bytes();
  }
  while (applied_bytes_ > tail_bytes_) drop_oldest();
}

void RaftLog::set_tail(std::size_t tail_bytes) {
  tail_bytes_ = tail_bytes;
  while (applied_bytes_ > tail_bytes_) drop_oldest();
}

void RaftLog::drop_applied(LogIndex index) {
  while (start_.index < std::min(index, applied_)) drop_oldest();
}

void RaftLog::drop_oldest() {
  LEAT_CHECK(start_.index < applied_) << "an entry that is not applied stays";
  start_ = position(entries_.front().index);
  applied_bytes_ -= entries_.front().size_bytes();
  entries_.pop_front();
}

}  // namespace leat
