#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/ring.h"

namespace leat {

// What the index keeps of one message: 20 bytes. The time is split so that the slot has no padding.
struct IndexSlot {
  std::uint32_t time_low = 0;
  std::uint32_t time_high = 0;
  std::uint32_t subject = 0;         // number in the subject table
  std::uint32_t size_and_never = 0;  // bit 31: it outlives max_age
  // Distance to the next message of the same subject; 0 = it was the last when this was set, or too
  // far away. Holds for removed messages too, so that a chain leads over them.
  std::uint32_t next_distance = 0;

  std::uint32_t size_bytes() const { return size_and_never & 0x7FFFFFFF; }
  bool outlives_age() const { return size_and_never >> 31 != 0; }
  WallNs time() const {
    return static_cast<WallNs>(static_cast<std::uint64_t>(time_high) << 32 | time_low);
  }
  void set_time(WallNs time) {
    time_low = static_cast<std::uint32_t>(static_cast<std::uint64_t>(time));
    time_high = static_cast<std::uint32_t>(static_cast<std::uint64_t>(time) >> 32);
  }
};

inline constexpr std::uint32_t kOutlivesAge = 0x80000000;

// All messages of a stream by sequence, without their bodies: chunks of 1,024 sequences, each with
// a bitmap of what is there. A chunk without messages costs a pointer. Part of the stream's state,
// on its thread.
//
//   chunk k: sequences 1024 k .. 1024 k + 1023 | live bits | slots up to the last one stored
class MessageIndex {
 public:
  static constexpr std::uint64_t kChunkSequences = 1024;

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // The first message; none when empty.
  StreamSeq first() const { return first_; }

  // `sequence` is above all others that were ever stored. The returned slot is filled by the
  // caller.
  IndexSlot& append(StreamSeq sequence);
  // False when it was not there.
  bool erase(StreamSeq sequence);
  // Everything goes.
  void clear();

  bool contains(StreamSeq sequence) const { return find(sequence) != nullptr; }
  const IndexSlot* find(StreamSeq sequence) const {
    const Chunk* chunk = chunk_of(sequence);
    return chunk != nullptr && chunk->is_live(offset_of(sequence))
               ? &chunk->slots[offset_of(sequence)]
               : nullptr;
  }
  // Also of a message that has left, as long as its chunk is there: for the chain of its subject.
  const IndexSlot* find_even_removed(StreamSeq sequence) const;
  IndexSlot* find_even_removed(StreamSeq sequence);

  // The first message at or after, the last one at or before; none when there is none.
  StreamSeq at_or_after(StreamSeq sequence) const;
  StreamSeq at_or_before(StreamSeq sequence) const;

  // Calls visit(sequence, slot) for messages from `from` on until it returns false or `budget`
  // places were looked at. Returns where to go on; none at the end.
  template <typename Visit>
  StreamSeq walk(StreamSeq from, std::uint64_t budget, Visit visit) const;

 private:
  struct Chunk {
    std::array<std::uint64_t, kChunkSequences / 64> live{};
    std::uint32_t live_count = 0;
    std::vector<IndexSlot> slots;

    bool is_live(std::size_t offset) const { return (live[offset / 64] >> (offset % 64) & 1) != 0; }
    void set_live(std::size_t offset) { live[offset / 64] |= std::uint64_t{1} << (offset % 64); }
    void clear_live(std::size_t offset) {
      live[offset / 64] &= ~(std::uint64_t{1} << (offset % 64));
    }
    // The first live offset at or after; kChunkSequences when none.
    std::size_t live_at_or_after(std::size_t offset) const;
    // The last live offset at or before; kChunkSequences when none.
    std::size_t live_at_or_before(std::size_t offset) const;
  };

  static std::size_t offset_of(StreamSeq sequence) { return sequence.value % kChunkSequences; }
  static std::uint64_t number_of(StreamSeq sequence) { return sequence.value / kChunkSequences; }
  const Chunk* chunk_of(StreamSeq sequence) const {
    const std::uint64_t number = number_of(sequence);
    if (number < first_chunk_ || number - first_chunk_ >= chunks_.size()) return nullptr;
    return chunks_[number - first_chunk_].get();
  }
  void drop_front();

  Ring<std::unique_ptr<Chunk>> chunks_;  // null: nothing left in it
  std::uint64_t first_chunk_ = 0;        // number of chunks_[0]
  std::uint64_t count_ = 0;
  StreamSeq first_;
};

template <typename Visit>
StreamSeq MessageIndex::walk(StreamSeq from, std::uint64_t budget, Visit visit) const {
  if (from < first_) from = first_;
  if (count_ == 0) return {};
  std::uint64_t number = number_of(from);
  std::size_t offset = offset_of(from);
  for (; number - first_chunk_ < chunks_.size(); ++number, offset = 0) {
    const Chunk* chunk = chunks_[number - first_chunk_].get();
    if (budget == 0) return StreamSeq(number * kChunkSequences + offset);
    --budget;
    if (chunk == nullptr) continue;
    for (offset = chunk->live_at_or_after(offset); offset < kChunkSequences;
         offset = chunk->live_at_or_after(offset + 1)) {
      const StreamSeq sequence(number * kChunkSequences + offset);
      if (budget == 0) return sequence;
      --budget;
      if (!visit(sequence, chunk->slots[offset])) return sequence.next();
    }
  }
  return {};
}

}  // namespace leat
