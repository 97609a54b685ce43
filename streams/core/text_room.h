#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace leat {

// Texts of a few bytes in blocks of memory, by a number of 32 bits: a text costs 4 bytes beside
// itself, and what leaves makes room for one of its size. Owned by a SubjectTable.
//
//   block: size 4 | text | padding to 4 bytes || size 4 | text ...
//   a text's number: block << 14 | offset / 4
class TextRoom {
 public:
  std::uint32_t add(std::string_view text);
  void remove(std::uint32_t number);
  // Valid until the text is removed.
  std::string_view at(std::uint32_t number) const;

 private:
  static std::size_t units_for(std::size_t text_size);
  char* place(std::uint32_t number) const {
    return blocks_[number >> kOffsetBits].get() + (number & kOffsetMask) * kUnit;
  }
  void add_block(std::size_t units);

  static constexpr std::size_t kUnit = 4;
  static constexpr std::uint32_t kOffsetBits = 14;
  static constexpr std::uint32_t kOffsetMask = (1U << kOffsetBits) - 1;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t used_units_ = 0;  // of the last block
  std::size_t block_units_ = 0;
  std::vector<std::uint32_t> free_;  // by units: the first free place, which names the next one
};

}  // namespace leat
