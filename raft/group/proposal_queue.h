#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/ids.h"
#include "core/base/ring.h"
#include "raft/core/entry.h"

namespace leat {

// What became of something that was proposed. Whoever waits hears exactly one of these.
enum class Fate : std::uint8_t {
  kApplied,
  kRefused,      // never proposed: this member does not lead
  kOverwritten,  // another leader's entry stands in its place
  kPassed,       // a snapshot took the place of its entry; whether it was applied is not known
  kStopped,      // its owner is gone from this server; it may still be applied elsewhere
};

// Whoever waits for what this member has proposed, in the order of the log. Belongs to the state
// machine and not to its leadership: a follower, too, tells what became of a proposal. Used on the
// group's shard.
//
// Holds between calls: a waiter is here until its fate is known. Each visitor is called as
// visit(Waiter, Fate), after its waiter has left the queue, and may add new ones.
template <typename Waiter>
class ProposalQueue {
 public:
  // `place` is never before that of an earlier call in the same or a higher term.
  void add(const Proposal& place, Waiter waiter) { queue_.push_back({place, std::move(waiter)}); }
  bool empty() const { return queue_.empty(); }

  // What stands at `place` is applied here (a no-op: passed). Terms never descend in a log, so that
  // whatever waits in an earlier term for this index, or one behind it, is overwritten.
  template <typename Visit>
  void reached(const Proposal& place, Visit&& visit) {
    while (!queue_.empty()) {
      const Proposal& next = queue_.front().place;
      const bool is_applied = next == place;
      if (!is_applied && next.index > place.index && next.term >= place.term) return;
      Waiter waiter = std::move(queue_.pop_front().waiter);
      visit(std::move(waiter), is_applied ? Fate::kApplied : Fate::kOverwritten);
    }
  }
  // A snapshot stands for everything up to `last`.
  template <typename Visit>
  void passed(LogIndex last, Visit&& visit) {
    while (!queue_.empty() && queue_.front().place.index <= last) {
      Waiter waiter = std::move(queue_.pop_front().waiter);
      visit(std::move(waiter), Fate::kPassed);
    }
  }
  // Nothing was proposed behind `last`: who waits for it hears kRefused, the newest first.
  template <typename Visit>
  void refused_behind(LogIndex last, Visit&& visit) {
    while (!queue_.empty() && queue_.back().place.index > last) {
      Waiter waiter = std::move(queue_.back().waiter);
      queue_.pop_back();
      visit(std::move(waiter), Fate::kRefused);
    }
  }
  // The owner goes: all who wait now hear kStopped.
  template <typename Visit>
  void stop(Visit&& visit) {
    for (std::size_t left = queue_.size(); left > 0; --left) {
      Waiter waiter = std::move(queue_.pop_front().waiter);
      visit(std::move(waiter), Fate::kStopped);
    }
  }

 private:
  struct Waiting {
    Proposal place;
    Waiter waiter;
  };
  Ring<Waiting> queue_;
};

}  // namespace leat
