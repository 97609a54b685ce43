#include "streams/core/dedup_window.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace leat {

namespace {
constexpr std::size_t kTextBlockBytes = 64 * 1024;
constexpr std::size_t kTextBlockBytesFirst = 1024;
constexpr std::size_t kTableMin = 16;
}  // namespace

StreamSeq DedupWindow::find(std::string_view id) const {
  if (table_.empty()) return {};
  const std::uint64_t hash = xxh3_64(id);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t at = hash & mask; table_[at] != 0; at = (at + 1) & mask) {
    const Item& item = item_of(table_[at]);
    if (item.hash == hash && std::string_view(item.text, item.size) == id) return item.sequence;
  }
  return {};
}

void DedupWindow::add(std::string_view id, StreamSeq sequence, WallNs time) {
  if ((items_.size() + 1) * 2 > table_.size()) grow();
  const std::uint64_t hash = xxh3_64(id);
  const std::size_t mask = table_.size() - 1;
  std::size_t at = hash & mask;
  while (table_[at] != 0) at = (at + 1) & mask;
  table_[at] = first_number_ + items_.size();
  items_.push_back({.hash = hash,
                    .sequence = sequence,
                    .time = time,
                    .text = keep(id),
                    .size = static_cast<std::uint32_t>(id.size())});
}

const char* DedupWindow::keep(std::string_view id) {
  if (blocks_.empty() || blocks_.back().capacity - blocks_.back().used < id.size()) {
    // One that is empty and too small would stand in front for ever.
    if (!blocks_.empty() && blocks_.back().items == 0) blocks_.pop_back();
    // The first block is small: most streams see no ids, or few.
    const std::size_t usual = blocks_.empty() ? kTextBlockBytesFirst : kTextBlockBytes;
    const std::size_t capacity = std::max(usual, id.size());
    blocks_.push_back({.bytes = std::make_unique<char[]>(capacity), .capacity = capacity});
  }
  Block& block = blocks_.back();
  char* const text = block.bytes.get() + block.used;
  std::memcpy(text, id.data(), id.size());
  block.used += id.size();
  ++block.items;
  return text;
}

void DedupWindow::expire(WallNs time) {
  while (!items_.empty() && items_.front().time <= time) pop();
}

// Moves back what stands behind the freed place and would not be found over the gap.
void DedupWindow::pop() {
  const std::size_t mask = table_.size() - 1;
  std::size_t gap = items_.front().hash & mask;
  while (table_[gap] != first_number_) gap = (gap + 1) & mask;
  for (std::size_t at = (gap + 1) & mask; table_[at] != 0; at = (at + 1) & mask) {
    const std::size_t home = item_of(table_[at]).hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    table_[gap] = table_[at];
    gap = at;
  }
  table_[gap] = 0;
  items_.pop_front();
  ++first_number_;
  if (--blocks_.front().items == 0) {
    if (blocks_.size() > 1) {
      blocks_.pop_front();
    } else {
      blocks_.front().used = 0;
    }
  }
}

std::size_t DedupWindow::memory_bytes() const {
  std::size_t bytes = items_.size() * sizeof(Item) + table_.size() * sizeof(table_[0]);
  for (std::size_t i = 0; i < blocks_.size(); ++i) bytes += blocks_[i].capacity;
  return bytes;
}

void DedupWindow::grow() {
  table_.assign(std::max(kTableMin, table_.size() * 2), 0);
  const std::size_t mask = table_.size() - 1;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    std::size_t at = items_[i].hash & mask;
    while (table_[at] != 0) at = (at + 1) & mask;
    table_[at] = first_number_ + i;
  }
}

}  // namespace leat
