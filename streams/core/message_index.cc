#include "streams/core/message_index.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace leat {

std::size_t MessageIndex::Chunk::live_at_or_after(std::size_t offset) const {
  if (offset >= kChunkSequences) return kChunkSequences;
  std::size_t word = offset / 64;
  std::uint64_t bits = live[word] & (~std::uint64_t{0} << (offset % 64));
  while (bits == 0) {
    if (++word == live.size()) return kChunkSequences;
    bits = live[word];
  }
  return word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
}

std::size_t MessageIndex::Chunk::live_at_or_before(std::size_t offset) const {
  std::size_t word = offset / 64;
  std::uint64_t bits = live[word] & (~std::uint64_t{0} >> (63 - offset % 64));
  while (bits == 0) {
    if (word == 0) return kChunkSequences;
    bits = live[--word];
  }
  return word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(bits));
}

IndexSlot& MessageIndex::append(StreamSeq sequence) {
  const std::uint64_t number = number_of(sequence);
  if (count_ == 0 && number >= first_chunk_ + chunks_.size()) chunks_.clear();
  if (chunks_.empty()) first_chunk_ = number;
  LEAT_CHECK(number + 1 >= first_chunk_ + chunks_.size()) << sequence;
  if (first_chunk_ + chunks_.size() <= number) {
    // What was the newest chunk and emptied as such goes now.
    if (!chunks_.empty() && chunks_.back()->live_count == 0) chunks_.back().reset();
    while (first_chunk_ + chunks_.size() <= number) chunks_.push_back(nullptr);
    drop_front();
  }
  std::unique_ptr<Chunk>& chunk = chunks_.back();
  if (chunk == nullptr) chunk = std::make_unique<Chunk>();
  const std::size_t offset = offset_of(sequence);
  LEAT_CHECK(offset >= chunk->slots.size()) << sequence << " was given out before";
  if (offset == chunk->slots.size()) {
    chunk->slots.emplace_back();
  } else {
    chunk->slots.resize(offset + 1);
  }
  chunk->set_live(offset);
  ++chunk->live_count;
  if (count_++ == 0) first_ = sequence;
  return chunk->slots.back();
}

bool MessageIndex::erase(StreamSeq sequence) {
  if (!contains(sequence)) return false;
  std::unique_ptr<Chunk>& chunk = chunks_[number_of(sequence) - first_chunk_];
  chunk->clear_live(offset_of(sequence));
  --count_;
  // The newest chunk stays, for what is appended to it.
  if (--chunk->live_count == 0 && &chunk != &chunks_.back()) chunk.reset();
  if (count_ == 0) {
    first_ = StreamSeq();
    drop_front();
  } else if (sequence == first_) {
    drop_front();
    first_ = at_or_after(sequence.next());
  }
  return true;
}

void MessageIndex::drop_front() {
  while (chunks_.size() > 1 && chunks_.front() == nullptr) {
    chunks_.pop_front();
    ++first_chunk_;
  }
}

void MessageIndex::clear() {
  chunks_.clear();
  count_ = 0;
  first_ = StreamSeq();
}

const IndexSlot* MessageIndex::find_even_removed(StreamSeq sequence) const {
  const Chunk* chunk = chunk_of(sequence);
  if (chunk == nullptr || offset_of(sequence) >= chunk->slots.size()) return nullptr;
  return &chunk->slots[offset_of(sequence)];
}

IndexSlot* MessageIndex::find_even_removed(StreamSeq sequence) {
  return const_cast<IndexSlot*>(std::as_const(*this).find_even_removed(sequence));
}

StreamSeq MessageIndex::at_or_after(StreamSeq sequence) const {
  if (count_ == 0) return {};
  if (sequence < first_) return first_;
  // The chunk of a message that has just left may have gone with it.
  sequence = std::max(sequence, StreamSeq(first_chunk_ * kChunkSequences));
  std::size_t offset = offset_of(sequence);
  for (std::uint64_t number = number_of(sequence); number - first_chunk_ < chunks_.size();
       ++number, offset = 0) {
    const Chunk* chunk = chunks_[number - first_chunk_].get();
    if (chunk == nullptr) continue;
    const std::size_t live = chunk->live_at_or_after(offset);
    if (live < kChunkSequences) return StreamSeq(number * kChunkSequences + live);
  }
  return {};
}

StreamSeq MessageIndex::at_or_before(StreamSeq sequence) const {
  if (count_ == 0 || sequence < first_) return {};
  std::uint64_t number = number_of(sequence);
  std::size_t offset = offset_of(sequence);
  const std::uint64_t last_chunk = first_chunk_ + chunks_.size() - 1;
  if (number > last_chunk) {
    number = last_chunk;
    offset = kChunkSequences - 1;
  }
  while (true) {
    const Chunk* chunk = chunks_[number - first_chunk_].get();
    const std::size_t live = chunk == nullptr ? kChunkSequences : chunk->live_at_or_before(offset);
    if (live < kChunkSequences) return StreamSeq(number * kChunkSequences + live);
    if (number == first_chunk_) return {};
    --number;
    offset = kChunkSequences - 1;
  }
}

}  // namespace leat
