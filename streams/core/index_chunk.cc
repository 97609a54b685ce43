#include "streams/core/index_chunk.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/check.h"

namespace leat {

namespace {
// Up to so many stamps a rank takes one byte.
constexpr std::size_t kStampsMax = 256;
}  // namespace

std::size_t IndexChunk::live_at_or_after(std::size_t place) const {
  if (place >= kPlaces) return kPlaces;
  std::size_t word = place / 64;
  std::uint64_t bits = live_[word] & (~std::uint64_t{0} << (place % 64));
  while (bits == 0) {
    if (++word == live_.size()) return kPlaces;
    bits = live_[word];
  }
  return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

std::size_t IndexChunk::live_at_or_before(std::size_t place) const {
  std::size_t word = place / 64;
  std::uint64_t bits = live_[word] & (~std::uint64_t{0} >> (63 - place % 64));
  while (bits == 0) {
    if (word == 0) return kPlaces;
    bits = live_[--word];
  }
  return word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(bits));
}

std::uint32_t IndexChunk::live_count_from(std::size_t place) const {
  std::size_t word = place / 64;
  int count = std::popcount(live_[word] & (~std::uint64_t{0} << (place % 64)));
  while (++word < live_.size()) count += std::popcount(live_[word]);
  return static_cast<std::uint32_t>(count);
}

IndexSlot& IndexChunk::append(std::size_t place) {
  LEAT_CHECK(!is_packed() && place >= slots_.size()) << place << " was given out before";
  if (place == slots_.size()) {
    slots_.emplace_back();
  } else {
    slots_.resize(place + 1);
  }
  live_[place / 64] |= std::uint64_t{1} << (place % 64);
  ++live_count_;
  return slots_.back();
}

void IndexChunk::erase(std::size_t place) {
  live_[place / 64] &= ~(std::uint64_t{1} << (place % 64));
  --live_count_;
}

WallNs IndexChunk::time(std::size_t place) const {
  if (!is_packed()) return slots_[place].time();
  const Packed& packed = this->packed();
  const std::uint64_t value = packed.times.at(place);
  return packed.stamps.empty() ? static_cast<WallNs>(value) : packed.stamps[value];
}

void IndexChunk::set_next_distance(std::size_t place, std::uint32_t distance) {
  if (is_packed()) {
    packed_->change();
    packed_->distances.set(place, distance, kPlaces);
    packed_->note_size();
  } else {
    slots_[place].next_distance = distance;
  }
}

void IndexChunk::pack(IndexBudget* budget) {
  slots_.resize(kPlaces);
  // A place that was never stored says what its neighbour says, so that it costs no width.
  for (std::size_t place = 1; place < kPlaces; ++place) {
    IndexSlot& slot = slots_[place];
    if (slot.time() != 0) continue;
    slot = slots_[place - 1];
    slot.next_distance = 0;
  }
  for (std::size_t place = kPlaces - 1; place-- > 0;) {
    IndexSlot& slot = slots_[place];
    if (slot.time() != 0) continue;
    slot = slots_[place + 1];
    slot.next_distance = 0;
  }
  auto packed = std::make_unique<Packed>();
  std::vector<std::uint64_t> values(kPlaces);
  const auto pack_as = [&](PackedColumn& column, auto member) {
    for (std::size_t place = 0; place < kPlaces; ++place) values[place] = slots_[place].*member;
    column = PackedColumn::pack(values);
  };
  pack_as(packed->subjects, &IndexSlot::subject);
  packed->subject_max = static_cast<std::uint32_t>(*std::max_element(values.begin(), values.end()));
  pack_as(packed->sizes, &IndexSlot::size_and_never);
  pack_as(packed->distances, &IndexSlot::next_distance);
  pack_times(*packed);
  packed_ = std::move(packed);
  if (budget != nullptr) budget->join(*packed_);
  std::vector<IndexSlot>().swap(slots_);
}

// Messages of one entry share its stamp: under load there are few stamps in a chunk.
void IndexChunk::pack_times(Packed& packed) const {
  std::vector<std::uint64_t> values(kPlaces);
  for (std::size_t place = 0; place < kPlaces; ++place) {
    values[place] = static_cast<std::uint64_t>(slots_[place].time());
  }
  packed.times = PackedColumn::pack(values);
  std::vector<WallNs> stamps;
  for (std::size_t place = 0; place < kPlaces && stamps.size() <= kStampsMax; ++place) {
    const WallNs time = slots_[place].time();
    if (stamps.empty() || stamps.back() != time) stamps.push_back(time);
    values[place] = stamps.size() - 1;
  }
  const std::size_t ranked_bytes = kPlaces + stamps.size() * sizeof(WallNs);
  if (stamps.size() > kStampsMax || ranked_bytes >= packed.times.width() * kPlaces) return;
  packed.times = PackedColumn::pack(values);
  stamps.shrink_to_fit();
  packed.stamps = std::move(stamps);
}

std::size_t IndexChunk::memory_bytes() const {
  const std::size_t bytes = sizeof(*this) + slots_.capacity() * sizeof(IndexSlot);
  if (packed_ == nullptr) return bytes;
  return bytes + sizeof(Packed) + (packed_->is_spilled() ? 0 : packed_->memory_bytes());
}

//   number of stamps 8 | stamps 8 each | subjects | sizes | distances | times
void IndexChunk::Packed::save(std::string& out) const {
  const std::uint64_t stamp_count = stamps.size();
  out.append(reinterpret_cast<const char*>(&stamp_count), sizeof(stamp_count));
  out.append(reinterpret_cast<const char*>(stamps.data()), stamp_count * sizeof(WallNs));
  for (const PackedColumn* column : {&subjects, &sizes, &distances, &times}) {
    column->save(kPlaces, out);
  }
}

void IndexChunk::Packed::load(std::string_view saved) {
  std::uint64_t stamp_count = 0;
  std::memcpy(&stamp_count, saved.data(), sizeof(stamp_count));
  saved.remove_prefix(sizeof(stamp_count));
  stamps.resize(stamp_count);
  std::copy_n(saved.data(), stamp_count * sizeof(WallNs), reinterpret_cast<char*>(stamps.data()));
  saved.remove_prefix(stamp_count * sizeof(WallNs));
  for (PackedColumn* column : {&subjects, &sizes, &distances, &times}) {
    column->load(kPlaces, saved);
  }
}

void IndexChunk::Packed::release() {
  std::vector<WallNs>().swap(stamps);
  for (PackedColumn* column : {&subjects, &sizes, &distances, &times}) column->release();
}

std::size_t IndexChunk::Packed::memory_bytes() const {
  std::size_t bytes = stamps.capacity() * sizeof(WallNs);
  for (const PackedColumn* column : {&subjects, &sizes, &distances, &times}) {
    bytes += column->width() * kPlaces;
  }
  return bytes;
}

}  // namespace leat
