#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "streams/core/index_chunk.h"

namespace leat {

// What the index knows of one message, or nothing. Valid until the index changes.
class SlotRef {
 public:
  SlotRef() = default;
  SlotRef(const IndexChunk& chunk, std::size_t place) : chunk_(&chunk), place_(place) {}

  explicit operator bool() const { return chunk_ != nullptr; }
  std::uint32_t subject() const { return chunk_->subject(place_); }
  std::uint32_t size_bytes() const { return chunk_->size_and_never(place_) & ~kOutlivesAge; }
  bool outlives_age() const { return (chunk_->size_and_never(place_) & kOutlivesAge) != 0; }
  std::uint32_t next_distance() const { return chunk_->next_distance(place_); }
  WallNs time() const { return chunk_->time(place_); }

 private:
  const IndexChunk* chunk_ = nullptr;
  std::size_t place_ = 0;
};

// All messages of a stream by sequence, without their bodies, in chunks of 1,024 sequences. A chunk
// without messages costs a pointer. The newest chunks are open, older ones packed. Part of the
// stream's state, on its thread.
//
//   packed chunk ... packed chunk | open chunk | open chunk, appended to
class MessageIndex {
 public:
  // Parts of it that have their full size join `budget`; null: they stay in memory.
  explicit MessageIndex(IndexBudget* budget = nullptr) : budget_(budget) {}

  std::uint64_t count() const { return count_; }
  bool empty() const { return count_ == 0; }
  // The first message; none when empty.
  StreamSeq first() const { return first_; }

  // `sequence` is above all others that were ever stored. The returned slot is filled by the
  // caller, before the next call.
  IndexSlot& append(StreamSeq sequence);
  // False when it was not there.
  bool erase(StreamSeq sequence);
  // Everything goes.
  void clear();

  bool contains(StreamSeq sequence) const { return static_cast<bool>(find(sequence)); }
  SlotRef find(StreamSeq sequence) const {
    const IndexChunk* chunk = chunk_of(sequence);
    if (chunk == nullptr || !chunk->is_live(place_of(sequence))) return {};
    return {*chunk, place_of(sequence)};
  }
  // Also of a message that has left, as long as its chunk is there: for the chain of its subject.
  SlotRef find_even_removed(StreamSeq sequence) const;
  // Links a message, present or removed, to the next one of its subject; nothing where its chunk
  // has gone or the way is too long.
  void link(StreamSeq sequence, StreamSeq next);

  // The first message at or after, the last one at or before; none when there is none.
  StreamSeq at_or_after(StreamSeq sequence) const;
  StreamSeq at_or_before(StreamSeq sequence) const;
  // The same among the messages of one subject. Chunks that cannot hold it cost a look.
  StreamSeq of_subject_at_or_after(std::uint32_t subject, StreamSeq sequence) const;
  StreamSeq of_subject_at_or_before(std::uint32_t subject, StreamSeq sequence) const;
  // Messages in [from, end).
  std::uint64_t count_between(StreamSeq from, StreamSeq end) const;

  // Calls visit(sequence, slot) for messages from `from` on until it returns false or `budget`
  // places were looked at. Returns where to go on; none at the end.
  template <typename Visit>
  StreamSeq walk(StreamSeq from, std::uint64_t budget, Visit visit) const;

  // How many messages of [from, end) have a subject for which matches(number) holds; no end: all
  // that follow.
  template <typename Matches>
  std::uint64_t count_if(StreamSeq from, StreamSeq end, Matches matches) const;

  // For measuring.
  std::size_t memory_bytes() const;

 private:
  static constexpr std::uint64_t kChunkSequences = IndexChunk::kPlaces;
  // Most links between neighbours are known when a chunk is packed.
  static constexpr std::size_t kOpenChunks = 2;

  static std::size_t place_of(StreamSeq sequence) { return sequence.value % kChunkSequences; }
  static std::uint64_t number_of(StreamSeq sequence) { return sequence.value / kChunkSequences; }
  const IndexChunk* chunk_of(StreamSeq sequence) const {
    const std::uint64_t number = number_of(sequence);
    if (number < first_chunk_ || number - first_chunk_ >= chunks_.size()) return nullptr;
    return chunks_[number - first_chunk_].get();
  }
  void add_chunks_to(std::uint64_t number);
  void drop_front();

  Ring<std::unique_ptr<IndexChunk>> chunks_;  // null: nothing left in it
  std::uint64_t first_chunk_ = 0;             // number of chunks_[0]
  std::uint64_t count_ = 0;
  StreamSeq first_;
  IndexBudget* budget_;
};

template <typename Visit>
StreamSeq MessageIndex::walk(StreamSeq from, std::uint64_t budget, Visit visit) const {
  if (from < first_) from = first_;
  if (count_ == 0) return {};
  std::uint64_t number = number_of(from);
  std::size_t place = place_of(from);
  for (; number - first_chunk_ < chunks_.size(); ++number, place = 0) {
    const IndexChunk* chunk = chunks_[number - first_chunk_].get();
    if (budget == 0) return StreamSeq(number * kChunkSequences + place);
    --budget;
    if (chunk == nullptr) continue;
    const IndexPass pass(chunk->columns());
    std::uint64_t live = chunk->live_word(place / 64) & (~std::uint64_t{0} << (place % 64));
    for (std::size_t word = place / 64;; live = chunk->live_word(word)) {
      for (; live != 0; live &= live - 1) {
        place = word * 64 + static_cast<std::size_t>(std::countr_zero(live));
        const StreamSeq sequence(number * kChunkSequences + place);
        if (budget == 0) return sequence;
        --budget;
        if (!visit(sequence, SlotRef(*chunk, place))) return sequence.next();
      }
      if (++word == kChunkSequences / 64) break;
    }
    pass.end();
  }
  return {};
}

template <typename Matches>
std::uint64_t MessageIndex::count_if(StreamSeq from, StreamSeq end, Matches matches) const {
  std::uint64_t count = 0;
  from = at_or_after(from);
  if (!from) return 0;
  const std::uint64_t behind = end ? end.value : ~std::uint64_t{0};
  for (std::uint64_t number = number_of(from);
       number - first_chunk_ < chunks_.size() && number * kChunkSequences < behind; ++number) {
    const IndexChunk* chunk = chunks_[number - first_chunk_].get();
    if (chunk == nullptr) continue;
    const IndexPass pass(chunk->columns());
    const std::uint64_t begin = number * kChunkSequences;
    std::uint64_t base = std::max(begin, from.value / 64 * 64);
    for (; base < std::min(begin + kChunkSequences, behind); base += 64) {
      std::uint64_t live = chunk->live_word((base - begin) / 64);
      if (base < from.value) live &= ~std::uint64_t{0} << (from.value - base);
      if (behind - base < 64) live &= (std::uint64_t{1} << (behind - base)) - 1;
      count += chunk->count_if(base - begin, live, matches);
    }
    pass.end();
  }
  return count;
}

}  // namespace leat
