#include "streams/host/stored_state.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "storage/api/block_format.h"

namespace leat {

namespace {

using OnBlock = std::function<void(LoadedBlock block)>;

Result<BlockReader> read_block(RecoveredStore& store, GroupId stream, StreamSeq first) {
  LEAT_TRY_ASSIGN(Bytes value, store.read_block(stream, first));
  return BlockReader::open(std::move(value));
}

// A disk that gives an error has lost nothing yet, nor has a block of a newer version.
bool is_lost(const Error& why) {
  return why.kind == ErrorKind::kCorruption || why.kind == ErrorKind::kNotFound;
}

// The index rows of one stream on their way into its machine. What was lost with its block ends
// where the next block begins.
class RowLoader {
 public:
  RowLoader(RecoveredStore& store, GroupId stream, StreamMachine& machine, const OnBlock& on_block)
      : store_(store), stream_(stream), machine_(machine), on_block_(on_block) {}

  Status load(StreamSeq first, std::string_view value) {
    const Result<IndexRow> row = IndexRow::parse(value);
    if (row) return add(*row, {.first = first});
    if (row.error().kind != ErrorKind::kCorruption) return tl::unexpected(row.error());
    const Result<BlockReader> block = read_block(store_, stream_, first);
    if (!block && !is_lost(block.error())) return tl::unexpected(block.error());
    if (!block) {
      if (!lost_) lost_ = {.first = std::max(first, behind_), .why = block.error()};
      return {};
    }
    Bytes rebuilt = machine_.rebuilt_index_row(*block);
    LEAT_TRY_ASSIGN(const IndexRow made, IndexRow::parse(rebuilt.view()));
    return add(made, {.first = first,
                      .row = LoadedBlock::Row::kRebuilt,
                      .rebuilt_row = rebuilt,
                      .why = value.empty() ? Error{row.error().kind, "index row: not readable"}
                                           : row.error()});
  }

  Status finish() { return add_lost(machine_.last_sequence()); }

 private:
  Status add(const IndexRow& row, LoadedBlock block) {
    LEAT_TRY(add_lost(block.first.previous()));
    const std::uint64_t count_before = machine_.message_count();
    LEAT_TRY(machine_.load_index_row(row));
    block.last = row.last;
    block.message_count = row.messages.size();
    block.subject_count = row.subjects.size();
    block.id_count = row.ids.size();
    block.live_count = static_cast<std::size_t>(machine_.message_count() - count_before);
    behind_ = row.last.next();
    on_block_(std::move(block));
    return {};
  }

  Status add_lost(StreamSeq last) {
    if (!lost_) return {};
    LoadedBlock block = *std::exchange(lost_, std::nullopt);
    const std::uint64_t count_before = machine_.message_count();
    LEAT_TRY(machine_.load_lost(block.first, last));
    block.last = last;
    block.live_count = static_cast<std::size_t>(machine_.message_count() - count_before);
    block.message_count = block.live_count;
    block.row = LoadedBlock::Row::kLost;
    on_block_(std::move(block));
    return {};
  }

  RecoveredStore& store_;
  const GroupId stream_;
  StreamMachine& machine_;
  const OnBlock& on_block_;
  StreamSeq behind_;  // the span of the newest row
  std::optional<LoadedBlock> lost_;
};

}  // namespace

Status load_stored_state(RecoveredStore& store, GroupId stream, StreamMachine& machine,
                         const OnBlock& on_block) {
  LEAT_TRY(
      store.scan_state_pages(stream, [&machine](const StatePageKey& key, std::string_view value) {
        return machine.load_page(key, value);
      }));
  LEAT_TRY(machine.finish_pages());
  RowLoader loader(store, stream, machine, on_block);
  LEAT_TRY(store.scan_index_rows(
      stream, StreamSeq(0),
      [&loader](StreamSeq first, std::string_view value) { return loader.load(first, value); }));
  LEAT_TRY(loader.finish());
  return machine.finish_load();
}

}  // namespace leat
