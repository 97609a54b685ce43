#include "tests/sim/sim_store.h"

#include <algorithm>
#include <iterator>

#include "core/base/check.h"
#include "core/base/encoding.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"

namespace leat::sim {

namespace {

template <typename Map>
void put_or_erase(Map& map, const typename Map::key_type& key, const Bytes& value) {
  if (value.empty()) {
    map.erase(key);
  } else {
    map[key] = value;
  }
}

}  // namespace

void StoreContents::apply(const WriteSet& set) {
  ++ticket;
  groups[set.group] = StoredRow{.stored = set.stored,
                                .hard_state = set.hard_state,
                                .first_kept = set.first_kept,
                                .first_row_kept = set.first_row_kept,
                                .raft_row = set.raft_row};
  for (const BlockRow& row : set.blocks) put_or_erase(blocks, {set.group, row.first}, row.value);
  for (const BlockRow& row : set.index_rows) {
    put_or_erase(index_rows, {set.group, row.first}, row.value);
  }
  for (const StatePage& page : set.pages) put_or_erase(pages, {set.group, page.key}, page.value);
  for (const MetaRow& row : set.meta_rows) put_or_erase(meta, row.key, row.value);
}

void StoreContents::erase_stream(GroupId stream) {
  ++ticket;
  groups.erase(stream);
  deleted.insert(stream);
  const auto is_of_stream = [stream](const auto& row) { return row.first.first == stream; };
  std::erase_if(blocks, is_of_stream);
  std::erase_if(index_rows, is_of_stream);
  std::erase_if(pages, is_of_stream);
}

void StoreContents::reclaim(const StoredRow& row, GroupId stream) {
  const auto leave = [stream](std::map<RowKey, Bytes>& rows, StreamSeq floor, auto last_of) {
    auto at = rows.lower_bound({stream, StreamSeq(0)});
    while (at != rows.end() && at->first.first == stream && at->first.second < floor) {
      const StreamSeq last = last_of(at->second.view());
      at = last && last < floor ? rows.erase(at) : std::next(at);
    }
  };
  leave(blocks, row.first_kept, &last_sequence_of_block);
  leave(index_rows, row.first_row_kept, &last_sequence_of_index_row);
}

void StoreContents::reclaim_all() {
  for (const auto& [group, row] : groups) reclaim(row, group);
}

namespace {

// A consumer's page with the cursor that it would have if it had not been lost.
Bytes with_cursor(const Bytes& page, StreamSeq kept) {
  encoding::Cursor in(page.view());
  in.byte();
  in.text();
  in.signed_varint();
  in.text();
  in.varint();
  const std::size_t at = page.size() - in.remaining();
  const std::uint64_t next = in.varint();
  LEAT_CHECK(in.is_good());
  std::string changed(page.view().substr(0, at));
  encoding::append_varint(changed, std::max(next, kept.value));
  changed += in.rest();
  return Bytes::copy_of(changed);
}

// The row as a store that forgets message ids would give it back.
Bytes without_ids(const Bytes& value) {
  const Result<IndexRow> row = IndexRow::parse(value.view());
  LEAT_CHECK(row.has_value());
  IndexRowBuilder builder;
  builder.reset(row->first);
  for (const IndexedMessage& message : row->messages) {
    builder.append(message, row->subjects.at(message.subject));
  }
  return builder.value(row->last);
}

class SimRecoveredStore final : public RecoveredStore {
 public:
  SimRecoveredStore(StoreContents& contents, const KeptCursors& kept, const Bugs& bugs)
      : contents_(contents), kept_(kept), bugs_(bugs) {}

  Result<std::vector<GroupId>> groups() override {
    std::vector<GroupId> all;
    for (const auto& [group, row] : contents_.groups) all.push_back(group);
    return all;
  }

  Result<std::vector<GroupId>> deleted_groups() override {
    return std::vector<GroupId>(contents_.deleted.begin(), contents_.deleted.end());
  }

  StoreTicket last_ticket() override { return contents_.ticket; }

  Result<std::optional<StoredRow>> stored_row(GroupId group) override {
    const auto found = contents_.groups.find(group);
    if (found == contents_.groups.end()) return std::optional<StoredRow>();
    return std::optional<StoredRow>(found->second);
  }

  Status scan_state_pages(GroupId stream, const PageVisitor& visit) override {
    for (const auto& [key, value] : contents_.pages) {
      if (key.first != stream) continue;
      const auto kept = kept_.find({stream, key.second.owner});
      const bool is_changed = kept != kept_.end() && key.second.kind == StatePageKind::kConsumer;
      const Bytes page = is_changed ? with_cursor(value, kept->second) : value;
      LEAT_TRY(visit(key.second, page.view()));
    }
    return {};
  }

  Status scan_index_rows(GroupId stream, StreamSeq from, const RowVisitor& visit) override {
    for (const auto& [key, value] : contents_.index_rows) {
      if (key.first != stream || key.second < from) continue;
      const Bytes row = bugs_.dedup_lost_on_replay ? without_ids(value) : value;
      LEAT_TRY(visit(key.second, row.view()));
    }
    return {};
  }

  Status scan_meta_rows(const MetaVisitor& visit) override {
    for (const auto& [key, value] : contents_.meta) LEAT_TRY(visit(key, value.view()));
    return {};
  }

  Result<Bytes> read_block(GroupId stream, StreamSeq first) override {
    const auto found = contents_.blocks.find({stream, first});
    if (found == contents_.blocks.end()) return failure(ErrorKind::kNotFound, "no such block");
    return found->second;
  }

