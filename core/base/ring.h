#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "core/base/check.h"

namespace leat {

// A queue in one block of memory that grows by doubling and is never given back: no allocation per
// element once it has its size. Elements are reached by position from the front. T must be default
// constructible; a popped element is replaced by a default one, so that it lets go of what it held.
template <typename T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  T& operator[](std::size_t position) { return items_[(begin_ + position) & (capacity_ - 1)]; }
  const T& operator[](std::size_t position) const {
    return items_[(begin_ + position) & (capacity_ - 1)];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  T& push_back(T item) {
    if (size_ == capacity_) grow();
    ++size_;
    return back() = std::move(item);
  }
  T pop_front() {
    LEAT_CHECK(size_ > 0);
    T item = std::exchange(front(), T());
    begin_ = (begin_ + 1) & (capacity_ - 1);
    --size_;
    return item;
  }
  void pop_back() {
    LEAT_CHECK(size_ > 0);
    back() = T();
    --size_;
  }
  // Keeps the elements for which `keep` holds, in their order.
  template <typename Keep>
  void keep_if(Keep keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
      if (!keep((*this)[i])) continue;
      if (kept != i) (*this)[kept] = std::move((*this)[i]);
      ++kept;
    }
    while (size_ > kept) pop_back();
  }
  void clear() {
    while (size_ > 0) pop_back();
  }

 private:
  void grow() {
    // About a cache line at first: most owners are quiet and hold one or two at a time.
    constexpr std::size_t kFirst = std::bit_floor(std::clamp<std::size_t>(64 / sizeof(T), 1, 4));
    const std::size_t wider = capacity_ == 0 ? kFirst : std::size_t{capacity_} * 2;
    LEAT_CHECK(wider <= std::numeric_limits<std::uint32_t>::max()) << wider;
    auto items = std::make_unique<T[]>(wider);
    for (std::size_t i = 0; i < size_; ++i) items[i] = std::move((*this)[i]);
    items_ = std::move(items);
    capacity_ = static_cast<std::uint32_t>(wider);
    begin_ = 0;
  }

  // Narrow, for a stream has ten of them.
  std::unique_ptr<T[]> items_;
  std::uint32_t capacity_ = 0;  // zero or a power of two
  std::uint32_t begin_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace leat
