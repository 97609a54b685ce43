#include "streams/core/schedule_table.h"

#include "core/base/encoding.h"

namespace leat {

namespace {
constexpr std::uint8_t kTableVersion = 1;
}  // namespace

std::optional<WallNs> ScheduleTable::due(StreamSeq sequence) const {
  const auto found = by_sequence_.find(sequence);
  if (found == by_sequence_.end()) return std::nullopt;
  return found->second;
}

std::optional<WallNs> ScheduleTable::first_due() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

std::vector<DueSchedule> ScheduleTable::due_at(WallNs time, std::size_t count_max) const {
  std::vector<DueSchedule> found;
  for (const auto& [due, sequence] : by_due_) {
    if (due > time || found.size() == count_max) break;
    found.push_back({.sequence = sequence, .due = due});
  }
  return found;
}

void ScheduleTable::set(StreamSeq sequence, WallNs due) {
  erase(sequence);
  by_sequence_.emplace(sequence, due);
  by_due_.emplace(due, sequence);
  mark(sequence);
}

void ScheduleTable::erase(StreamSeq sequence) {
  const auto found = by_sequence_.find(sequence);
  if (found == by_sequence_.end()) return;
  by_due_.erase({found->second, sequence});
  by_sequence_.erase(found);
  mark(sequence);
}

void ScheduleTable::clear() {
  for (const auto& [sequence, due] : by_sequence_) mark(sequence);
  by_sequence_.clear();
  by_due_.clear();
}

std::set<std::uint64_t> ScheduleTable::take_dirty() { return std::exchange(dirty_, {}); }

void ScheduleTable::append_page(std::uint64_t page, std::string& out) const {
  const StreamSeq first(page * kPageSequences);
  auto next = by_sequence_.lower_bound(first);
  const auto end = by_sequence_.lower_bound(StreamSeq(first.value + kPageSequences));
  if (next == end) return;
  out += static_cast<char>(kTableVersion);
  for (; next != end; ++next) {
    encoding::append_varint(out, next->first.value - first.value);
    encoding::append_signed(out, next->second);
  }
}

Status ScheduleTable::load_page(std::uint64_t page, std::string_view value) {
  const Error corrupt{ErrorKind::kCorruption, "stream state: a page of schedules cannot be read"};
  encoding::Cursor in(value);
  if (in.byte() != kTableVersion) return tl::unexpected(corrupt);
  while (in.is_good() && !in.at_end()) {
    const std::uint64_t offset = in.varint();
    const WallNs due = in.signed_varint();
    if (!in.is_good() || offset >= kPageSequences) return tl::unexpected(corrupt);
    const StreamSeq sequence(page * kPageSequences + offset);
    if (!by_sequence_.emplace(sequence, due).second) return tl::unexpected(corrupt);
    by_due_.emplace(due, sequence);
  }
  if (!in.is_good()) return tl::unexpected(corrupt);
  return {};
}

}  // namespace leat
