#include "storage/journal/inspect.h"

#include <ios>

#include "storage/journal/group_index.h"
#include "storage/journal/scan.h"

namespace leat {

namespace {

using namespace journal;  // NOLINT: this file speaks of nothing else

const char* name_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::kEntry:
      return "entry";
    case RecordKind::kHardState:
      return "hard state";
    case RecordKind::kTruncate:
      return "truncate";
    case RecordKind::kWitness:
      return "witness";
  }
  return "?";
}

// Prints each finding of a scan, and lets the index judge it as recovery would.
class Printer : public ScanListener {
 public:
  Printer(JournalDetail detail, std::ostream& out)
      : is_detailed_(detail == JournalDetail::kRecords), out_(out) {}

  void on_segment(const SegmentPlace& segment) override {
    index_.on_segment(segment);
    out_ << "segment " << segment.number << "  " << segment_name(segment.number) << "  life "
         << std::hex << segment.life << std::dec << "  read " << segment.size_bytes << " bytes"
         << (segment.is_header_lost ? "  HEADER LOST" : "") << "\n";
  }
  void on_void_segment(std::uint64_t number) override {
    out_ << "segment " << number << "  " << segment_name(number) << "  void: never held anything\n";
  }
  void on_batch(const BatchHeader& header) override {
    index_.on_batch(header);
    ++batch_count_;
    if (!is_detailed_) return;
    out_ << "  batch " << header.number << "  at " << header.offset << "  durable through "
         << header.durable_through << "  records " << header.record_count << "  bytes "
         << header.record_bytes << (header.record_count == 0 ? "  (idle mark)" : "") << "\n";
  }
  void on_record(const RecordPlace& place, const RecordView& record) override {
    index_.on_record(place, record);
    ++record_count_;
    if (!is_detailed_) return;
    out_ << "    " << name_of(record.kind) << "  group " << record.group << "  index "
         << record.index << "  term " << record.term << "  payload " << record.payload.size()
         << "  previous hash " << std::hex << record.previous_hash << std::dec
         << (record.kind == RecordKind::kTruncate ? "  (entries from here on are void)" : "")
         << "\n";
  }
  void on_damaged(const BadBatch& batch) override {
    index_.on_damaged(batch);
    print_bad("CORRUPTION", batch);
  }
  void on_torn(const BadBatch& batch) override {
    index_.on_torn(batch);
    print_bad("torn write: the log ends here", batch);
  }
  void on_lost_end(const Gap& gap) override {
    out_ << "  the log ends at " << gap.offset << ": batches from " << gap.first_missing
         << " on were never known to be synced\n";
  }
  void on_gap(const Gap& gap) override {
    index_.on_gap(gap);
    out_ << "  CORRUPTION at " << gap.offset << ": batches " << gap.first_missing << " to "
         << gap.next_number - 1 << " cannot be read\n";
  }

  // Whether all is well.
  bool finish(const JournalEnd& end) {
    const std::vector<SuspectRange> suspects = index_.finish();
    for (const auto& [group, log] : index_.groups()) {
      if (!is_detailed_) break;
      out_ << "group " << group;
      if (!log.runs.empty()) {
        out_ << "  entries " << log.runs.front().first << " to " << log.runs.back().last
             << "  in runs " << log.runs.size();
      }
      if (log.outline.restarted_at()) {
        out_ << "  begins at " << log.outline.restarted_at();
      }
      if (log.hard_state) out_ << "  hard state of term " << log.hard_state->term;
      out_ << "\n";
    }
    for (const SuspectRange& range : suspects) out_ << "SUSPECT " << suspect_text(range) << "\n";
    const bool is_healthy = suspects.empty() && !index_.is_damaged();
    out_ << (is_detailed_ ? "verdict: " : "journal: ") << (is_healthy ? "healthy" : "DAMAGED")
         << ", " << batch_count_ << " batches, " << record_count_ << " records, next batch "
         << end.next_batch << "\n";
    return is_healthy;
  }

 private:
  void print_bad(const char* verdict, const BadBatch& batch) {
    out_ << "    " << verdict << " after " << batch.good_records << " of "
         << batch.header.record_count << " records; it names groups";
    for (const GroupMark& mark : batch.header.groups) {
      out_ << " " << mark.group << " (to " << mark.last << ")";
    }
    out_ << "\n";
  }

  const bool is_detailed_;
  std::ostream& out_;
  GroupIndex index_;
  std::uint64_t batch_count_ = 0;
  std::uint64_t record_count_ = 0;
};

}  // namespace

Result<bool> inspect_journal(FileSystem& files, const std::string& directory, JournalDetail detail,
                             std::ostream& out) {
  if (!files.exists(directory)) {
    return failure(ErrorKind::kNotFound, "no journal directory " + directory);
  }
  Printer printer(detail, out);
  LEAT_TRY_ASSIGN(const JournalEnd end, scan_journal(files, directory, printer));
  return printer.finish(end);
}

}  // namespace leat
