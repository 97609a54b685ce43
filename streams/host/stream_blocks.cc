#include "streams/host/stream_blocks.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "streams/host/block_fold.h"

namespace leat {

namespace {

// Write sets for which a block stays as it is although it is less than half alive: what is being
// consumed is often empty soon.
constexpr std::uint64_t kSparseSets = 8;

}  // namespace

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
  open_lost_ = 0;
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
}

void StreamBlocks::close_open(StreamSeq last) {
  if (!is_open_) return;
  is_open_ = false;
  const StreamSeq first = open_.first();
  closed_.push_back({.block = {.first = first, .value = open_.value()},
                     .index_row = {.first = first, .value = open_row_.value(last)}});
  unwritten_.insert_or_assign(first, closed_.back().block.value);
  const auto total = static_cast<std::uint32_t>(open_.message_count());
  blocks_.push_back({.first = first, .total = total, .live = total - std::min(total, open_lost_)});
  open_.reset(first);
}

void StreamBlocks::removed(StreamSeq first, StreamSeq last) {
  if (is_open_ && last >= open_.first()) {
    const StreamSeq from = std::max(first, open_.first());
    open_lost_ += static_cast<std::uint32_t>(last.value - from.value + 1);
    if (from == first) return;
    last = from.previous();
  }
  const std::size_t above = first_block_above(first);
  for (std::size_t i = above == 0 ? 0 : above - 1; i < blocks_.size(); ++i) {
    Block& block = blocks_[i];
    if (block.first > last) return;
    const bool is_newest = i + 1 == blocks_.size();
    const StreamSeq end = is_newest ? last : std::min(last, blocks_[i + 1].first.previous());
    const StreamSeq from = std::max(first, block.first);
    if (from <= end) lose(block, end.value - from.value + 1);
  }
}

void StreamBlocks::lose(Block& block, std::uint64_t count) {
  if (block.live == 0) return;
  block.live -= static_cast<std::uint32_t>(std::min<std::uint64_t>(block.live, count));
  if (block.live == 0) {
    sparse_.erase(block.first);
    empty_.push_back(block.first);
  } else if (2 * block.live < block.total) {
    sparse_.try_emplace(block.first, sets_);
  }
}

void StreamBlocks::take(WriteSet& set, const StreamMachine& machine) {
  close_open(machine.last_sequence());
  ++sets_;
  std::vector<StreamSeq>& firsts = taken_.push_back({});
  for (Closed& closed : closed_) take_closed(closed, set, machine);
  closed_.clear();
  take_empty(set, machine);
  for (Closed& rewritten : rewritten_) {
    if (find(rewritten.block.first) == nullptr) {
      unwritten_.erase(rewritten.block.first);
      continue;
    }
    if (!rewritten.block.value.empty()) set.blocks.push_back(std::move(rewritten.block));
    set.index_rows.push_back(std::move(rewritten.index_row));
  }
  rewritten_.clear();
  for (const BlockRow& row : set.blocks) {
    if (!row.value.empty()) firsts.push_back(row.first);
  }
}

// What left before it was written is not written. A block may even be forgotten by now.
void StreamBlocks::take_closed(Closed& closed, WriteSet& set, const StreamMachine& machine) {
  const StreamSeq first = closed.block.first;
  Block* block = find(first);
  const bool is_known = block != nullptr;
  const bool is_whole =
      is_known && block->live == block->total && block->total > 0 && first >= machine.first_kept();
  if (!is_whole) {
    Result<FoldedBlock> folded = fold(closed.block.value, closed.index_row.value, machine);
    LEAT_CHECK(folded.has_value()) << "a block that was built here: " << folded.error().text;
    closed.block.value = std::move(folded->block);
    closed.index_row.value = std::move(folded->index_row);
    sparse_.erase(first);
    std::erase(empty_, first);
    if (is_known) block->live = block->total = static_cast<std::uint32_t>(folded->live_count);
  }
  const bool has_row = !closed.index_row.value.empty();
  if (has_row) set.index_rows.push_back(std::move(closed.index_row));
  if (!closed.block.value.empty()) {
    unwritten_.insert_or_assign(first, closed.block.value);
    set.blocks.push_back(std::move(closed.block));
    return;
  }
  unwritten_.erase(first);
  blocks_.keep_if([first](const Block& one) { return one.first != first; });
  if (has_row) rows_waiting_.emplace(first, machine.last_sequence());
}

