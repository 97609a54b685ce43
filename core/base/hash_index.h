#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace leat {

// A hash table of 32-bit numbers whose keys the owner keeps: it is asked by hash and a question
// "is it this one?". Eight bytes a slot, open addressing with linear probing. The iteration order
// is nobody's business, so there is none.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  std::size_t size() const { return size_; }

  // The number of this hash for which is_it(number) holds; kNone: there is none.
  template <typename Question>
  std::uint32_t find(std::uint64_t hash, Question is_it) const {
    if (slots_.empty()) return kNone;
    const auto short_hash = shortened(hash);
    for (std::size_t at = home(short_hash);; at = next(at)) {
      const Slot& slot = slots_[at];
      if (slot.number == kNone) return kNone;
      if (slot.hash == short_hash && is_it(slot.number)) return slot.number;
    }
  }

  // `number` is not in the table yet.
  void insert(std::uint64_t hash, std::uint32_t number) {
    if (4 * (size_ + 1) > 3 * slots_.size()) grow();
    place({shortened(hash), number});
    ++size_;
  }

  // `number` is in the table with this hash.
  void erase(std::uint64_t hash, std::uint32_t number) {
    std::size_t hole = home(shortened(hash));
    while (slots_[hole].number != number) hole = next(hole);
    // Whatever would not be found behind the hole any more moves into it.
    for (std::size_t at = next(hole); slots_[at].number != kNone; at = next(at)) {
      const std::size_t wanted = home(slots_[at].hash);
      if (((at - wanted) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].number = kNone;
    --size_;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  static std::uint32_t shortened(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
  }
  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t home(std::uint32_t hash) const { return hash & mask(); }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }

  void place(Slot slot) {
    std::size_t at = home(slot.hash);
    while (slots_[at].number != kNone) at = next(at);
    slots_[at] = slot;
  }
  void grow() {
    const std::vector<Slot> before = std::move(slots_);
    slots_.assign(before.empty() ? 8 : 2 * before.size(), Slot());
    for (const Slot& slot : before) {
      if (slot.number != kNone) place(slot);
    }
  }

  std::vector<Slot> slots_;  // none, or a power of two, of which some are always free
  std::size_t size_ = 0;
};

}  // namespace leat
