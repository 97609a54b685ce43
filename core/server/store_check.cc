#include "core/server/store_check.h"

#include <set>
#include <utility>
#include <vector>

#include "proto/record/meta_entry.h"
#include "storage/api/block_format.h"
#include "storage/journal/inspect.h"
#include "storage/journal/recovery.h"

namespace leat {

namespace {

constexpr std::uint64_t kPercentOfALine = 10;

std::string range_text(StreamSeq first, StreamSeq last) {
  return "messages " + std::to_string(first.value) + " to " + std::to_string(last.value);
}

}  // namespace

void CheckProgress::done(std::uint64_t size_bytes) {
  done_bytes_ += size_bytes;
  if (total_bytes_ == 0) return;
  const std::uint64_t percent = done_bytes_ * 100 / total_bytes_;
  const std::uint64_t step = form_ == Form::kInPlace ? 1 : kPercentOfALine;
  if (percent < shown_percent_ + step) return;
  shown_percent_ = percent;
  out_ << (form_ == Form::kInPlace ? "\r" : "") << "checked " << percent << " %"
       << (form_ == Form::kInPlace ? "" : "\n") << std::flush;
}

void CheckProgress::end() {
  if (form_ == Form::kInPlace && shown_percent_ > 0) out_ << "\n";
}

StoreCheck::StoreCheck(Places places, std::ostream& out, CheckProgress& progress)
    : places_(std::move(places)), out_(out), progress_(progress) {}

void StoreCheck::problem(const std::string& text) {
  ++problems_;
  out_ << "DAMAGED " << text << "\n";
}

Result<bool> StoreCheck::run() {
  out_ << "store " << places_.directory << "\n";
  LEAT_TRY_ASSIGN(const std::vector<std::string> names, places_.files.list(places_.directory));
  for (const std::string& name : names) {
    if (name != "journal" && name != "db" && name != "lock" && name != "spill") {
      out_ << "note: " << name << " is not of this store; it is left alone\n";
    }
  }
  LEAT_TRY(check_journal());
  LEAT_TRY(check_database());
  if (store_ != nullptr) {
    if (const Status read = read_streams(); !read)
      problem("the list of streams: " + read.error().text);
    streams_.for_each([this](const MetaStream& stream) { check_stream(stream); });
    name_strangers();
  }
  progress_.end();
  out_ << "verdict: " << (problems_ == 0 ? "healthy" : "DAMAGED") << ", " << streams_.stream_count()
       << " streams, " << problems_ << " problems\n";
  return problems_ == 0;
}

Status StoreCheck::check_journal() {
  const std::string directory = places_.directory + "/journal";
  if (!places_.files.exists(directory)) {
    problem("there is no journal: what was acknowledged last is in it alone");
  } else {
    LEAT_TRY_ASSIGN(const bool is_whole,
                    inspect_journal(places_.files, directory, JournalDetail::kSegments, out_));
    if (!is_whole) ++problems_;
  }
  LEAT_TRY_ASSIGN(journal::Recovered recovered, journal::recover(places_.files, directory));
  log_ = std::move(recovered.log);
  return {};
}

Status StoreCheck::check_database() {
  auto opened = inspect_rocks_store(places_.directory + "/db");
  if (!opened) {
    problem("the database cannot be read: " + opened.error().text);
    return {};
  }
  store_ = std::move(*opened);
  LEAT_TRY_ASSIGN(const journal::Recovered found,
                  journal::recover(places_.files, places_.directory + "/journal"));
  const Status whole = journal::check_whole(found, store_->rows().last_ticket());
  if (!whole) problem(whole.error().text);
  check_tables();
  return {};
}

void StoreCheck::check_tables() {
  const std::vector<StoreInspector::Table> tables = store_->tables();
  std::uint64_t size_bytes = 0;
  for (const StoreInspector::Table& table : tables) size_bytes += table.size_bytes;
  progress_.add_work(2 * size_bytes);  // once as tables, once as blocks
  for (const StoreInspector::Table& table : tables) {
    if (const Status read = store_->verify(table); !read) {
      problem("table " + table.name + ": " + read.error().text);
    }
    progress_.done(table.size_bytes);
  }
  out_ << "database: " << tables.size() << " tables, " << size_bytes << " bytes\n";
}

Status StoreCheck::read_streams() {
  LEAT_TRY(store_->rows().scan_meta_rows([this](std::string_view key, std::string_view value) {
    return streams_.load_row(key, value);
  }));
  LEAT_TRY_ASSIGN(const std::optional<StoredRow> stored, store_->rows().stored_row(kMetaGroup));
  const LogIndex from = stored ? stored->stored.next() : LogIndex(1);
  return log_->replay(kMetaGroup, from, [this](const LogRecord& entry) -> Status {
    if (entry.payload.empty()) return {};  // of a new term
    LEAT_TRY_ASSIGN(const MetaEntry decoded, decode_meta_entry(entry.payload.view()));
    streams_.apply(decoded);
    return {};
  });
}

void StoreCheck::check_stream(const MetaStream& stream) {
  StreamMachine machine;
  StreamFacts facts;
  facts.is_listed = stream.config.name == places_.stream;
  if (stream.config.storage == StorageType::kMemory) {
    out_ << "stream " << stream.config.name << " of account " << stream.account
         << ": in memory, begins empty\n";
    return;
  }
  const std::uint64_t problems_before = problems_;
  if (const Status loaded = load(stream, machine, facts); !loaded) {
    return problem("stream " + stream.config.name +
                   ": all of it is offline: " + loaded.error().text);
  }
  replay(stream, machine, facts);
  out_ << "stream " << stream.config.name << " of account " << stream.account << ": "
       << machine.message_count() << " messages, " << machine.first_sequence() << " to "
       << machine.last_sequence() << ", " << facts.blocks << " blocks, " << machine.consumer_count()
       << " consumers, uid " << stream.uid << ", stored through entry " << facts.stored
       << (problems_ == problems_before ? "" : ": DAMAGED") << "\n";
}

Status StoreCheck::load(const MetaStream& stream, StreamMachine& machine, StreamFacts& facts) {
  RecoveredStore& rows = store_->rows();
  LEAT_TRY_ASSIGN(const std::optional<StoredRow> stored, rows.stored_row(stream.uid));
  if (!stored) return {};
  facts.stored = stored->stored;
  return load_stored_state(rows, stream.uid, machine, [&](const LoadedBlock& block) {
    using Row = LoadedBlock::Row;
    // Rows outlive their blocks, for the message ids in them.
    if (block.live_count == 0) return;
    ++facts.blocks;
    if (block.row == Row::kRebuilt) {
      problem("stream " + stream.config.name + ": the index row of block " +
              std::to_string(block.first.value) +
              " is lost, the block is there: " + block.why.text);
    }
    check_block(stream, block, facts);
  });
}

void StoreCheck::check_block(const MetaStream& stream, const LoadedBlock& loaded,
                             const StreamFacts& facts) {
  const Result<Bytes> value = store_->rows().read_block(stream.uid, loaded.first);
  const Result<BlockReader> block =
      value ? BlockReader::open(*value) : Result<BlockReader>(tl::unexpected(Error(value.error())));
  progress_.done(value ? value->size() : 0);
  if (!block) {
    problem("stream " + stream.config.name + ": " + range_text(loaded.first, loaded.last) +
            " are lost: " + block.error().text);
  } else if (facts.is_listed) {
    out_ << "  block " << loaded.first << " to " << loaded.last << "  " << block->message_count()
         << " messages  " << value->size() << " bytes  " << loaded.subject_count << " subjects  "
         << loaded.id_count << " message ids\n";
  }
}

// What the journal holds beyond the store, up to the first damage.
void StoreCheck::replay(const MetaStream& stream, StreamMachine& machine,
                        const StreamFacts& facts) {
  LogIndex expected = facts.stored.next();
  std::string gap;
  const Status replayed = log_->replay(stream.uid, expected, [&](const LogRecord& entry) -> Status {
    if (entry.index != expected) return failure(ErrorKind::kCorruption, "a gap");
    expected = expected.next();
    if (entry.payload.empty()) return {};
    LEAT_TRY(check_entry(entry.payload.view()));
    StreamEffects effects;
    while (machine.apply(entry.index, entry.payload, effects) == ApplyProgress::kMore) {
      effects.clear();
    }
    return {};
  });
  for (const SuspectRange& range : log_->suspect_ranges()) {
    if (range.group == stream.uid && !(range.last && range.last <= facts.stored))
      gap = range.reason;
  }
  if (replayed && gap.empty()) return;
  problem("stream " + stream.config.name + ": messages behind " +
          std::to_string(machine.last_sequence().value) + " are lost, from journal entry " +
          std::to_string(expected.value) + " on: " + (gap.empty() ? replayed.error().text : gap));
}

void StoreCheck::name_strangers() {
  std::set<GroupId> known = {kMetaGroup};
  streams_.for_each([&known](const MetaStream& stream) { known.insert(stream.uid); });
  const auto deleted = store_->rows().deleted_groups();
  if (deleted) known.insert(deleted->begin(), deleted->end());
  const auto stored = store_->rows().groups();
  std::set<GroupId> there;
  if (stored) there.insert(stored->begin(), stored->end());
  for (const GroupId group : log_->groups()) there.insert(group);
  for (const GroupId group : there) {
    if (known.contains(group) || group < streams_.next_uid()) continue;
    problem("uid " + std::to_string(group.value) +
            ": data of a stream that no account has; it is kept and not used");
  }
}

}  // namespace leat
