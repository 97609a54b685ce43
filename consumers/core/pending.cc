#include "consumers/core/pending.h"

#include <cstddef>

#include "core/base/check.h"

namespace leat {

namespace {
// Below this size holes are not worth closing.
constexpr std::size_t kSlotsKept = 64;
}  // namespace

void PendingDeliveries::append(const PendingDelivery& delivery) {
  LEAT_CHECK(slots_.empty() || slots_.back().delivery.stream_seq < delivery.stream_seq)
      << delivery.stream_seq;
  slots_.push_back({.delivery = delivery, .is_live = true});
  ++count_;
  mark(delivery.stream_seq);
}

std::size_t PendingDeliveries::position(StreamSeq sequence) const {
  std::size_t low = 0;
  std::size_t high = slots_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (slots_[middle].delivery.stream_seq < sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

const PendingDelivery* PendingDeliveries::find(StreamSeq sequence) const {
  if (count_ == 0) return nullptr;
  const std::size_t at = position(sequence);
  if (at == slots_.size() || !slots_[at].is_live) return nullptr;
  return slots_[at].delivery.stream_seq == sequence ? &slots_[at].delivery : nullptr;
}

const PendingDelivery* PendingDeliveries::at_or_after(StreamSeq from) const {
  for (std::size_t at = position(from); at < slots_.size(); ++at) {
    if (slots_[at].is_live) return &slots_[at].delivery;
  }
  return nullptr;
}

void PendingDeliveries::update(const PendingDelivery& delivery) {
  Slot& slot = slots_[position(delivery.stream_seq)];
  LEAT_CHECK(slot.is_live && slot.delivery.stream_seq == delivery.stream_seq);
  slot.delivery = delivery;
  mark(delivery.stream_seq);
}

bool PendingDeliveries::erase(StreamSeq sequence) {
  if (count_ == 0) return false;
  const std::size_t at = position(sequence);
  if (at == slots_.size() || !slots_[at].is_live) return false;
  if (slots_[at].delivery.stream_seq != sequence) return false;
  slots_[at].is_live = false;
  --count_;
  mark(sequence);
  while (!slots_.empty() && !slots_.front().is_live) slots_.pop_front();
  if (slots_.size() > kSlotsKept && slots_.size() > 2 * count_) compact();
  return true;
}

void PendingDeliveries::compact() {
  slots_.keep_if([](const Slot& slot) { return slot.is_live; });
}

void PendingDeliveries::clear() {
  for (std::size_t at = 0; at < slots_.size(); ++at) {
    if (slots_[at].is_live) mark(slots_[at].delivery.stream_seq);
  }
  slots_.clear();
  count_ = 0;
}

void PendingDeliveries::mark(StreamSeq sequence) {
  const std::uint64_t page = page_of(sequence);
  if (page == last_marked_) return;
  last_marked_ = page;
  dirty_.insert(page);
}

std::set<std::uint64_t> PendingDeliveries::take_dirty_pages() {
  last_marked_ = ~std::uint64_t{0};
  return std::exchange(dirty_, {});
}

}  // namespace leat
