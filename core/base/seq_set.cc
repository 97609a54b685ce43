#include "core/base/seq_set.h"

#include <algorithm>
#include <iterator>

#include "core/base/check.h"

namespace leat {

namespace {

std::uint64_t bit_of(std::uint64_t offset) { return std::uint64_t{1} << (offset % 64); }

// The bits of word `word` that stand for offsets first .. last.
std::uint64_t mask_of(std::size_t word, std::uint64_t first, std::uint64_t last) {
  const std::uint64_t begin = word * 64;
  if (last < begin || first > begin + 63) return 0;
  std::uint64_t mask = ~std::uint64_t{0};
  if (first > begin) mask &= ~std::uint64_t{0} << (first - begin);
  if (last < begin + 63) mask &= ~std::uint64_t{0} >> (begin + 63 - last);
  return mask;
}

}  // namespace

bool SeqSet::Leaf::contains(std::uint64_t offset) const {
  return (words[offset / 64] & bit_of(offset)) != 0;
}

std::uint32_t SeqSet::Leaf::count_in(std::uint64_t first, std::uint64_t last) const {
  if (first == 0 && last == kLeafNumbers - 1) return count;
  int counted = 0;
  for (std::size_t word = first / 64; word <= last / 64; ++word) {
    counted += std::popcount(words[word] & mask_of(word, first, last));
  }
  return static_cast<std::uint32_t>(counted);
}

std::uint64_t SeqSet::Leaf::find(std::uint64_t offset, bool present) const {
  for (std::size_t word = offset / 64; word < kWords; ++word) {
    std::uint64_t bits = present ? words[word] : ~words[word];
    bits &= mask_of(word, offset, kLeafNumbers - 1);
    if (bits != 0) return word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits));
  }
  return kLeafNumbers;
}

bool SeqSet::contains(std::uint64_t number) const {
  const auto leaf = leaves_.find(number / kLeafNumbers);
  return leaf != leaves_.end() && leaf->second.contains(number % kLeafNumbers);
}

bool SeqSet::insert(std::uint64_t number) {
  // Sequences mostly grow, so the last leaf is tried first.
  const std::uint64_t index = number / kLeafNumbers;
  const auto leaf = leaves_.try_emplace(leaves_.end(), index);
  const std::uint64_t offset = number % kLeafNumbers;
  return set_offsets(leaf->second, offset, offset) == 1;
}

bool SeqSet::erase(std::uint64_t number) {
  const auto leaf = leaves_.find(number / kLeafNumbers);
  const std::uint64_t offset = number % kLeafNumbers;
  if (leaf == leaves_.end() || !leaf->second.contains(offset)) return false;
  leaf->second.words[offset / 64] &= ~bit_of(offset);
  --size_;
  if (--leaf->second.count == 0) leaves_.erase(leaf);
  return true;
}

void SeqSet::insert_range(std::uint64_t first, std::uint64_t last) {
  LEAT_CHECK(first <= last) << first << ">" << last;
  for (std::uint64_t index = first / kLeafNumbers; index <= last / kLeafNumbers; ++index) {
    const std::uint64_t begin = index * kLeafNumbers;
    const std::uint64_t from = std::max(first, begin) - begin;
    const std::uint64_t to = std::min(last - begin, kLeafNumbers - 1);
    set_offsets(leaves_[index], from, to);
  }
}

std::uint64_t SeqSet::erase_below(std::uint64_t bound) {
  const std::uint64_t before = size_;
  const auto partial = leaves_.lower_bound(bound / kLeafNumbers);
  for (auto leaf = leaves_.begin(); leaf != partial; leaf = leaves_.erase(leaf)) {
    size_ -= leaf->second.count;
  }
  if (partial != leaves_.end() && partial->first == bound / kLeafNumbers) {
    clear_offsets_below(partial->second, bound % kLeafNumbers);
    if (partial->second.count == 0) leaves_.erase(partial);
  }
  return before - size_;
}

void SeqSet::clear() {
  leaves_.clear();
  size_ = 0;
}

std::optional<std::uint64_t> SeqSet::last() const {
  if (leaves_.empty()) return std::nullopt;
  const auto& [index, leaf] = *leaves_.rbegin();
  std::size_t word = kWords - 1;
  while (leaf.words[word] == 0) --word;
  const auto bit = 63 - static_cast<std::uint64_t>(std::countl_zero(leaf.words[word]));
  return index * kLeafNumbers + word * 64 + bit;
}

std::optional<std::uint64_t> SeqSet::at_or_after(std::uint64_t number) const {
  auto leaf = leaves_.lower_bound(number / kLeafNumbers);
  if (leaf == leaves_.end()) return std::nullopt;
  if (leaf->first == number / kLeafNumbers) {
    const std::uint64_t offset = leaf->second.find(number % kLeafNumbers, true);
    if (offset < kLeafNumbers) return leaf->first * kLeafNumbers + offset;
    if (++leaf == leaves_.end()) return std::nullopt;
  }
  return leaf->first * kLeafNumbers + leaf->second.find(0, true);
}

std::optional<std::uint64_t> SeqSet::absent_at_or_after(std::uint64_t number) const {
  auto leaf = leaves_.find(number / kLeafNumbers);
  std::uint64_t offset = number % kLeafNumbers;
  for (std::uint64_t index = number / kLeafNumbers;; ++index, ++leaf, offset = 0) {
    if (leaf == leaves_.end() || leaf->first != index) return index * kLeafNumbers + offset;
    offset = leaf->second.find(offset, false);
    if (offset < kLeafNumbers) return index * kLeafNumbers + offset;
    if (index == UINT64_MAX / kLeafNumbers) return std::nullopt;
  }
}

std::uint64_t SeqSet::count_in(std::uint64_t first, std::uint64_t last) const {
  if (first > last) return 0;
  if (first == 0 && last == UINT64_MAX) return size_;
  std::uint64_t counted = 0;
  for (auto leaf = leaves_.lower_bound(first / kLeafNumbers);
       leaf != leaves_.end() && leaf->first <= last / kLeafNumbers; ++leaf) {
    const std::uint64_t begin = leaf->first * kLeafNumbers;
    counted += leaf->second.count_in(std::max(first, begin) - begin,
                                     std::min(last - begin, kLeafNumbers - 1));
  }
  return counted;
}

std::uint64_t SeqSet::set_offsets(Leaf& leaf, std::uint64_t first, std::uint64_t last) {
  int added = 0;
  for (std::size_t word = first / 64; word <= last / 64; ++word) {
    const std::uint64_t mask = mask_of(word, first, last);
    added += std::popcount(mask & ~leaf.words[word]);
    leaf.words[word] |= mask;
  }
  leaf.count += static_cast<std::uint32_t>(added);
  size_ += static_cast<std::uint64_t>(added);
  return static_cast<std::uint64_t>(added);
}

std::uint64_t SeqSet::clear_offsets_below(Leaf& leaf, std::uint64_t bound) {
  int cleared = 0;
  for (std::size_t word = 0; bound > 0 && word <= (bound - 1) / 64; ++word) {
    const std::uint64_t mask = mask_of(word, 0, bound - 1);
    cleared += std::popcount(mask & leaf.words[word]);
    leaf.words[word] &= ~mask;
  }
  leaf.count -= static_cast<std::uint32_t>(cleared);
  size_ -= static_cast<std::uint64_t>(cleared);
  return static_cast<std::uint64_t>(cleared);
}

}  // namespace leat
