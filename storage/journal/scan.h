#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/env/file.h"
#include "storage/journal/format.h"
#include "storage/journal/writer.h"

namespace leat::journal {

// A segment as the scan meets it.
struct SegmentPlace {
  std::uint64_t number = 0;
  std::uint64_t life = 0;
  std::uint64_t size_bytes = 0;
  bool is_header_lost = false;  // its life is then known from its batches
};

// Where one good record stands.
struct RecordPlace {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t batch = 0;
  std::uint64_t batch_offset = 0;
  std::uint32_t ordinal = 0;

  LogSpot spot() const { return {.segment = segment, .batch = batch, .ordinal = ordinal}; }
};

// Batches whose headers cannot be read: nobody knows whose records they held.
struct Gap {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  std::uint64_t first_missing = 0;  // batch numbers
  std::uint64_t next_number = 0;    // of the first batch that can be read again
};

// A batch with a good header, of which only the first records are good.
struct BadBatch {
  BatchHeader header;
  std::uint32_t good_records = 0;
};

// What a scan of the journal finds, in order: segment, batch, its good records, and the verdict on
// a bad one. The views end with the call.
class ScanListener {
 public:
  virtual ~ScanListener() = default;
  virtual void on_segment(const SegmentPlace& segment) = 0;
  // A file that never came to hold anything; it is kept and left alone.
  virtual void on_void_segment(std::uint64_t number) = 0;
  virtual void on_batch(const BatchHeader& header) = 0;
  virtual void on_record(const RecordPlace& place, const RecordView& record) = 0;
  // Corruption: something later proves that the batch was synced.
  virtual void on_damaged(const BadBatch& batch) = 0;
  virtual void on_gap(const Gap& gap) = 0;
  // A torn write: nothing says that it was synced. The log ends with its good records.
  virtual void on_torn(const BadBatch& batch) = 0;
  // The same, with the header torn: the log ends before it, though later batches, never known to
  // be synced either, can be read.
  virtual void on_lost_end(const Gap& gap) = 0;
};

// Reads the whole journal once. Fails only when a file cannot be read; damage is told to the
// listener. An absent directory is an empty journal.
Result<JournalEnd> scan_journal(FileSystem& files, const std::string& directory,
                                ScanListener& listener);

}  // namespace leat::journal
