#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"
#include "storage/api/message_store.h"
#include "storage/api/write_set.h"
#include "streams/core/stream_machine.h"
#include "streams/host/message_view.h"

namespace leat {

// The view of a message in a block; lives as long as the block's bytes.
MessageView view_of(const StoredMessage& message);

// The blocks of one stream on their way to the store, and how much is left in those that are there:
//
//   stored ... stored | written, not yet acknowledged | closed in this entry | open
//
// Owned by its stream, on its shard. Holds between calls: every message is in exactly one block;
// until a block can be read from the store its bytes are kept here. Blocks close only inside an
// entry that fills one, and all of them leave together in the write set at the end of that entry.
// A block that nothing is left in is deleted by the next write set, its index row with it or when
// its message ids have left the duplicate window.
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
  // All messages from `first` to `last` have left just now; they were there, and at or above the
  // first one kept. After the appends of the same entry.
  void removed(StreamSeq first, StreamSeq last);

  // A block is full: the owner takes a write set at the end of this entry.
  bool has_full() const { return !closed_.empty() || open_.is_full(); }
  // Closes the open block and moves what changed into `set`, between entries: closed blocks as far
  // as the stream still has their messages, rewritten ones, and the end of empty ones. Their bytes
  // stay readable until written().
  void take(WriteSet& set, const StreamMachine& machine);
  // The oldest write set that was taken is in the store.
  void written();

  // A block that was found in the store at recovery; in ascending order, before anything else.
  struct StoredBlock {
    StreamSeq first{};
    std::size_t message_count = 0;  // in its index row
    std::size_t live_count = 0;     // of them the stream still has
    bool is_left = false;           // it ends below the first message: the floor takes it
  };
  void add_stored(const StoredBlock& block);
  // The row of one of them, made anew: it is in the next write set, unless there are many.
  void restore_row(BlockRow index_row);
  // Blocks that hold nothing from `first_kept` on are forgotten; how many.
  std::size_t forget_below(StreamSeq first_kept);
  // Blocks that wait to be deleted.
  std::size_t empty_count() const { return empty_.size(); }

  // Blocks in the store that have been less than half alive for some write sets, but not the first
  // one; ascending, at most `max`. They are not named again before they have lost half again.
  std::vector<StreamSeq> take_sparse(std::size_t max);
  // A block with its row as they should be, for the next write set; nothing if it has gone.
  void rewrite(BlockRow block, BlockRow index_row, std::size_t live_count);

  // In which block a sequence is if it was stored: none when before the first block, or open.
  StreamSeq block_of(StreamSeq sequence) const;
  StreamSeq next_block(StreamSeq first) const;  // none after the last closed one
  // The bytes of a block that cannot be read from the store yet.
  const Bytes* unwritten(StreamSeq first) const;
  // A message of the open block. The view is valid until the next append.
  std::optional<MessageView> find_open(StreamSeq sequence) const;

 private:
  struct Block {
    StreamSeq first;
    std::uint32_t total = 0;  // messages in its value
    std::uint32_t live = 0;   // of them the stream has; of the first block not kept up to date
  };
  struct Closed {
    BlockRow block;
    BlockRow index_row;
  };

  void close_open(StreamSeq last);
  void open_at(StreamSeq first);
  void lose(Block& block, std::uint64_t count);
  void take_closed(Closed& closed, WriteSet& set, const StreamMachine& machine);
  void take_empty(WriteSet& set, const StreamMachine& machine);
  Block* find(StreamSeq first);  // null when it is not known
  std::size_t first_block_above(StreamSeq sequence) const;

  BlockBuilder open_;
  IndexRowBuilder open_row_;
  std::uint32_t open_lost_ = 0;  // messages that left while it was open
  bool is_open_ = false;         // open_ has its first sequence
  std::vector<Closed> closed_;
  Ring<Block> blocks_;                           // all closed ones, ascending
  std::map<StreamSeq, Bytes> unwritten_;         // by first sequence
  Ring<std::vector<StreamSeq>> taken_;           // the blocks of each write set under way
  std::uint64_t sets_ = 0;                       // write sets taken
  std::map<StreamSeq, std::uint64_t> sparse_;    // less than half alive -> since which write set
  std::vector<Closed> rewritten_;                // of a restored row without the block
  std::vector<StreamSeq> empty_;                 // to be deleted
  std::map<StreamSeq, StreamSeq> rows_waiting_;  // rows of empty blocks, and where they end at most
};

}  // namespace leat
