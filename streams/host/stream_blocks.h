#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"
#include "storage/api/message_store.h"
#include "storage/api/write_set.h"
#include "streams/host/message_view.h"

namespace leat {

// The view of a message in a block; lives as long as the block's bytes.
MessageView view_of(const StoredMessage& message);

// The blocks of one stream on their way to the store:
//
//   stored ... stored | written, not yet acknowledged | closed in this entry | open
//
// Owned by its stream, on its shard. Holds between calls: every message is in exactly one block;
// until a block can be read from the store its bytes are kept here. Blocks close only inside an
// entry that fills one, and all of them leave together in the write set at the end of that entry.
class StreamBlocks {
 public:
  // What a message counts for beside its bytes.
  struct Extent {
    std::uint32_t size_bytes = 0;  // as the stream counts it
    std::uint32_t ttl_s = 0;
  };
  void append(const MessageView& message, const Extent& extent);
  // A message id, also of a message that was not stored.
  void append_id(const IndexedMessageId& id);

  // A block is full: the owner takes a write set at the end of this entry.
  bool has_full() const { return !closed_.empty() || open_.is_full(); }
  // There is something that no write set has taken.
  bool has_unwritten() const { return !closed_.empty() || !open_.empty() || open_ids_ > 0; }
  // Closes the open block and moves all closed ones into `set`. `last` is the last sequence the
  // stream has given out. Their bytes stay readable until written().
  void take(WriteSet& set, StreamSeq last);
  // The oldest write set that was taken is in the store.
  void written();

  // A block that was found in the store at recovery; in ascending order, before anything else.
  void add_stored(StreamSeq first) { firsts_.push_back(first); }
  // Blocks that hold nothing from `first_kept` on are forgotten; how many.
  std::size_t forget_below(StreamSeq first_kept);

  // In which block a sequence is if it was stored: none when before the first block, or open.
  StreamSeq block_of(StreamSeq sequence) const;
  StreamSeq next_block(StreamSeq first) const;  // none after the last closed one
  // The bytes of a block that cannot be read from the store yet.
  const Bytes* unwritten(StreamSeq first) const;
  // A message of the open block. The view is valid until the next append.
  std::optional<MessageView> find_open(StreamSeq sequence) const;

 private:
  void close_open(StreamSeq last);
  void open_at(StreamSeq first);
  std::size_t first_block_above(StreamSeq sequence) const;

  BlockBuilder open_;
  IndexRowBuilder open_row_;
  std::size_t open_ids_ = 0;
  bool is_open_ = false;  // open_ has its first sequence
  struct Closed {
    BlockRow block;
    BlockRow index_row;
  };
  std::vector<Closed> closed_;
  Ring<StreamSeq> firsts_;                // of all closed blocks, ascending
  std::map<StreamSeq, Bytes> unwritten_;  // by first sequence
  Ring<std::vector<StreamSeq>> taken_;    // the blocks of each write set under way
};

}  // namespace leat
