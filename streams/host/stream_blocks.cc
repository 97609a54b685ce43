#include "streams/host/stream_blocks.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace leat {

MessageView view_of(const StoredMessage& message) {
  // Headers and payload stand next to each other in a block.
  const std::string_view body =
      message.headers.empty() ? message.payload
                              : std::string_view(message.headers.data(),
                                                 message.headers.size() + message.payload.size());
  return {.sequence = message.sequence,
          .time = message.time,
          .subject = message.subject,
          .headers = message.headers,
          .body = body};
}

void StreamBlocks::open_at(StreamSeq first) {
  if (is_open_) return;
  open_.reset(first);
  open_row_.reset(first);
  open_ids_ = 0;
  is_open_ = true;
}

void StreamBlocks::append(const MessageView& message, const Extent& extent) {
  if (is_open_ && open_.is_full()) close_open(message.sequence.previous());
  open_at(message.sequence);
  open_.append({.sequence = message.sequence,
                .time = message.time,
                .flags = 0,
                .subject = message.subject,
                .headers = message.headers,
                .payload = message.payload()});
  open_row_.append({.sequence = message.sequence,
                    .time = message.time,
                    .subject = 0,
                    .size_bytes = extent.size_bytes,
                    .ttl_s = extent.ttl_s,
                    .is_deleted = false},
                   message.subject);
}

void StreamBlocks::append_id(const IndexedMessageId& id) {
  open_at(id.sequence);
  open_row_.append_id(id);
  ++open_ids_;
}

void StreamBlocks::close_open(StreamSeq last) {
  if (!is_open_) return;
  is_open_ = false;
  const StreamSeq first = open_.first();
  closed_.push_back({.block = {.first = first, .value = open_.value()},
                     .index_row = {.first = first, .value = open_row_.value(last)}});
  unwritten_.insert_or_assign(first, closed_.back().block.value);
  firsts_.push_back(first);
  open_.reset(first);
  open_ids_ = 0;
}

void StreamBlocks::take(WriteSet& set, StreamSeq last) {
  close_open(last);
  std::vector<StreamSeq>& firsts = taken_.push_back({});
  for (Closed& closed : closed_) {
    firsts.push_back(closed.block.first);
    set.blocks.push_back(std::move(closed.block));
    set.index_rows.push_back(std::move(closed.index_row));
  }
  closed_.clear();
}

void StreamBlocks::written() {
  LEAT_CHECK(!taken_.empty());
  for (const StreamSeq first : taken_.front()) unwritten_.erase(first);
  taken_.pop_front();
}

std::size_t StreamBlocks::forget_below(StreamSeq first_kept) {
  std::size_t forgotten = 0;
  // A block ends where the next one begins.
  for (; firsts_.size() > 1 && firsts_[1] <= first_kept; ++forgotten) firsts_.pop_front();
  return forgotten;
}

StreamSeq StreamBlocks::block_of(StreamSeq sequence) const {
  if (is_open_ && sequence >= open_.first()) return {};
  const std::size_t after = first_block_above(sequence);
  return after == 0 ? StreamSeq() : firsts_[after - 1];
}

StreamSeq StreamBlocks::next_block(StreamSeq first) const {
  const std::size_t after = first_block_above(first);
  return after == firsts_.size() ? StreamSeq() : firsts_[after];
}

// Among the closed blocks; their number when there is none.
std::size_t StreamBlocks::first_block_above(StreamSeq sequence) const {
  std::size_t low = 0;
  std::size_t high = firsts_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (firsts_[middle] <= sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

const Bytes* StreamBlocks::unwritten(StreamSeq first) const {
  const auto found = unwritten_.find(first);
  return found == unwritten_.end() ? nullptr : &found->second;
}

std::optional<MessageView> StreamBlocks::find_open(StreamSeq sequence) const {
  if (!is_open_) return {};
  const std::optional<StoredMessage> found = open_.find(sequence);
  if (!found) return {};
  return view_of(*found);
}

}  // namespace leat
