#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/env/scheduler.h"
#include "storage/api/log_store.h"

namespace leat::testing {

// A log whose disk syncs when the test says so (or by itself, once sync_by_itself was called) and
// loses the rest in a crash. What is on the disk is found again by the next owner.
class SteppedLog : public LogStore, public RecoveredLog {
 public:
  void set_listener(LogListener& listener) override { listener_ = &listener; }
  LogTicket append(LogRecord record) override {
    gathered_.push_back(std::move(record));
    return LogTicket(++appended_);
  }
  void flush() override {
    ++flushes;
    for (LogRecord& record : gathered_) flushed_.push_back(std::move(record));
    gathered_.clear();
    if (scheduler_ != nullptr && !flushed_.empty()) {
      scheduler_->post([this] { sync(); });
    }
  }
  // Answered by the test, with what was appended.
  void read(GroupId group, LogIndex from, std::size_t bytes, LogReadCallback callback) override {
    reads.push_back({group, from, bytes, std::move(callback)});
  }
  std::size_t pending_bytes() const override { return pending; }
  DiskRoom room() const override { return disk_room; }

  void sync() {
    if (flushed_.empty()) return;
    for (LogRecord& record : flushed_) disk.push_back(std::move(record));
    flushed_.clear();
    listener_->durable_through(LogTicket(appended_ - gathered_.size()));
  }
  // Null: the test syncs.
  void sync_by_itself(Scheduler* scheduler) { scheduler_ = scheduler; }
  // What was not synced is gone, and so is who listened.
  void crash() {
    gathered_.clear();
    flushed_.clear();
    appended_ = 0;
    listener_ = nullptr;
  }

  std::vector<GroupId> groups() const override {
    std::set<GroupId> groups;
    for (const LogRecord& record : disk) groups.insert(record.group);
    return {groups.begin(), groups.end()};
  }
  LogBounds bounds(GroupId) const override { return {}; }
  std::optional<LogRecord> hard_state(GroupId group) const override {
    std::optional<LogRecord> newest;
    for (const LogRecord& record : disk) {
      if (record.group == group && record.kind == RecordKind::kHardState) newest = record;
    }
    return newest;
  }
  std::optional<LogRecord> witness() const override { return {}; }
  Status replay(GroupId group, LogIndex from, const Visitor& visit) const override {
    std::map<LogIndex, const LogRecord*> entries;
    for (const LogRecord& record : disk) {
      if (record.group != group) continue;
      if (record.kind == RecordKind::kTruncate) {
        entries.erase(entries.lower_bound(record.index), entries.end());
      } else if (record.kind == RecordKind::kEntry) {
        entries[record.index] = &record;
      }
    }
    for (auto entry = entries.lower_bound(from); entry != entries.end(); ++entry) {
      LEAT_TRY(visit(*entry->second));
    }
    return {};
  }
  const std::vector<SuspectRange>& suspect_ranges() const override { return suspects; }

  struct Read {
    GroupId group;
    LogIndex from;
    std::size_t bytes = 0;
    LogReadCallback callback;
  };
  std::vector<Read> reads;
  std::vector<LogRecord> disk;
  std::vector<SuspectRange> suspects;
  std::size_t pending = 0;
  DiskRoom disk_room = DiskRoom::kEnough;
  int flushes = 0;

 private:
  LogListener* listener_ = nullptr;
  Scheduler* scheduler_ = nullptr;
  std::vector<LogRecord> gathered_;
  std::vector<LogRecord> flushed_;
  std::uint64_t appended_ = 0;
};

}  // namespace leat::testing
