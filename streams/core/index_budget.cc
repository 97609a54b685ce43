#include "streams/core/index_budget.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"

namespace leat {

IndexPart::~IndexPart() {
  if (budget_ != nullptr) budget_->leave(*this);
}

void IndexPart::fetch() { budget_->fetch(*this); }

void IndexPart::forget_saved() { budget_->store_.drop(std::exchange(saved_, SpillRef())); }

void IndexPart::note_size() {
  if (budget_ != nullptr) budget_->count(*this);
}

IndexBudget::IndexBudget(SpillStore& store, std::size_t memory_bytes_max, Crowded on_crowded)
    : store_(store), memory_bytes_max_(memory_bytes_max), on_crowded_(std::move(on_crowded)) {}

IndexBudget::~IndexBudget() { LEAT_CHECK(size_ == 0) << size_ << " parts outlive their budget"; }

void IndexBudget::join(IndexPart& part) {
  LEAT_CHECK(part.budget_ == nullptr);
  part.budget_ = this;
  // What only grows is not looked at again: it goes in the order in which it came.
  part.is_used_ = false;
  ++size_;
  link(part);
  count(part);
}

void IndexBudget::leave(IndexPart& part) {
  if (part.saved_) store_.drop(part.saved_);
  if (!part.is_spilled_) unlink(part);
  memory_bytes_ -= part.counted_bytes_;
  --size_;
}

// Behind the hand, so that it is the last one to be looked at.
void IndexBudget::link(IndexPart& part) {
  ++size_in_memory_;
  if (hand_ == nullptr) {
    hand_ = part.next_ = part.previous_ = &part;
    return;
  }
  part.next_ = hand_;
  part.previous_ = hand_->previous_;
  part.previous_->next_ = &part;
  hand_->previous_ = &part;
}

void IndexBudget::unlink(IndexPart& part) {
  part.previous_->next_ = part.next_;
  part.next_->previous_ = part.previous_;
  if (hand_ == &part) hand_ = part.next_ == &part ? nullptr : part.next_;
  --size_in_memory_;
}

void IndexBudget::count(IndexPart& part) {
  memory_bytes_ -= part.counted_bytes_;
  part.counted_bytes_ = part.memory_bytes();
  memory_bytes_ += part.counted_bytes_;
  ask_to_settle();
}

void IndexBudget::ask_to_settle() {
  if (memory_bytes_ <= memory_bytes_max_ || is_crowded_) return;
  is_crowded_ = true;
  on_crowded_(*this);
}

void IndexBudget::fetch(IndexPart& part) {
  store_.get(part.saved_, buffer_);
  part.load(buffer_);
  part.is_spilled_ = false;
  link(part);
  count(part);
}

void IndexBudget::settle() {
  is_crowded_ = false;
  // Twice around at most: the first time may only find out what was used.
  std::size_t looks = std::min(2 * size_in_memory_, limits::kIndexLooksPerTurn);
  bool has_room = true;
  for (; looks > 0 && memory_bytes_ > memory_bytes_max_; --looks) {
    IndexPart& part = *std::exchange(hand_, hand_->next_);
    if (std::exchange(part.is_used_, false)) continue;
    // Without room there goes what is saved already.
    if (has_room || part.saved_) has_room = spill(part) && has_room;
  }
  if (has_room) ask_to_settle();
}

bool IndexBudget::spill(IndexPart& part) {
  if (!part.saved_) {
    buffer_.clear();
    part.save(buffer_);
    const auto saved = store_.put(buffer_);
    if (!saved) return false;
    part.saved_ = *saved;
  }
  release(part);
  return true;
}

void IndexPass::end() const {
  if (was_spilled_ && part_->saved_ && !part_->is_spilled_) part_->budget_->release(*part_);
}

void IndexBudget::release(IndexPart& part) {
  part.release();
  part.is_spilled_ = true;
  unlink(part);
  memory_bytes_ -= std::exchange(part.counted_bytes_, 0);
}

}  // namespace leat
