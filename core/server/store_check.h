#pragma once

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>

#include "core/base/result.h"
#include "core/env/file.h"
#include "storage/api/log_store.h"
#include "storage/rocks/store_inspector.h"
#include "streams/core/stream_machine.h"
#include "streams/host/stored_state.h"
#include "streams/meta/meta_state.h"

namespace leat {

// How far a check has come, for whoever waits: in place on a terminal, else a line for each tenth.
class CheckProgress {
 public:
  enum class Form { kInPlace, kLines };
  CheckProgress(std::ostream& out, Form form) : out_(out), form_(form) {}

  void add_work(std::uint64_t size_bytes) { total_bytes_ += size_bytes; }
  void done(std::uint64_t size_bytes);
  void end();

 private:
  std::ostream& out_;
  Form form_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t done_bytes_ = 0;
  std::uint64_t shown_percent_ = 0;
};

// Looks at the store directory of a stopped server (the folder with `journal` and `db` in it):
// every checksum of journal, tables, state pages, index rows and blocks is verified, and what is
// there and what is lost is said by the names of streams. Changes nothing. Made for one check, on
// one thread.
class StoreCheck {
 public:
  struct Places {
    FileSystem& files;
    std::string directory;
    std::string stream{};  // its blocks are listed; empty: of none
  };
  StoreCheck(Places places, std::ostream& out, CheckProgress& progress);

  // Whether all is well. A failure is about the check, not about the store.
  Result<bool> run();

 private:
  // What was found of one stream.
  struct StreamFacts {
    LogIndex stored{};
    std::uint64_t blocks = 0;
    bool is_listed = false;
  };

  Status check_journal();
  Status check_database();
  void check_tables();
  Status read_streams();
  void check_stream(const MetaStream& stream);
  Status load(const MetaStream& stream, StreamMachine& machine, StreamFacts& facts);
  void check_block(const MetaStream& stream, const LoadedBlock& loaded, const StreamFacts& facts);
  void replay(const MetaStream& stream, StreamMachine& machine, const StreamFacts& facts);
  void name_strangers();
  void problem(const std::string& text);

  Places places_;
  std::ostream& out_;
  CheckProgress& progress_;
  std::unique_ptr<RecoveredLog> log_;
  std::unique_ptr<StoreInspector> store_;  // null: it cannot be read
  MetaState streams_;
  std::uint64_t problems_ = 0;
};

}  // namespace leat
