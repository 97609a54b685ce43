// Indexes would take more memory than they may have, though there is something that can go.
#include "streams/core/index_budget.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory/memory_spill_store.h"

namespace leat {
namespace {

class Part : public IndexPart {
 public:
  explicit Part(std::size_t bytes) : text_(bytes, 'x') {}
  const std::string& text() {
    use();
    return text_;
  }
  void set(char byte) {
    change();
    text_.front() = byte;
  }

 private:
  void save(std::string& out) const override { out += text_; }
  void load(std::string_view saved) override { text_ = saved; }
  void release() override { text_.clear(); }
  std::size_t memory_bytes() const override { return text_.size(); }

  std::string text_;
};

class IndexBudgetTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kPart = 1000;

  void add(IndexBudget& budget, int count) {
    for (; count > 0; --count) {
      parts_.push_back(std::make_unique<Part>(kPart));
      budget.join(*parts_.back());
    }
  }

  std::vector<std::unique_ptr<Part>> parts_;
};

TEST_F(IndexBudgetTest, WhatWasUsedStaysAndTheRestGoes) {
  MemorySpillStore store;
  int asked = 0;
  IndexBudget budget(store, 3 * kPart, [&](IndexBudget&) { ++asked; });
  add(budget, 6);
  EXPECT_EQ(asked, 1) << "once, until it has settled";
  for (const int used : {0, 1, 4}) parts_[static_cast<std::size_t>(used)]->text();
  budget.settle();
  EXPECT_EQ(budget.memory_bytes(), 3 * kPart);
  EXPECT_FALSE(parts_[0]->is_spilled() || parts_[1]->is_spilled() || parts_[4]->is_spilled());
  EXPECT_TRUE(parts_[2]->is_spilled() && parts_[3]->is_spilled() && parts_[5]->is_spilled());
  parts_.clear();
  EXPECT_EQ(store.bytes(), 0U);
}

TEST_F(IndexBudgetTest, AChangeOfWhatWasSpilledIsNotLost) {
  MemorySpillStore store;
  IndexBudget budget(store, 0, [](IndexBudget&) {});
  add(budget, 1);
  budget.settle();
  ASSERT_TRUE(parts_[0]->is_spilled());
  parts_[0]->set('y');
  budget.settle();
  ASSERT_TRUE(parts_[0]->is_spilled());
  EXPECT_EQ(parts_[0]->text().front(), 'y');
  EXPECT_EQ(store.bytes(), kPart) << "the old one is given up";
  parts_.clear();
}

TEST_F(IndexBudgetTest, WithoutRoomThereGoesWhatIsSavedAlready) {
  MemorySpillStore store(3 * kPart);
  IndexBudget budget(store, 0, [](IndexBudget&) {});
  add(budget, 3);
  budget.settle();
  ASSERT_EQ(budget.memory_bytes(), 0U);
  add(budget, 5);
  for (int i = 0; i < 3; ++i) parts_[static_cast<std::size_t>(i)]->text();
  budget.settle();
  EXPECT_EQ(budget.memory_bytes(), 5 * kPart) << "five have no room, three have theirs";
  parts_.clear();
}

TEST_F(IndexBudgetTest, ALookAtVeryManyPartsTakesMoreThanOneTurn) {
  MemorySpillStore store;
  int asked = 0;
  IndexBudget budget(store, 0, [&](IndexBudget&) { ++asked; });
  add(budget, 40'000);
  for (const auto& part : parts_) part->text();
  int turns = 0;
  while (std::exchange(asked, 0) > 0) {
    budget.settle();
    ++turns;
  }
  EXPECT_EQ(budget.memory_bytes(), 0U);
  EXPECT_GT(turns, 2);
  parts_.clear();
}

}  // namespace
}  // namespace leat
