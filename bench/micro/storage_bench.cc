// The way to the disk in parts: what the journal costs per record, a block against a row per
// message, and how often RocksDB writes each byte. LEAT_BENCH_DIR names the disk (default /tmp).
#include <benchmark/benchmark.h>
#include <poll.h>
#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/runtime/posix_file.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"
#include "storage/journal/journal.h"
#include "storage/journal/writer.h"
#include "storage/rocks/rocks_store.h"
#include "tests/support/shard_loop.h"

namespace leat {
namespace {

constexpr std::size_t kPayloadBytes = 128;
constexpr char kSubject[] = "orders.new";
constexpr int kPauseMs = 20;  // between two looks at what RocksDB does on its own

// A directory that is gone with the benchmark.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    const char* parent = std::getenv("LEAT_BENCH_DIR");
    std::string path = std::string(parent != nullptr ? parent : "/tmp") + "/leat-bench-XXXXXX";
    path_ = ::mkdtemp(path.data());
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using ShardLoop = testing::ShardLoop;

struct LastTicket : LogListener {
  void durable_through(LogTicket ticket) override { last = ticket; }
  void must_store(std::span<const GroupId>) override {}
  LogTicket last;
};

// A disk that takes everything at once: what is left is our own work.
class NullFiles : public FileSystem {
 public:
  class NullFile : public File {
   public:
    Status write_at(std::uint64_t, std::string_view bytes) override {
      benchmark::DoNotOptimize(bytes.data());
      return {};
    }
    Result<std::size_t> read_at(std::uint64_t, std::span<char>) override { return std::size_t{0}; }
    Status sync_data() override { return {}; }
    Status sync_all() override { return {}; }
    Result<std::uint64_t> size() override { return std::uint64_t{0}; }
    Status resize(std::uint64_t) override { return {}; }
  };
  Result<std::unique_ptr<File>> open(const std::string&, OpenMode) override {
    return std::make_unique<NullFile>();
  }
  Result<std::vector<std::string>> list(const std::string&) override {
    return std::vector<std::string>();
  }
  Status make_directories(const std::string&) override { return {}; }
  Status rename(const std::string&, const std::string&) override { return {}; }
  Status remove(const std::string&) override { return {}; }
  Status sync_directory(const std::string&) override { return {}; }
  bool exists(const std::string&) override { return true; }
  Result<std::uint64_t> free_bytes(const std::string&) override { return ~std::uint64_t{0}; }
};

std::vector<LogRecord> records(std::size_t count, std::size_t payload_bytes) {
  const Bytes payload = Bytes::copy_of(std::string(payload_bytes, 'p'));
  std::vector<LogRecord> records;
  for (std::size_t i = 0; i < count; ++i) {
    records.push_back({.group = GroupId(2 + i % 7), .index = LogIndex(i + 1), .payload = payload});
  }
  return records;
}

void open_writer(FileSystem& files, const std::string& directory,
                 std::unique_ptr<journal::Writer>& writer) {
  std::uint64_t life = 0;
  auto opened = journal::Writer::open(
      files, {.directory = directory, .random = [life]() mutable { return ++life; }}, {});
  if (!opened) std::abort();
  writer = std::move(*opened);
}

// Our own work for one batch: marks, copy, checksum. Arguments: records, bytes of each.
void journal_encode(benchmark::State& state) {
  NullFiles files;
  std::unique_ptr<journal::Writer> writer;
  open_writer(files, "/null", writer);
  const auto batch =
      records(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    if (!writer->write(batch)) std::abort();
    if (!writer->sync()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(journal_encode)->Args({1, 176})->Args({1000, 176})->Args({10, 100'000});

// The same with a real write and fdatasync.
void journal_append_and_sync(benchmark::State& state) {
  ScratchDirectory directory;
  PosixFileSystem files;
  std::unique_ptr<journal::Writer> writer;
  open_writer(files, directory.path() + "/journal", writer);
  const auto batch =
      records(static_cast<std::size_t>(state.range(0)), static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    if (!writer->write(batch)) std::abort();
    if (!writer->sync()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(journal_append_and_sync)
    ->Args({1, 176})
    ->Args({100, 176})
    ->Args({1000, 176})
    ->Args({10, 100'000})
    ->UseRealTime();

// Through the sync thread, with so many records under way at once.
void journal_group_commit(benchmark::State& state) {
  ScratchDirectory directory;
  PosixFileSystem files;
  ShardLoop loop;
  LastTicket ticket;
  std::uint64_t life = 0;
  auto opened = open_journal(
      files, {.directory = directory.path() + "/journal", .random = [&life] { return ++life; }});
  if (!opened) std::abort();
  auto shard = opened->journal->open_shard(loop);
  shard->set_listener(ticket);
  const LogRecord record = records(1, 176).front();
  const auto under_way = static_cast<std::uint64_t>(state.range(0));
  LogTicket given;
  for (auto _ : state) {
    given = shard->append(record);
    shard->flush();
    loop.run_until([&] { return given.value - ticket.last.value < under_way; });
  }
  loop.run_until([&] { return ticket.last == given; });
  opened->journal->stop();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(journal_group_commit)->Arg(1)->Arg(16)->Arg(256)->Arg(4096)->UseRealTime();

// One stream's open block and what a write set takes of it.
struct OpenBlock {
  BlockBuilder block;
  IndexRowBuilder index;
  std::uint64_t next = 1;

  void append(std::string_view payload) {
    if (block.empty()) {
      block.reset(StreamSeq(next));
      index.reset(StreamSeq(next));
    }
    const auto time = static_cast<WallNs>(1'700'000'000'000'000'000 + next * 1000);
    block.append(
        {.sequence = StreamSeq(next), .time = time, .subject = kSubject, .payload = payload});
    index.append({.sequence = StreamSeq(next), .time = time, .size_bytes = 160}, kSubject);
    ++next;
  }
  void take(WriteSet& set) {
    set.blocks.push_back({block.first(), block.value()});
    set.index_rows.push_back({block.first(), index.value(block.last())});
    block.reset(StreamSeq(next));
    index.reset(StreamSeq(next));
  }
};

WriteSet empty_set(std::uint64_t stream, std::uint64_t index) {
  WriteSet set{.group = GroupId(stream), .stored = LogIndex(index)};
  set.raft_row = Bytes::copy_of(std::string(80, 'r'));
  set.pages.push_back({{StatePageKind::kStream, 0, 0}, Bytes::copy_of(std::string(400, 's'))});
  return set;
}

// A store, one shard of it, and publishers that wait for the bound.
struct OpenStore {
  OpenStore() {
    auto opened = open_rocks_store({.path = directory.path() + "/db"});
    if (!opened) std::abort();
    store = std::move(*opened);
    shard = store->open_shard(loop);
  }
  void write(WriteSet set) {
    loop.run_until([&] { return shard->pending_bytes() < limits::kStorePendingBytes; });
    shard->write(std::move(set), nullptr);
  }
  void finish() {
    loop.run_until([&] { return shard->pending_bytes() == 0; });
  }
  // What is still to be compacted is part of the price.
  void finish_compactions() {
    while (store->counts().compactions_due > 0) ::poll(nullptr, 0, kPauseMs);
  }

  ScratchDirectory directory;
  ShardLoop loop;
  std::unique_ptr<RocksStore> store;
  std::unique_ptr<MessageStore> shard;
};

// A message on its way into a closed block of 64 KiB, its index row and the store.
void message_as_part_of_a_block(benchmark::State& state) {
  OpenStore open;
  OpenBlock stream;
  const std::string payload(kPayloadBytes, 'm');
  for (auto _ : state) {
    stream.append(payload);
    if (!stream.block.is_full()) continue;
    WriteSet set = empty_set(2, stream.next);
    stream.take(set);
    open.write(std::move(set));
  }
  open.finish();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(message_as_part_of_a_block)->UseRealTime()->MeasureProcessCPUTime();

// The same message as a row of its own, 512 rows in a write set.
void message_as_a_row(benchmark::State& state) {
  OpenStore open;
  const Bytes payload = Bytes::copy_of(std::string(kPayloadBytes + 24, 'm'));
  WriteSet set = empty_set(2, 1);
  std::uint64_t next = 1;
  for (auto _ : state) {
    set.blocks.push_back({StreamSeq(next), payload});
    if (++next % limits::kBlockMessages != 0) continue;
    open.write(std::move(set));
    set = empty_set(2, next);
  }
  open.finish();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(message_as_a_row)->UseRealTime()->MeasureProcessCPUTime();

void block_read_cold(benchmark::State& state) {
  OpenStore open;
  OpenBlock stream;
  const std::string payload(kPayloadBytes, 'm');
  std::vector<StreamSeq> firsts;
  while (firsts.size() < 4000) {
    stream.append(payload);
    if (!stream.block.is_full()) continue;
    firsts.push_back(stream.block.first());
    WriteSet set = empty_set(2, stream.next);
    stream.take(set);
    open.write(std::move(set));
  }
  open.finish();
  Rng rng(1);
  const bool is_alone = state.range(0) != 0;  // one message of it
  for (auto _ : state) {
    bool is_read = false;
    const StreamSeq first = firsts[rng.below(firsts.size())];
    const auto done = [&](Result<Bytes> value) {
      is_read = value && BlockReader::open(std::move(*value)).has_value();
    };
    if (is_alone) {
      open.shard->read_message(GroupId(2), {.block = first, .sequence = first.next()}, done);
    } else {
      open.shard->read_block(GroupId(2), first, done);
    }
    open.loop.run_until([&] { return is_read; });
  }
}
BENCHMARK(block_read_cold)->Arg(0)->Arg(1)->UseRealTime();

// How many bytes reach tables for each byte of write sets. Arguments: streams, MiB in all.
void write_amplification(benchmark::State& state) {
  const auto streams = static_cast<std::uint64_t>(state.range(0));
  const auto bytes = static_cast<std::uint64_t>(state.range(1)) << 20;
  const std::string payload(kPayloadBytes, 'm');
  for (auto _ : state) {
    OpenStore open;
    OpenBlock block;  // the same messages for all streams; only keys differ
    std::uint64_t given = 0;
    for (std::uint64_t round = 1; given < bytes; ++round) {
      while (!block.block.is_full()) block.append(payload);
      WriteSet rows;
      block.take(rows);
      for (std::uint64_t stream = 0; stream < streams && given < bytes; ++stream) {
        WriteSet set = empty_set(2 + stream, round);
        set.blocks = rows.blocks;
        set.index_rows = rows.index_rows;
        given += set.size_bytes();
        open.write(std::move(set));
      }
    }
    open.finish();
    open.finish_compactions();
    if (!open.store->stop()) std::abort();
    const RocksStoreCounts counts = open.store->counts();
    state.counters["amplification"] =
        static_cast<double>(counts.table_bytes_written) / static_cast<double>(counts.written_bytes);
    state.counters["flushes"] = static_cast<double>(counts.flushes);
    state.SetBytesProcessed(static_cast<std::int64_t>(given));
  }
}
BENCHMARK(write_amplification)
    ->Args({1, 2048})
    ->Args({100, 2048})
    ->Args({10'000, 2048})
    ->Iterations(1)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace leat
