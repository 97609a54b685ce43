#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace leat {

// A list that grows at its end by pages of twice the size: elements never move, so growing costs no
// copy and no second room for what is there. T is trivial. Owned by whoever holds it.
//
//   page 0: 2 | page 1: 4 | page 2: 8 | ...
template <typename T>
class GrownPages {
 public:
  std::size_t size() const { return size_; }
  T& operator[](std::size_t position) { return pages_[page_of(position)][place_in(position)]; }
  const T& operator[](std::size_t position) const {
    return pages_[page_of(position)][place_in(position)];
  }
  T& push_back(const T& item) {
    const std::size_t page = page_of(size_);
    if (page == pages_.size()) {
      pages_.push_back(std::make_unique_for_overwrite<T[]>(kFirst << page));
    }
    return (*this)[size_++] = item;
  }

 private:
  static constexpr std::size_t kFirst = 2;
  static constexpr std::size_t kFirstBits = 1;
  static std::size_t page_of(std::size_t position) {
    return static_cast<std::size_t>(std::bit_width(position + kFirst)) - 1 - kFirstBits;
  }
  static std::size_t place_in(std::size_t position) {
    return position + kFirst - std::bit_floor(position + kFirst);
  }

  std::vector<std::unique_ptr<T[]>> pages_;
  std::size_t size_ = 0;
};

}  // namespace leat
