// Wrong would be: a timer that fires early, twice, after it was cancelled, or out of order.
#include "core/runtime/timer_heap.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace leat {
namespace {

TEST(TimerHeap, EqualMomentsFireInOrderOfAdding) {
  TimerHeap timers;
  std::string fired;
  for (const char name : std::string("abc")) timers.add(10, [&fired, name] { fired += name; });
  timers.add(5, [&fired] { fired += 'x'; });
  EXPECT_EQ(timers.next_ns(), 5);
  EXPECT_FALSE(timers.take_due(4));
  while (Task due = timers.take_due(10)) due();
  EXPECT_EQ(fired, "xabc");
  EXPECT_EQ(timers.next_ns(), TimerHeap::kNever);
}

TEST(TimerHeap, ACancelledTimerIsGoneAndItsIdIsNotReused) {
  TimerHeap timers;
  int fired = 0;
  const TimerId first = timers.add(1, [&fired] { fired += 1; });
  timers.cancel(first);
  EXPECT_EQ(timers.next_ns(), TimerHeap::kNever);
  const TimerId second = timers.add(1, [&fired] { fired += 10; });
  EXPECT_NE(first, second);
  timers.cancel(first);  // stale: must not touch the timer that took the slot
  timers.cancel(TimerId());
  while (Task due = timers.take_due(1)) due();
  EXPECT_EQ(fired, 10);
  timers.cancel(second);
  EXPECT_EQ(timers.size(), 0U);
}

TEST(TimerHeap, AgreesWithAnOrderedMap) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  TimerHeap timers;
  std::map<std::pair<SteadyNs, int>, TimerId> model;
  std::vector<int> fired;
  std::vector<int> expected;
  for (int step = 0; step < 20'000; ++step) {
    const auto choice = random() % 10;
    if (choice < 6) {
      const auto when = static_cast<SteadyNs>(random() % 1000);
      model[{when, step}] = timers.add(when, [&fired, step] { fired.push_back(step); });
    } else if (choice < 9 && !model.empty()) {
      auto entry = std::next(model.begin(), static_cast<long>(random() % model.size()));
      timers.cancel(entry->second);
      model.erase(entry);
    } else if (!model.empty()) {
      const SteadyNs now = model.begin()->first.first + 3;
      while (Task due = timers.take_due(now)) due();
      while (!model.empty() && model.begin()->first.first <= now) {
        expected.push_back(model.begin()->first.second);
        model.erase(model.begin());
      }
    }
    ASSERT_EQ(timers.size(), model.size());
    ASSERT_EQ(timers.next_ns(), model.empty() ? TimerHeap::kNever : model.begin()->first.first);
  }
  EXPECT_EQ(fired, expected);
}

}  // namespace
}  // namespace leat
