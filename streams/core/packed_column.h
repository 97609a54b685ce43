#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace leat {

// Numbers of one kind for all places of a chunk, as what they are above the smallest one, in the
// fewest whole bytes that hold the largest: none at all when all are equal. Any place is read in
// about a nanosecond, without unpacking its neighbours. Owned by its chunk.
class PackedColumn {
 public:
  PackedColumn() = default;
  PackedColumn(PackedColumn&& other) noexcept { *this = std::move(other); }
  PackedColumn& operator=(PackedColumn&& other) noexcept;

  static PackedColumn pack(std::span<const std::uint64_t> values);

  // What a column without bytes reads.
  static constexpr char kNothing[sizeof(std::uint64_t)] = {};

  // What reading needs, to be held in registers over a loop. Valid until the column changes.
  struct View {
    std::uint64_t base = 0;
    std::uint64_t mask = 0;
    const char* data = kNothing;
    std::size_t width = 0;  // bytes of one place

    std::uint64_t at(std::size_t place) const {
      std::uint64_t word = 0;
      std::memcpy(&word, data + place * width, sizeof(word));
      return base + (word & mask);
    }
  };
  const View& view() const { return view_; }
  std::uint64_t at(std::size_t place) const { return view_.at(place); }
  // Widens all of it where the new value does not fit; `count` places there are.
  void set(std::size_t place, std::uint64_t value, std::size_t count);
  std::uint64_t smallest() const { return view_.base; }
  std::size_t width() const { return view_.width; }

  // The numbers of `count` places as bytes, appended; without them only smallest() and width() may
  // be asked until they are taken back from the front of `saved`.
  void save(std::size_t count, std::string& out) const;
  void release();
  void load(std::size_t count, std::string_view& saved);

 private:
  static std::size_t bytes_of(std::size_t width, std::size_t count);
  void resize(std::size_t width, std::size_t count);
  void put(std::size_t place, std::uint64_t above_base) {
    std::memcpy(bytes_.get() + place * view_.width, &above_base, view_.width);
  }

  View view_;
  std::unique_ptr<char[]> bytes_;
};

}  // namespace leat
