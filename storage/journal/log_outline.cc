#include "storage/journal/log_outline.h"

#include <algorithm>

namespace leat::journal {

void LogOutline::add_entries(LogIndex first, LogIndex last, LogSpot at) {
  // Right before the first of them.
  if (next_ && first < next_) take_back(first, at);
  next_ = last.next();
}

void LogOutline::pass_damage(LogIndex next, LogSpot at) {
  if (next_ && next < next_) take_back(next, at);
  next_ = next;
}

bool LogOutline::truncate(LogIndex index, LogSpot at) {
  const bool is_restart = !next_ || index > next_;
  if (is_restart) restarted_at_ = index;
  if (is_restart || index < next_) take_back(is_restart ? LogIndex(1) : index, at);
  next_ = index;
  return is_restart;
}

void LogOutline::take_back(LogIndex void_from, LogSpot at) {
  // Where the entries before a truncation are trimmed, recovery cannot tell it from a restart. A
  // later truncation in front of it can: nothing goes back behind a snapshot.
  if (restarted_at_ > void_from && void_from > LogIndex(1)) restarted_at_ = void_from;
  while (!truncations_.empty() && truncations_.back().void_from >= void_from) {
    truncations_.pop_back();
  }
  truncations_.push_back({at, void_from});
}

bool LogOutline::is_void(LogIndex index, LogSpot at) const {
  const auto later = std::find_if(truncations_.begin(), truncations_.end(),
                                  [&](const Truncation& cut) { return cut.at > at; });
  return later != truncations_.end() && index >= later->void_from;
}

LogIndex LogOutline::last_live(LogIndex last, std::uint64_t segment) const {
  for (const Truncation& cut : truncations_) {
    if (cut.at.segment > segment) return std::min(last, cut.void_from.previous());
  }
  return last;
}

void LogOutline::forget_before(std::uint64_t segment) {
  std::erase_if(truncations_, [&](const Truncation& cut) { return cut.at.segment < segment; });
}

}  // namespace leat::journal
