#include "streams/core/packed_column.h"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace leat {

namespace {

std::size_t bytes_for(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value)) + 7) / 8;
}

}  // namespace

PackedColumn& PackedColumn::operator=(PackedColumn&& other) noexcept {
  view_ = std::exchange(other.view_, View());
  bytes_ = std::move(other.bytes_);
  return *this;
}

void PackedColumn::resize(std::size_t width, std::size_t count) {
  view_.width = width;
  view_.mask =
      width == sizeof(view_.mask) ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * width)) - 1;
  bytes_ = width == 0 ? nullptr : std::make_unique<char[]>(bytes_of(width, count));
  view_.data = width == 0 ? kNothing : bytes_.get();
}

// A read takes a whole word, also at the last place.
std::size_t PackedColumn::bytes_of(std::size_t width, std::size_t count) {
  return width == 0 ? 0 : width * count + sizeof(std::uint64_t) - width;
}

void PackedColumn::save(std::size_t count, std::string& out) const {
  out.append(view_.data, bytes_of(view_.width, count));
}

void PackedColumn::release() {
  bytes_.reset();
  view_.data = nullptr;
}

void PackedColumn::load(std::size_t count, std::string_view& saved) {
  resize(view_.width, count);
  const std::size_t bytes = bytes_of(view_.width, count);
  LEAT_CHECK(saved.size() >= bytes) << saved.size() << " bytes, not " << bytes;
  if (bytes > 0) std::memcpy(bytes_.get(), saved.data(), bytes);
  saved.remove_prefix(bytes);
}

PackedColumn PackedColumn::pack(std::span<const std::uint64_t> values) {
  PackedColumn column;
  if (values.empty()) return column;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  column.view_.base = *least;
  column.resize(bytes_for(*most - *least), values.size());
  if (column.view_.width == 0) return column;
  for (std::size_t place = 0; place < values.size(); ++place) {
    column.put(place, values[place] - column.view_.base);
  }
  return column;
}

void PackedColumn::set(std::size_t place, std::uint64_t value, std::size_t count) {
  if (at(place) == value) return;
  if (value >= view_.base && value - view_.base <= view_.mask) {
    put(place, value - view_.base);
    return;
  }
  std::vector<std::uint64_t> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = at(i);
  values[place] = value;
  const std::size_t width = bytes_for(*std::max_element(values.begin(), values.end()));
  view_.base = 0;
  // One, two or four bytes: a column that grows by and by is widened twice at most.
  resize(std::bit_ceil(width), count);
  for (std::size_t i = 0; i < count; ++i) put(i, values[i]);
}

}  // namespace leat
