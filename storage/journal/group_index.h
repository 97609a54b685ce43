#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/journal/scan.h"
#include "storage/journal/segment_ledger.h"

namespace leat::journal {

// Records of one group that stand together in one batch.
struct Run {
  std::uint64_t segment = 0;
  std::uint64_t batch = 0;
  std::uint64_t batch_offset = 0;
  std::uint64_t offset = 0;  // of the first record; others may stand between
  std::uint64_t end = 0;
  std::uint32_t ordinal = 0;  // of the first record
  LogIndex first;
  LogIndex last;
  bool is_cut = false;  // its end was taken back; what follows in the batch is another run
};

// What the scan learned of one group: the runs that are still its log, and where it must go on.
struct GroupLog {
  std::vector<Run> runs;  // ascending and disjoint
  std::optional<LogRecord> hard_state;
  std::uint64_t hard_state_segment = 0;
  std::uint64_t hard_state_batch = 0;
  std::vector<SuspectRange> suspects;
  LogOutline outline;            // its `next` is the index that connects
  std::uint64_t next_hash = 0;   // the previous hash that connects,
  bool is_hash_known = false;    // unless damage hides it
  std::size_t gaps_seen = 0;     // gaps before its last entry
  std::size_t gaps_at_vote = 0;  // gaps before its last hard state
};

// Builds the index of the journal from a scan: runs per batch and group, the newest hard states,
// and who is suspect. Used by recovery, on one thread.
//
// A batch with a bad record makes suspect the groups that its header names. A lost header names
// nobody: then every group is suspect whose next entry does not connect by index and previous
// hash, or that has no later entry.
//
// The header of a batch says whether more than one hard state of a group is in it, and not how
// many: one that was read in front of the damage may not be the newest then.
class GroupIndex : public ScanListener {
 public:
  void on_segment(const SegmentPlace& segment) override { lives_[segment.number] = segment.life; }
  void on_void_segment(std::uint64_t number) override { lives_[number] = 0; }
  void on_batch(const BatchHeader&) override {}
  void on_record(const RecordPlace& place, const RecordView& record) override;
  void on_damaged(const BadBatch& batch) override;
  void on_gap(const Gap& gap) override {
    gaps_.push_back(gap);
    is_damaged_ = true;
  }
  void on_torn(const BadBatch&) override {}
  void on_lost_end(const Gap&) override {}

  // After the scan: settles the gaps and gathers all suspect ranges, ascending by group.
  std::vector<SuspectRange> finish();

  // What each segment holds of whom, for trimming; after finish(). A suspect group holds all of the
  // log, which is what is left to repair it from, until its store has what is suspect or it is
  // deleted.
  std::vector<SegmentLedger::Segment> segments() const;

  // Where the log of each group begins and ends; after finish().
  std::vector<SegmentLedger::Outline> outlines() const;

  const std::map<GroupId, GroupLog>& groups() const { return groups_; }
  const std::optional<LogRecord>& witness() const { return witness_; }
  // Also where no group is suspect: the witness itself may be what is lost.
  bool is_damaged() const { return is_damaged_; }
  std::uint64_t life_of(std::uint64_t segment) const { return lives_.at(segment); }

 private:
  void add_entry(GroupLog& log, const RecordPlace& place, const RecordView& record);
  void add_truncate(GroupLog& log, const RecordPlace& place, const RecordView& record);
  void check_connection(GroupLog& log, const RecordView& record);
  void add_run(GroupLog& log, const RecordPlace& place, const RecordView& record);
  void settle_gaps(GroupId group, GroupLog& log);

  std::map<GroupId, GroupLog> groups_;
  std::optional<LogRecord> witness_;
  std::map<std::uint64_t, std::uint64_t> lives_;  // of all segments
  bool is_damaged_ = false;
  std::map<GroupId, LogIndex> suspect_lasts_;  // a flush beyond it proves that nothing is missing
  std::vector<Gap> gaps_;
};

}  // namespace leat::journal
