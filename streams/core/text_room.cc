#include "streams/core/text_room.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"

namespace leat {

namespace {
// The first blocks are small: most streams have few subjects.
constexpr std::size_t kFirstBlockUnits = 8;
}  // namespace

std::size_t TextRoom::units_for(std::size_t text_size) {
  // At least one unit of text, which names the next free place later.
  return 1 + std::max<std::size_t>(1, (text_size + kUnit - 1) / kUnit);
}

void TextRoom::add_block(std::size_t units) {
  const std::size_t doubled = kFirstBlockUnits << std::min<std::size_t>(blocks_.size(), 16);
  block_units_ = std::max(units, std::min<std::size_t>(doubled, kOffsetMask + 1));
  LEAT_CHECK(blocks_.size() < kNone >> kOffsetBits) << "too many subjects";
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_units_ * kUnit));
  used_units_ = 0;
}

std::uint32_t TextRoom::add(std::string_view text) {
  const std::size_t units = units_for(text.size());
  std::uint32_t number = units < free_.size() ? free_[units] : kNone;
  if (number != kNone) {
    std::memcpy(&free_[units], place(number) + kUnit, kUnit);
  } else {
    if (block_units_ - used_units_ < units) add_block(units);
    number = static_cast<std::uint32_t>((blocks_.size() - 1) << kOffsetBits | used_units_);
    used_units_ += units;
  }
  const auto size = static_cast<std::uint32_t>(text.size());
  std::memcpy(place(number), &size, kUnit);
  if (size > 0) std::memcpy(place(number) + kUnit, text.data(), text.size());
  return number;
}

void TextRoom::remove(std::uint32_t number) {
  const std::size_t units = units_for(at(number).size());
  if (units >= free_.size()) free_.resize(units + 1, kNone);
  std::memcpy(place(number) + kUnit, &free_[units], kUnit);
  free_[units] = number;
}

std::string_view TextRoom::at(std::uint32_t number) const {
  std::uint32_t size = 0;
  std::memcpy(&size, place(number), kUnit);
  return {place(number) + kUnit, size};
}

}  // namespace leat
