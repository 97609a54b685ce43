#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/env/file.h"
#include "storage/api/log_store.h"
#include "storage/journal/format.h"
#include "storage/journal/segment_ledger.h"

namespace leat::journal {

// Reads entries of one group back from segment files, also from the one that is being written. It
// has no thread of its own: the journal's reading thread uses it, or the simulator.
//
// A plan says in which segments the entries stand, not where in them: batch headers name their
// groups, so that other batches are passed over unread. Where a read ended is remembered for the
// next one, so that whoever reads on does not pass over the same batches again.
class EntryReader {
 public:
  EntryReader(FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  // The entries from plan.from on, in order and without a gap, as many as fit into about `bytes`;
  // the first one always, where the plan has any. Checksums are verified, and that each entry
  // connects to the one before it.
  // kNotFound: the first one has left the journal since the plan was made. kCorruption: it cannot
  // be read, or does not connect; the text names all entries of the range. What stands in front of
  // damage is answered without a word of it.
  Result<std::vector<LogRecord>> read(const ReadPlan& plan, std::size_t bytes);

 private:
  // No entry from `next` on stands before this batch; none: not used.
  struct Hint {
    GroupId group;
    LogIndex next;
    std::uint64_t segment = 0;
    std::uint64_t offset = 0;
  };

  class Pass;
  std::optional<Hint> find_hint(const ReadPlan& plan) const;
  void remember(const Hint& hint);

  FileSystem& files_;
  std::string directory_;
  std::array<Hint, 64> hints_{};  // by age, round
  std::size_t next_hint_ = 0;
};

}  // namespace leat::journal
