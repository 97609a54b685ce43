#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace leat {

// An ordered set of 64-bit numbers that lie mostly close together, such as stream sequences: bitmap
// leaves of 1024 numbers in an ordered map. Value type; used by its owner only.
//
//   leaf 0: numbers 0..1023   leaf 3: 3072..4095   ...   (a leaf without numbers does not exist)
class SeqSet {
 public:
  bool empty() const { return size_ == 0; }
  std::uint64_t size() const { return size_; }
  bool contains(std::uint64_t number) const;

  bool insert(std::uint64_t number);                           // false: was there
  bool erase(std::uint64_t number);                            // false: was not there
  void insert_range(std::uint64_t first, std::uint64_t last);  // both included; first <= last
  std::uint64_t erase_below(std::uint64_t bound);  // erases all smaller ones; how many that were
  void clear();

  std::optional<std::uint64_t> first() const { return at_or_after(0); }
  std::optional<std::uint64_t> last() const;
  std::optional<std::uint64_t> at_or_after(std::uint64_t number) const;
  std::optional<std::uint64_t> next_after(std::uint64_t number) const {
    if (number == UINT64_MAX) return std::nullopt;
    return at_or_after(number + 1);
  }
  // The smallest number at or after `number` that is not in the set; nothing above UINT64_MAX.
  std::optional<std::uint64_t> absent_at_or_after(std::uint64_t number) const;

  // How many of first .. last, both included, are in the set.
  std::uint64_t count_in(std::uint64_t first, std::uint64_t last) const;

  // Calls visit(number) in ascending order; the set must not change meanwhile.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& [index, leaf] : leaves_) {
      for (std::size_t word = 0; word < kWords; ++word) {
        for (std::uint64_t bits = leaf.words[word]; bits != 0; bits &= bits - 1) {
          const auto bit = static_cast<std::uint64_t>(std::countr_zero(bits));
          visit(index * kLeafNumbers + word * 64 + bit);
        }
      }
    }
  }

  friend bool operator==(const SeqSet&, const SeqSet&) = default;

 private:
  static constexpr std::uint64_t kLeafNumbers = 1024;
  static constexpr std::size_t kWords = kLeafNumbers / 64;

  struct Leaf {
    std::array<std::uint64_t, kWords> words{};
    std::uint32_t count = 0;  // never 0 between calls

    bool contains(std::uint64_t offset) const;
    // Counts the numbers from offset `first` to `last`, both included.
    std::uint32_t count_in(std::uint64_t first, std::uint64_t last) const;
    // The first offset from `offset` on that is in the leaf, or is not; kLeafNumbers: none.
    std::uint64_t find(std::uint64_t offset, bool present) const;

    friend bool operator==(const Leaf&, const Leaf&) = default;
  };
  using Leaves = std::map<std::uint64_t, Leaf>;

  std::uint64_t set_offsets(Leaf& leaf, std::uint64_t first, std::uint64_t last);
  std::uint64_t clear_offsets_below(Leaf& leaf, std::uint64_t bound);

  Leaves leaves_;  // by number / kLeafNumbers
  std::uint64_t size_ = 0;
};

}  // namespace leat
