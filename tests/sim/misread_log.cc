#include "tests/sim/misread_log.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "storage/journal/format.h"

namespace leat::sim {

namespace {

// Another log behind a wrong judgement.
class MisreadLog : public RecoveredLog {
 public:
  explicit MisreadLog(std::unique_ptr<RecoveredLog> log) : log_(std::move(log)) {}

  std::vector<GroupId> groups() const override { return log_->groups(); }
  LogBounds bounds(GroupId group) const override { return log_->bounds(group); }
  std::optional<LogRecord> hard_state(GroupId group) const override {
    return log_->hard_state(group);
  }
  std::optional<LogRecord> witness() const override { return log_->witness(); }
  Status replay(GroupId group, LogIndex from, const Visitor& visit) const override {
    return log_->replay(group, from, visit);
  }
  const std::vector<SuspectRange>& suspect_ranges() const override { return suspects_; }

 protected:
  const std::unique_ptr<RecoveredLog> log_;
  std::vector<SuspectRange> suspects_;
};

class TornAsCorruption final : public MisreadLog {
 public:
  explicit TornAsCorruption(std::unique_ptr<RecoveredLog> log) : MisreadLog(std::move(log)) {
    suspects_ = log_->suspect_ranges();
    for (const GroupId group : log_->groups()) {
      suspects_.push_back(
          {.group = group, .first = log_->bounds(group).last.next(), .reason = "torn"});
    }
  }
};

// Each damaged group ends before its damage, and nobody hears of it.
class CorruptionAsTorn final : public MisreadLog {
 public:
  using MisreadLog::MisreadLog;

  LogBounds bounds(GroupId group) const override {
    LogBounds all = log_->bounds(group);
    const LogIndex end = end_of(group);
    if (!end || all.last < end) return all;
    if (all.first >= end) return {};
    all.last = end.previous();
    return all;
  }
  Status replay(GroupId group, LogIndex from, const Visitor& visit) const override {
    const LogIndex end = end_of(group);
    return log_->replay(group, from, [end, &visit](const LogRecord& entry) -> Status {
      return end && entry.index >= end ? Status() : visit(entry);
    });
  }

 private:
  LogIndex end_of(GroupId group) const {
    for (const SuspectRange& range : log_->suspect_ranges()) {
      if (range.group == group && range.first) return range.first;
    }
    return {};
  }
};

// Whether anything stands behind the end of the log.
Result<bool> is_torn(SimDisk& disk, const std::string& directory, const journal::JournalEnd& end) {
  if (end.last_segment == 0) return false;
  const std::string path = directory + "/" + journal::segment_name(end.last_segment);
  LEAT_TRY_ASSIGN(const std::unique_ptr<File> file, disk.open(path, OpenMode::kReadOnly));
  LEAT_TRY_ASSIGN(const std::uint64_t size, file->size());
  if (size <= end.last_end) return false;
  std::vector<char> rest(size - end.last_end);
  LEAT_TRY_ASSIGN(const std::size_t read, file->read_at(end.last_end, rest));
  return std::any_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(read),
                     [](char byte) { return byte != 0; });
}

}  // namespace

Status misread(const Bugs& bugs, SimDisk& disk, const std::string& directory,
               journal::Recovered& found) {
  if (bugs.torn_as_corruption) {
    LEAT_TRY_ASSIGN(const bool torn, is_torn(disk, directory, found.end));
    if (torn) found.log = std::make_unique<TornAsCorruption>(std::move(found.log));
  }
  if (bugs.corruption_as_torn && !found.log->suspect_ranges().empty()) {
    found.log = std::make_unique<CorruptionAsTorn>(std::move(found.log));
  }
  return {};
}

}  // namespace leat::sim
