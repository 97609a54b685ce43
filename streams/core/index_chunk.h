#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "streams/core/index_budget.h"
#include "streams/core/packed_column.h"

namespace leat {

// What the index keeps of one message while its chunk is open: 20 bytes. The time is split so that
// the slot has no padding.
struct IndexSlot {
  std::uint32_t time_low = 0;
  std::uint32_t time_high = 0;
  std::uint32_t subject = 0;         // number in the subject table
  std::uint32_t size_and_never = 0;  // bit 31: it outlives max_age
  // Distance to the next message of the same subject; 0 = it was the last when this was set, or too
  // far away. Holds for removed messages too, so that a chain leads over them.
  std::uint32_t next_distance = 0;

  WallNs time() const {
    return static_cast<WallNs>(static_cast<std::uint64_t>(time_high) << 32 | time_low);
  }
  void set_time(WallNs time) {
    time_low = static_cast<std::uint32_t>(static_cast<std::uint64_t>(time));
    time_high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(time) >> 32);
  }
};

inline constexpr std::uint32_t kOutlivesAge = 0x80000000;

// The places of 1,024 sequences with a bitmap of what is there. Open, a chunk has a slot for each
// place up to the last one stored; packed, it has a column for each kind of number, 3 to 8 bytes a
// message together, and the columns may be spilled. Packing loses nothing, and nobody outside can
// tell. Owned by the MessageIndex.
//
//   packed: subject | size | next distance | time, or its rank among the chunk's stamps
class IndexChunk {
 public:
  static constexpr std::size_t kPlaces = 1024;

  std::uint32_t live_count() const { return live_count_; }
  bool is_live(std::size_t place) const { return (live_[place / 64] >> (place % 64) & 1) != 0; }
  // 64 places at once.
  std::uint64_t live_word(std::size_t word) const { return live_[word]; }
  // The first live place at or after, the last one at or before; kPlaces when none.
  std::size_t live_at_or_after(std::size_t place) const;
  std::size_t live_at_or_before(std::size_t place) const;
  std::uint32_t live_count_from(std::size_t place) const;

  // Open only; places ascend.
  IndexSlot& append(std::size_t place);
  void erase(std::size_t place);
  // Its columns join `budget`; null: they stay in memory.
  void pack(IndexBudget* budget);
  bool is_packed() const { return packed_ != nullptr; }
  // The part of it that may be spilled; null while it is open.
  IndexPart* columns() const { return packed_.get(); }

  // Whether a place was given out; then the rest may be asked, also of what has left.
  bool has(std::size_t place) const { return is_packed() || place < slots_.size(); }
  std::uint32_t subject(std::size_t place) const {
    return is_packed() ? static_cast<std::uint32_t>(packed().subjects.at(place))
                       : slots_[place].subject;
  }
  std::uint32_t size_and_never(std::size_t place) const {
    return is_packed() ? static_cast<std::uint32_t>(packed().sizes.at(place))
                       : slots_[place].size_and_never;
  }
  std::uint32_t next_distance(std::size_t place) const {
    return is_packed() ? static_cast<std::uint32_t>(packed().distances.at(place))
                       : slots_[place].next_distance;
  }
  WallNs time(std::size_t place) const;
  void set_next_distance(std::size_t place, std::uint32_t distance);
  // False when no message here, present or gone, has this subject.
  bool may_hold(std::uint32_t subject) const {
    return !is_packed() ||
           (subject >= packed_->subjects.smallest() && subject <= packed_->subject_max);
  }
  // How many of the 64 places from `first` on whose bit is set have a subject that matches.
  template <typename Matches>
  std::uint64_t count_if(std::size_t first, std::uint64_t places, Matches matches) const {
    std::uint64_t count = 0;
    const PackedColumn::View view = is_packed() ? packed().subjects.view() : PackedColumn::View();
    for (; places != 0; places &= places - 1) {
      const auto place = first + static_cast<std::size_t>(std::countr_zero(places));
      const std::uint32_t subject =
          is_packed() ? static_cast<std::uint32_t>(view.at(place)) : slots_[place].subject;
      count += matches(subject) ? 1 : 0;
    }
    return count;
  }
  std::size_t memory_bytes() const;

 private:
  struct Packed final : IndexPart {
    void save(std::string& out) const override;
    void load(std::string_view saved) override;
    void release() override;
    std::size_t memory_bytes() const override;

    std::uint32_t subject_max = 0;
    PackedColumn subjects;
    PackedColumn sizes;
    PackedColumn distances;
    PackedColumn times;          // ranks where there are stamps
    std::vector<WallNs> stamps;  // ascending; empty where times stand for themselves
  };
  // In memory.
  Packed& packed() const {
    packed_->use();
    return *packed_;
  }
  void pack_times(Packed& packed) const;

  std::array<std::uint64_t, kPlaces / 64> live_{};
  std::uint32_t live_count_ = 0;
  std::vector<IndexSlot> slots_;    // while open
  std::unique_ptr<Packed> packed_;  // null: open
};

}  // namespace leat