void StreamBlocks::take_empty(WriteSet& set, const StreamMachine& machine) {
  for (const StreamSeq first : empty_) {
    set.blocks.push_back({.first = first, .value = {}});
    const StreamSeq next = next_block(first);
    rows_waiting_.emplace(first, next ? next.previous() : machine.last_sequence());
  }
  if (!empty_.empty()) {
    blocks_.keep_if([](const Block& block) { return block.live > 0; });
    empty_.clear();
  }
  const StreamSeq first_id = machine.first_id();
  while (!rows_waiting_.empty()) {
    const auto row = rows_waiting_.begin();
    if (first_id && row->second >= first_id) break;
    set.index_rows.push_back({.first = row->first, .value = {}});
    rows_waiting_.erase(row);
  }
}

void StreamBlocks::written() {
  LEAT_CHECK(!taken_.empty());
  for (const StreamSeq first : taken_.front()) unwritten_.erase(first);
  taken_.pop_front();
}

void StreamBlocks::add_stored(const StoredBlock& block) {
  if (block.live_count > 0) {
    const auto total = static_cast<std::uint32_t>(block.message_count);
    const auto live = static_cast<std::uint32_t>(block.live_count);
    blocks_.push_back({.first = block.first, .total = total, .live = live});
    if (2 * live < total) sparse_.emplace(block.first, sets_);
  } else if (!block.is_left) {
    empty_.push_back(block.first);
  }
}

// Those above the bound are made anew at the next start as well.
void StreamBlocks::restore_row(BlockRow index_row) {
  if (rewritten_.size() >= limits::kRestoredRows) return;
  const StreamSeq first = index_row.first;
  rewritten_.push_back({.block = {.first = first, .value = {}}, .index_row = std::move(index_row)});
}

std::size_t StreamBlocks::forget_below(StreamSeq first_kept) {
  std::size_t forgotten = 0;
  // A block ends where the next one begins.
  for (; blocks_.size() > 1 && blocks_[1].first <= first_kept; ++forgotten) {
    sparse_.erase(blocks_.front().first);
    blocks_.pop_front();
  }
  return forgotten;
}

std::vector<StreamSeq> StreamBlocks::take_sparse(std::size_t max) {
  std::vector<StreamSeq> ripe;
  for (auto sparse = sparse_.begin(); sparse != sparse_.end() && ripe.size() < max;) {
    const bool is_ripe = sets_ - sparse->second >= kSparseSets &&
                         sparse->first != blocks_.front().first &&
                         !unwritten_.contains(sparse->first);
    if (!is_ripe) {
      ++sparse;
      continue;
    }
    ripe.push_back(sparse->first);
    sparse = sparse_.erase(sparse);
  }
  return ripe;
}

void StreamBlocks::rewrite(BlockRow block, BlockRow index_row, std::size_t live_count) {
  Block* known = find(block.first);
  if (known == nullptr || known->live == 0) return;
  known->live = known->total = static_cast<std::uint32_t>(live_count);
  sparse_.erase(block.first);
  unwritten_.insert_or_assign(block.first, block.value);
  rewritten_.push_back({.block = std::move(block), .index_row = std::move(index_row)});
}

StreamBlocks::Block* StreamBlocks::find(StreamSeq first) {
  const std::size_t above = first_block_above(first);
  return above > 0 && blocks_[above - 1].first == first ? &blocks_[above - 1] : nullptr;
}

StreamSeq StreamBlocks::block_of(StreamSeq sequence) const {
  if (is_open_ && sequence >= open_.first()) return {};
  const std::size_t after = first_block_above(sequence);
  return after == 0 ? StreamSeq() : blocks_[after - 1].first;
}

StreamSeq StreamBlocks::next_block(StreamSeq first) const {
  const std::size_t after = first_block_above(first);
  return after == blocks_.size() ? StreamSeq() : blocks_[after].first;
}

// Among the closed blocks; their number when there is none.
std::size_t StreamBlocks::first_block_above(StreamSeq sequence) const {
  std::size_t low = 0;
  std::size_t high = blocks_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (blocks_[middle].first <= sequence) {
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
