#include "streams/core/index_chunk.h"

#include <algorithm>
#include <bit>

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
  const std::uint64_t value = packed_->times.at(place);
  return packed_->stamps.empty() ? static_cast<WallNs>(value) : packed_->stamps[value];
}

void IndexChunk::set_next_distance(std::size_t place, std::uint32_t distance) {
  if (is_packed()) {
    packed_->distances.set(place, distance, kPlaces);
  } else {
    slots_[place].next_distance = distance;
  }
}

void IndexChunk::pack() {
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
  std::size_t bytes = sizeof(*this) + slots_.capacity() * sizeof(IndexSlot);
  if (packed_ == nullptr) return bytes;
  const Packed& packed = *packed_;
  bytes += sizeof(packed) + packed.stamps.capacity() * sizeof(WallNs);
  return bytes + (packed.subjects.width() + packed.sizes.width() + packed.distances.width() +
                  packed.times.width()) *
                     kPlaces;
}

}  // namespace leat
