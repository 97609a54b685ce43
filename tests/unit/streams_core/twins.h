#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <set>

#include "storage/memory/memory_spill_store.h"
#include "streams/core/index_budget.h"
#include "streams/core/stream_machine.h"
#include "tests/unit/streams_core/store_twin.h"

namespace leat::testing {

// Two machines that get the same entries, of which one is now and then loaded from its pages, and
// spills its index whenever nobody looks.
class Twins {
 public:
  explicit Twins(std::size_t index_bytes_max = 0)
      : budget_(spilled_, index_bytes_max, [](IndexBudget&) {}) {}

  void apply(const Bytes& entry) {
    ++index_;
    effects_.clear();
    while (first.apply(index_, entry, effects_) == ApplyProgress::kMore) {
    }
    store_.take(effects_);
    StreamEffects other;
    while (second.apply(index_, entry, other) == ApplyProgress::kMore) budget_.settle();
    budget_.settle();
    ASSERT_EQ(first.state_hash(), second.state_hash());
    for (const RemovalEffect& removal : effects_.removals) {
      for (StreamSeq seq = removal.first; seq <= removal.last; ++seq) {
        // A whole purge names a range of which parts had left before.
        if (removal.reason == RemovalReason::kPurge) continue;
        ASSERT_TRUE(removed_.insert(seq).second) << seq << " left twice";
      }
    }
  }
  void restart() {
    store_.write(second);
    second = store_.load(budget_);
    budget_.settle();
    ASSERT_EQ(describe(first), describe(second));
    budget_.settle();
  }
  const StreamEffects& effects() const { return effects_; }

  const IndexBudget& budget() const { return budget_; }
  void settle() { budget_.settle(); }

 private:
  MemorySpillStore spilled_;
  IndexBudget budget_;

 public:
  StreamMachine first;
  StreamMachine second{&budget_};

 private:
  StreamEffects effects_;
  StoreTwin store_;
  LogIndex index_{65'000};  // the state itself goes into the hash on the way
  std::set<StreamSeq> removed_;
};

}  // namespace leat::testing
