#include "streams/core/message_index.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"

namespace leat {

IndexSlot& MessageIndex::append(StreamSeq sequence) {
  const std::uint64_t number = number_of(sequence);
  if (count_ == 0 && number >= first_chunk_ + chunks_.size()) chunks_.clear();
  if (chunks_.empty()) first_chunk_ = number;
  LEAT_CHECK(number + 1 >= first_chunk_ + chunks_.size()) << sequence;
  if (first_chunk_ + chunks_.size() <= number) add_chunks_to(number);
  std::unique_ptr<IndexChunk>& chunk = chunks_.back();
  if (chunk == nullptr) chunk = std::make_unique<IndexChunk>();
  IndexSlot& slot = chunk->append(place_of(sequence));
  if (count_++ == 0) first_ = sequence;
  return slot;
}

void MessageIndex::add_chunks_to(std::uint64_t number) {
  // What was the newest chunk and emptied as such goes now.
  if (!chunks_.empty() && chunks_.back()->live_count() == 0) chunks_.back().reset();
  std::size_t to_pack = chunks_.size() < kOpenChunks ? 0 : chunks_.size() - kOpenChunks;
  while (first_chunk_ + chunks_.size() <= number) chunks_.push_back(nullptr);
  for (; to_pack + kOpenChunks < chunks_.size(); ++to_pack) {
    IndexChunk* chunk = chunks_[to_pack].get();
    if (chunk != nullptr && !chunk->is_packed()) chunk->pack(budget_);
  }
  drop_front();
}

bool MessageIndex::erase(StreamSeq sequence) {
  if (!contains(sequence)) return false;
  std::unique_ptr<IndexChunk>& chunk = chunks_[number_of(sequence) - first_chunk_];
  chunk->erase(place_of(sequence));
  --count_;
  // The newest chunk stays, for what is appended to it.
  if (chunk->live_count() == 0 && &chunk != &chunks_.back()) chunk.reset();
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

SlotRef MessageIndex::find_even_removed(StreamSeq sequence) const {
  const IndexChunk* chunk = chunk_of(sequence);
  if (chunk == nullptr || !chunk->has(place_of(sequence))) return {};
  return {*chunk, place_of(sequence)};
}

void MessageIndex::link(StreamSeq sequence, StreamSeq next) {
  const std::uint64_t distance = next.value - sequence.value;
  if (distance > std::numeric_limits<std::uint32_t>::max() || !find_even_removed(sequence)) return;
  chunks_[number_of(sequence) - first_chunk_]->set_next_distance(
      place_of(sequence), static_cast<std::uint32_t>(distance));
}

StreamSeq MessageIndex::at_or_after(StreamSeq sequence) const {
  if (count_ == 0) return {};
  if (sequence < first_) return first_;
  // The chunk of a message that has just left may have gone with it.
  sequence = std::max(sequence, StreamSeq(first_chunk_ * kChunkSequences));
  std::size_t place = place_of(sequence);
  for (std::uint64_t number = number_of(sequence); number - first_chunk_ < chunks_.size();
       ++number, place = 0) {
    const IndexChunk* chunk = chunks_[number - first_chunk_].get();
    if (chunk == nullptr) continue;
    const std::size_t live = chunk->live_at_or_after(place);
    if (live < kChunkSequences) return StreamSeq(number * kChunkSequences + live);
  }
  return {};
}

StreamSeq MessageIndex::at_or_before(StreamSeq sequence) const {
  if (count_ == 0 || sequence < first_) return {};
  std::uint64_t number = number_of(sequence);
  std::size_t place = place_of(sequence);
  const std::uint64_t last_chunk = first_chunk_ + chunks_.size() - 1;
  if (number > last_chunk) {
    number = last_chunk;
    place = kChunkSequences - 1;
  }
  while (true) {
    const IndexChunk* chunk = chunks_[number - first_chunk_].get();
    const std::size_t live = chunk == nullptr ? kChunkSequences : chunk->live_at_or_before(place);
    if (live < kChunkSequences) return StreamSeq(number * kChunkSequences + live);
    if (number == first_chunk_) return {};
    --number;
    place = kChunkSequences - 1;
  }
}

StreamSeq MessageIndex::of_subject_at_or_after(std::uint32_t subject, StreamSeq sequence) const {
  sequence = at_or_after(sequence);
  if (!sequence) return {};
  std::size_t place = place_of(sequence);
  for (std::uint64_t number = number_of(sequence); number - first_chunk_ < chunks_.size();
       ++number, place = 0) {
    const IndexChunk* chunk = chunks_[number - first_chunk_].get();
    if (chunk == nullptr || !chunk->may_hold(subject)) continue;
    const IndexPass pass(chunk->columns());
    for (place = chunk->live_at_or_after(place); place < kChunkSequences;
         place = chunk->live_at_or_after(place + 1)) {
      if (chunk->subject(place) == subject) return StreamSeq(number * kChunkSequences + place);
    }
    pass.end();
  }
  return {};
}

StreamSeq MessageIndex::of_subject_at_or_before(std::uint32_t subject, StreamSeq sequence) const {
  StreamSeq at = at_or_before(sequence);
  while (at) {
    const std::uint64_t number = number_of(at);
    const IndexChunk* chunk = chunks_[number - first_chunk_].get();
    if (chunk->may_hold(subject)) {
      const IndexPass pass(chunk->columns());
      for (std::size_t place = place_of(at); place < kChunkSequences;
           place = place == 0 ? kChunkSequences : chunk->live_at_or_before(place - 1)) {
        if (chunk->subject(place) == subject) return StreamSeq(number * kChunkSequences + place);
      }
      pass.end();
    }
    at = number == 0 ? StreamSeq() : at_or_before(StreamSeq(number * kChunkSequences - 1));
  }
  return {};
}

std::uint64_t MessageIndex::count_between(StreamSeq from, StreamSeq end) const {
  const auto count_from = [this](StreamSeq sequence) -> std::uint64_t {
    sequence = at_or_after(sequence);
    if (!sequence) return 0;
    std::uint64_t number = number_of(sequence);
    std::uint64_t count = chunk_of(sequence)->live_count_from(place_of(sequence));
    while (++number - first_chunk_ < chunks_.size()) {
      const IndexChunk* chunk = chunks_[number - first_chunk_].get();
      if (chunk != nullptr) count += chunk->live_count();
    }
    return count;
  };
  return from < end ? count_from(from) - count_from(end) : 0;
}

std::size_t MessageIndex::memory_bytes() const {
  std::size_t bytes = chunks_.size() * sizeof(std::unique_ptr<IndexChunk>);
  for (std::size_t i = 0; i < chunks_.size(); ++i) {
    if (chunks_[i] != nullptr) bytes += chunks_[i]->memory_bytes();
  }
  return bytes;
}

}  // namespace leat
