#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/env/file.h"
#include "storage/journal/batch_encoder.h"
#include "storage/journal/segment_ledger.h"

namespace leat::journal {

// Where a recovered journal ended, and a new segment begins.
struct JournalEnd {
  std::uint64_t next_segment = 1;  // above every file that is there
  std::uint64_t last_segment = 0;  // the last one with valid content; 0 in an empty directory
  std::uint64_t last_end = 0;      // its valid content ends here; what follows is void
  std::uint64_t next_batch = 1;
  std::uint64_t first_segment = 0;  // the oldest file that is there; 0 in an empty directory
  bool is_damaged = false;          // something in it that was synced cannot be read
  std::vector<SegmentLedger::Segment> segments{};  // ascending
  std::vector<SegmentLedger::Outline> outlines{};  // of the groups in it
};

struct WriterOptions {
  std::string directory;
  std::uint64_t segment_bytes = limits::kJournalSegmentBytes;
  std::uint64_t horizon_bytes = limits::kJournalHorizonBytes;
  std::function<std::uint64_t()> random;  // life ids
};

// Appends batches to the journal, without a thread of its own: the sync thread drives it, or the
// simulator on its disk. Every start begins a new segment, and with it a new life, so that a torn
// end is never overwritten and never followed by a batch of its own life.
//
//   write -> write -> sync   the batches written since the last sync become durable together
//
// After a failure the writer must not be used again: the process stops. Only kNoSpace is none: room
// for a batch is made before it is written, so that nothing has happened then, and the same call
// may be made again.
class Writer {
 public:
  // Makes the recovered end durable, then begins a segment behind it.
  static Result<std::unique_ptr<Writer>> open(FileSystem& files, WriterOptions options,
                                              const JournalEnd& end);

  // Writes one batch in one write, rolling to a new segment (which syncs) when this one is full.
  Status write(std::span<const LogRecord> records);
  // What was written is durable after it.
  Status sync();
  // When nothing is waiting: an unsynced empty batch says what the last sync covered, so that the
  // last batch can be judged, too. Nothing when it was said already.
  Status mark_idle();

  // The store has flushed these; segments may leave by trim() then.
  void flushed(std::span<const FlushedGroup> groups, StoreTicket through);
  // Drops the oldest segments that nobody needs: first a witness of what the store has flushed is
  // made durable, then one file after the other goes, or waits to be used again.
  Status trim();
  // Above the horizon: groups that hold back the oldest segment and were not named before, at most
  // limits::kHoldersAskedAtOnce.
  std::vector<GroupId> take_holders();

  // Two segments above the horizon and more: who holds the oldest one does not do what it was
  // asked.
  bool is_overdue() const;
  GroupId holder() const { return ledger_.holder(); }

  // Where entries of a group stand that were written (SegmentLedger::locate).
  Result<ReadPlan> locate(GroupId group, LogIndex from) const {
    return ledger_.locate(group, from);
  }

  // An idle mark alone needs no sync.
  bool has_unsynced() const { return last_with_records_ > durable_through_; }
  std::uint64_t segment() const { return segment_.number; }
  // How often the journal took new room from the disk.
  std::uint64_t fills() const { return fills_; }
  // What the disk has left.
  Result<std::uint64_t> free_bytes() { return files_.free_bytes(options_.directory); }

 private:
  Writer(FileSystem& files, WriterOptions options);
  Status begin_segment(const SegmentHeader& header);
  Result<std::unique_ptr<File>> open_segment(const std::string& path);
  Status find_spares();
  Status put_away(std::uint64_t segment);
  void note_written(std::span<const LogRecord> records, std::uint64_t begin);
  std::string path_of(const std::string& name) const { return options_.directory + "/" + name; }
  Status write_batch(std::span<const LogRecord> records);
  Status roll();
  Status fill_up_to(std::uint64_t end);

  FileSystem& files_;
  WriterOptions options_;
  BatchEncoder encoder_;
  SegmentLedger ledger_;
  StoreTicket flushed_through_;
  std::vector<std::string> spares_;    // paths of segments that left
  std::deque<std::uint64_t> leaving_;  // nobody needs them, and their files are still there
  SegmentHeader segment_;
  std::unique_ptr<File> file_;
  std::uint64_t position_ = 0;  // of the next batch
  std::uint64_t filled_ = 0;    // the file has this many bytes
  std::uint64_t next_batch_ = 1;
  std::uint64_t durable_through_ = 0;
  std::uint64_t announced_ = 0;               // durable_through of the last batch written
  std::uint64_t last_with_records_ = 0;       // number of the last batch that is not an idle mark
  std::uint32_t last_count_ = kUnknownCount;  // records of the last batch
  std::uint64_t fills_ = 0;
};

}  // namespace leat::journal
