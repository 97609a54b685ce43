#include "consumers/host/read_ahead.h"

#include <algorithm>

namespace leat {

Reader::Extent ReadAhead::extent_of(StreamSeq sequence) const {
  const StreamSeq next = selector_.following(sequence.next());
  return next && share_block(sequence, next) ? Reader::Extent::kBlock : Reader::Extent::kMessage;
}

void ReadAhead::waiting_for(StreamSeq sequence) {
  while (!blocks_.empty() && blocks_.front() <= sequence) blocks_.pop_front();
  // Where the messages of one block match, the next one that may lie elsewhere is behind the block.
  // A match without neighbours leads to the next one quicker: by the chain of its subject.
  from_ = std::max(from_, sequence.next());
  while (blocks_.size() < window_) {
    const StreamSeq next = selector_.following(from_);
    if (!next) break;
    from_ = next.next();
    const StreamSeq behind = reader_.behind_block_of(next);
    if (!behind) break;  // what follows is in memory
    const StreamSeq last = blocks_.empty() ? sequence : blocks_.back();
    if (share_block(next, last)) {
      from_ = behind;
      continue;
    }
    reader_.read_ahead(next, extent_of(next));
    blocks_.push_back(next);
  }
  window_ = std::min(window_ * 2, limits::kReadAheadBlocks);
}

}  // namespace leat
