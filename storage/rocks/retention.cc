#include "storage/rocks/retention.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/mutex.h"
#include "storage/api/block_format.h"
#include "storage/api/index_row.h"
#include "storage/api/keys.h"

namespace leat::rocks {

namespace {

constexpr StreamSeq kNothingKept{~std::uint64_t{0}};

using Judge = bool (*)(const RetentionFloor& floors, std::string_view key, std::string_view value);

bool is_block_left(const RetentionFloor& floors, std::string_view key, std::string_view value) {
  const auto stream = keys::parse_block_stream(key);
  if (!stream) return false;
  const StreamFloor* floor = floors.of(*stream);
  if (floor == nullptr) return false;
  const StreamSeq last = last_sequence_of_block(value);
  return last && last < floor->first_kept;
}

bool is_index_row_left(const RetentionFloor& floors, std::string_view key, std::string_view value) {
  if (key.empty() || key.front() != keys::kIndexRowTable) return false;
  const auto stream = keys::parse_index_row_stream(key);
  if (!stream) return false;
  const StreamFloor* floor = floors.of(*stream);
  if (floor == nullptr) return false;
  const StreamSeq last = last_sequence_of_index_row(value);
  return last && last < floor->first_row_kept;
}

class ReclaimFilter : public rocksdb::CompactionFilter {
 public:
  ReclaimFilter(RetentionFloor floors, Judge is_left)
      : floors_(std::move(floors)), is_left_(is_left) {}

  const char* Name() const override { return "leat.reclaim"; }
  bool Filter(int, const rocksdb::Slice& key, const rocksdb::Slice& value, std::string*,
              bool*) const override {
    return is_left_(floors_, {key.data(), key.size()}, {value.data(), value.size()});
  }

 private:
  const RetentionFloor floors_;
  const Judge is_left_;
};

class ReclaimFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  ReclaimFilterFactory(const RetentionBook& book, Judge is_left) : book_(book), is_left_(is_left) {}

  const char* Name() const override { return "leat.reclaim"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<ReclaimFilter>(book_.copy(), is_left_);
  }

 private:
  const RetentionBook& book_;
  const Judge is_left_;
};

}  // namespace

void FlushBook::add(const WrittenGroup& written) {
  const MutexLock lock(mutex_);
  waiting_.push_back(written);
}

std::vector<WrittenGroup> FlushBook::complete(StoreTicket through) {
  std::vector<WrittenGroup> done;
  const MutexLock lock(mutex_);
  while (!waiting_.empty() && waiting_.front().ticket <= through) {
    done.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return done;
}

void RetentionBook::raise(const std::vector<WrittenGroup>& flushed) {
  const MutexLock lock(mutex_);
  for (const WrittenGroup& written : flushed) {
    if (written.group.is_deleted) {
      floors_[written.group.group] = {kNothingKept, kNothingKept};
      continue;
    }
    if (written.floor.first_kept <= StreamSeq(1)) continue;
    StreamFloor& floor = floors_[written.group.group];
    floor.first_kept = std::max(floor.first_kept, written.floor.first_kept);
    floor.first_row_kept = std::max(floor.first_row_kept, written.floor.first_row_kept);
  }
}

RetentionFloor RetentionBook::copy() const {
  const MutexLock lock(mutex_);
  return RetentionFloor(floors_);
}

StreamFloor RetentionBook::of(GroupId stream) const {
  const MutexLock lock(mutex_);
  const auto found = floors_.find(stream);
  return found == floors_.end() ? StreamFloor() : found->second;
}

std::shared_ptr<rocksdb::CompactionFilterFactory> block_reclaimer(const RetentionBook& book) {
  return std::make_shared<ReclaimFilterFactory>(book, &is_block_left);
}

std::shared_ptr<rocksdb::CompactionFilterFactory> index_row_reclaimer(const RetentionBook& book) {
  return std::make_shared<ReclaimFilterFactory>(book, &is_index_row_left);
}

}  // namespace leat::rocks