 private:
  StoreContents& contents_;
  const KeptCursors& kept_;
  const Bugs& bugs_;
};

}  // namespace

void SimStoreDisk::flush() {
  live_.reclaim_all();
  flushed_ = live_;
  if (on_flush_) on_flush_();
}

std::vector<FlushedGroup> SimStoreDisk::flushed_groups() const {
  std::vector<FlushedGroup> groups;
  for (const auto& [group, row] : flushed_.groups) {
    groups.push_back({.group = group, .stored = row.stored, .hard_state = row.hard_state});
  }
  for (const GroupId group : flushed_.deleted)
    groups.push_back({.group = group, .is_deleted = true});
  return groups;
}

std::unique_ptr<RecoveredStore> SimStoreDisk::recovered() {
  return std::make_unique<SimRecoveredStore>(live_, kept_cursors_, bugs_);
}

void SimStoreDisk::write(const WriteSet& set) {
  ++sets_;
  live_.apply(set);
  if (bugs_.applied_ahead_of_data) flushed_.groups[set.group] = live_.groups[set.group];
  if (bugs_.filter_ahead_of_flush) flushed_.reclaim(live_.groups[set.group], set.group);
  if (bugs_.rows_ahead_of_blocks) {
    WriteSet rows = set;
    rows.blocks.clear();
    flushed_.apply(rows);
    flushed_.ticket = live_.ticket;
  }
}

bool SimStoreDisk::rot(Rng& chance) {
  const std::uint64_t row = chance.next();
  const std::uint64_t byte = chance.next();
  return flip(Rows::kBlocks, {row, byte, static_cast<std::uint8_t>(1 << chance.below(8))});
}

bool SimStoreDisk::flip(Rows rows, const Flip& flip) {
  const auto flip_in = [&flip](auto& map, const auto& bytes_of) {
    if (map.empty()) return false;
    auto drawn = map.begin();
    std::advance(drawn, static_cast<std::ptrdiff_t>(flip.row % map.size()));
    Bytes& value = bytes_of(drawn->second);
    if (value.empty()) return false;
    std::string bytes(value.view());
    char& byte = bytes[flip.byte % bytes.size()];
    byte = static_cast<char>(byte ^ flip.mask);
    value = Bytes::copy_of(bytes);
    return true;
  };
  const auto itself = [](Bytes& bytes) -> Bytes& { return bytes; };
  const auto raft_row = [](StoredRow& row) -> Bytes& { return row.raft_row; };
  const auto flip_here = [&] {
    switch (rows) {
      case Rows::kBlocks:
        return flip_in(flushed_.blocks, itself);
      case Rows::kIndexRows:
        return flip_in(flushed_.index_rows, itself);
      case Rows::kPages:
        return flip_in(flushed_.pages, itself);
      case Rows::kMeta:
        return flip_in(flushed_.meta, itself);
      case Rows::kRaft:
        return flip_in(flushed_.groups, raft_row);
    }
    return false;
  };
  const bool is_flipped = flip_here();
  live_ = flushed_;
  return is_flipped;
}

void SimMessageStore::later(Task task) {
  const SteadyNs now = loop_.clock().steady_ns();
  const DurationNs delay = 20'000 + static_cast<DurationNs>(loop_.chance().below(3'000'000));
  last_done_ = std::max(last_done_ + 1, now + delay);
  loop_.call_after(last_done_ - now, [alive = alive_, task = std::move(task)]() mutable {
    if (*alive) task();
  });
}

void SimMessageStore::write(WriteSet set, Task on_written) {
  const std::size_t size = set.size_bytes();
  pending_bytes_ += size;
  later([this, size, set = std::move(set), done = std::move(on_written)]() mutable {
    disk_.write(set);
    pending_bytes_ -= size;
    // The store's own flush comes when it likes, always at a border of write sets.
    if (loop_.chance().below(8) == 0) disk_.flush();
    if (done) shard_.post(std::move(done));
  });
}

void SimMessageStore::delete_stream(GroupId stream, Task on_deleted) {
  later([this, stream, done = std::move(on_deleted)]() mutable {
    disk_.live().erase_stream(stream);
    if (done) shard_.post(std::move(done));
  });
}

void SimMessageStore::read_message(GroupId stream, MessagePlace place, ReadCallback callback) {
  read_block(stream, place.block, [place, call = std::move(callback)](Result<Bytes> block) mutable {
    if (block) block = cut_message(block->view(), place.sequence);
    call(std::move(block));
  });
}

void SimMessageStore::read_block(GroupId stream, StreamSeq first, ReadCallback callback) {
  later([this, stream, first, call = std::move(callback)]() mutable {
    shard_.post([value = disk_.recovered()->read_block(stream, first),
                 call = std::move(call)]() mutable { call(std::move(value)); });
  });
}

void SimMessageStore::read_index_row(GroupId stream, StreamSeq first, ReadCallback callback) {
  later([this, stream, first, call = std::move(callback)]() mutable {
    const auto& rows = disk_.live().index_rows;
    const auto found = rows.find({stream, first});
    Result<Bytes> value = found == rows.end()
                              ? Result<Bytes>(failure(ErrorKind::kNotFound, "no such index row"))
                              : Result<Bytes>(found->second);
    shard_.post(
        [value = std::move(value), call = std::move(call)]() mutable { call(std::move(value)); });
  });
}

}  // namespace leat::sim
