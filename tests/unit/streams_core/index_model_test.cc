// What would be wrong: packing or spilling a part of the index, or reusing the room of a subject,
// changes what a stream says of its messages.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "storage/memory/memory_spill_store.h"
#include "streams/core/index_budget.h"
#include "streams/core/message_index.h"
#include "streams/core/packed_column.h"
#include "streams/core/subject_table.h"
#include "tests/unit/streams_core/test_seed.h"

namespace leat {
namespace {

using testing::kBegin;

struct Message {
  std::string subject;
  std::uint32_t size_bytes = 0;
  WallNs time = 0;
  bool is_never = false;
};

// An index with its subjects beside what they should hold.
class Model {
 public:
  struct Shape {
    std::uint64_t seed = 0;
    std::uint64_t subjects = 0;
    IndexBudget* budget = nullptr;
  };
  explicit Model(const Shape& shape)
      : index(shape.budget), table(shape.budget), rng_(shape.seed), subjects_(shape.subjects) {}

  void append() {
    last_ = StreamSeq(last_.value + 1 + (rng_.below(500) == 0 ? rng_.below(3000) : 0));
    if (rng_.below(3) == 0) now_ += static_cast<WallNs>(rng_.below(5'000'000'000));
    const Message message{
        .subject = "s." + std::string(rng_.below(12), 'x') + std::to_string(rng_.below(subjects_)),
        .size_bytes = static_cast<std::uint32_t>(rng_.below(3) * 1000),
        .time = now_,
        .is_never = rng_.below(40) == 0};
    IndexSlot& slot = index.append(last_);
    slot.set_time(message.time);
    slot.size_and_never = message.size_bytes | (message.is_never ? kOutlivesAge : 0);
    slot.subject = table.add(table.find(message.subject), message.subject, last_, index);
    messages_[last_.value] = message;
  }
  void erase() {
    if (messages_.empty()) return;
    const auto found =
        rng_.below(2) == 0 ? messages_.begin() : messages_.lower_bound(rng_.below(last_.value + 1));
    if (found == messages_.end()) return;
    const StreamSeq sequence(found->first);
    const std::uint32_t number = index.find(sequence).subject();
    ASSERT_TRUE(index.erase(sequence));
    table.remove(number, sequence);
    messages_.erase(found);
  }
  void compare() {
    ASSERT_EQ(index.count(), messages_.size());
    std::map<std::string, std::vector<std::uint64_t>> by_subject;
    for (const auto& [sequence, message] : messages_) {
      const SlotRef slot = index.find(StreamSeq(sequence));
      ASSERT_TRUE(static_cast<bool>(slot)) << sequence;
      ASSERT_EQ(table.text(slot.subject()), message.subject) << sequence;
      ASSERT_EQ(slot.size_bytes(), message.size_bytes) << sequence;
      ASSERT_EQ(slot.time(), message.time) << sequence;
      ASSERT_EQ(slot.outlives_age(), message.is_never) << sequence;
      by_subject[message.subject].push_back(sequence);
    }
    ASSERT_EQ(table.count(), by_subject.size());
    for (const auto& [subject, sequences] : by_subject) {
      const std::uint32_t number = table.find(subject);
      ASSERT_NE(number, SubjectTable::kNone);
      ASSERT_EQ(table.count_of(number), sequences.size());
      ASSERT_EQ(table.first(number, index).value, sequences.front()) << subject;
      ASSERT_EQ(table.last(number, index).value, sequences.back()) << subject;
    }
    const std::uint64_t from = rng_.below(last_.value + 2);
    const std::uint64_t end = from + rng_.below(last_.value + 2);
    const std::uint32_t some = table.find("s." + std::to_string(rng_.below(subjects_)));
    std::uint64_t all = 0;
    std::uint64_t of_some = 0;
    for (auto it = messages_.lower_bound(from); it != messages_.end() && it->first < end; ++it) {
      ++all;
      of_some += table.find(it->second.subject) == some ? 1 : 0;
    }
    ASSERT_EQ(index.count_between(StreamSeq(from), StreamSeq(end)), all);
    if (end == 0) return;
    ASSERT_EQ(index.count_if(StreamSeq(from), StreamSeq(end),
                             [some](std::uint32_t subject) { return subject == some; }),
              of_some);
  }

  MessageIndex index;
  SubjectTable table;

 private:
  Rng rng_;
  std::uint64_t subjects_;
  StreamSeq last_;
  WallNs now_ = kBegin;
  std::map<std::uint64_t, Message> messages_;
};

class IndexModelTest : public ::testing::TestWithParam<std::uint64_t> {};

std::uint64_t subjects_for(std::uint64_t seed) {
  return seed % 3 == 0 ? 1 : (seed % 3 == 1 ? 10 : 5000);
}

TEST_P(IndexModelTest, PackedAndOpenChunksSayTheSame) {
  const std::uint64_t seed = testing::test_seed(GetParam());
  SCOPED_TRACE("LEAT_SEED=" + std::to_string(seed));
  Rng rng(seed);
  Model model({.seed = seed, .subjects = subjects_for(seed)});
  const std::uint64_t removals = rng.below(100);
  for (int step = 0; step < 16000 && !::testing::Test::HasFatalFailure(); ++step) {
    model.append();
    if (rng.below(100) < removals) model.erase();
    if (step % 2000 == 1999) model.compare();
  }
}

TEST_P(IndexModelTest, WhatIsSpilledSaysTheSame) {
  const std::uint64_t seed = testing::test_seed(GetParam());
  SCOPED_TRACE("LEAT_SEED=" + std::to_string(seed));
  Rng rng(seed);
  const std::size_t bytes_max = rng.below(3) * 30'000;
  // In some there is no room for all of it.
  const bool has_room = rng.below(3) != 0;
  MemorySpillStore store(has_room ? MemorySpillStore::kNoBound : 40'000);
  int crowded = 0;
  {
    IndexBudget budget(store, bytes_max, [&](IndexBudget&) { ++crowded; });
    Model model({.seed = seed, .subjects = subjects_for(seed), .budget = &budget});
    const std::uint64_t removals = rng.below(100);
    for (int step = 0; step < 12000 && !::testing::Test::HasFatalFailure(); ++step) {
      model.append();
      if (rng.below(100) < removals) model.erase();
      if (rng.below(5) == 0) {
        const int before = crowded;
        budget.settle();
        if (has_room) {
          ASSERT_LE(budget.memory_bytes(), bytes_max);
        }
        ASSERT_EQ(crowded, before);
      }
      if (step % 2000 == 1999) model.compare();
    }
  }
  EXPECT_EQ(store.bytes(), 0U) << "what was spilled stays behind its index";
}

INSTANTIATE_TEST_SUITE_P(Seeds, IndexModelTest, ::testing::Range<std::uint64_t>(1, 13));

TEST(MessageIndex, AMessageOfABusyStreamCostsAFewBytes) {
  MessageIndex index;
  SubjectTable table;
  for (std::uint64_t i = 1; i <= 100'000; ++i) {
    const std::string subject = "orders." + std::to_string(i % 1000);
    IndexSlot& slot = index.append(StreamSeq(i));
    slot.set_time(kBegin + static_cast<WallNs>(i / 50) * 500'000);
    slot.size_and_never = 170;
    slot.subject = table.add(table.find(subject), subject, StreamSeq(i), index);
  }
  EXPECT_LT(index.memory_bytes(), 100'000U * 5);
}

TEST(PackedColumn, AValueThatDoesNotFitWidensAll) {
  std::vector<std::uint64_t> values(1024, 7);
  PackedColumn column = PackedColumn::pack(values);
  EXPECT_EQ(column.width(), 0U);
  const std::uint64_t given[] = {7, 6, 255, 70'000, 3, 0xFFFFFFFF};
  for (std::size_t i = 0; i < std::size(given); ++i) {
    values[i * 200] = given[i];
    column.set(i * 200, given[i], values.size());
    for (std::size_t place = 0; place < values.size(); ++place) {
      ASSERT_EQ(column.at(place), values[place]) << place << " after " << given[i];
    }
  }
  values.back() = ~std::uint64_t{0};
  values.front() = 0;
  column = PackedColumn::pack(values);
  EXPECT_EQ(column.at(1023), ~std::uint64_t{0});
  EXPECT_EQ(column.at(0), 0U);
}

}  // namespace
}  // namespace leat
