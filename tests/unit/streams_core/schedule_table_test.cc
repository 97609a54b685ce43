// Wrong here: a restart that forgets a schedule or finds one that has gone.
#include "streams/core/schedule_table.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

using Due = std::vector<DueSchedule>;

TEST(ScheduleTableTest, GivesWhatIsDueInTheOrderOfTheTimes) {
  ScheduleTable table;
  table.set(StreamSeq(1), 30);
  table.set(StreamSeq(2), 10);
  table.set(StreamSeq(3), 10);
  EXPECT_EQ(table.first_due(), 10);
  EXPECT_EQ(table.due_at(29, 9), (Due{{StreamSeq(2), 10}, {StreamSeq(3), 10}}));
  EXPECT_EQ(table.due_at(30, 2), (Due{{StreamSeq(2), 10}, {StreamSeq(3), 10}}));
  table.set(StreamSeq(2), 40);
  EXPECT_EQ(table.due_at(99, 9), (Due{{StreamSeq(3), 10}, {StreamSeq(1), 30}, {StreamSeq(2), 40}}));
  table.erase(StreamSeq(3));
  table.erase(StreamSeq(77));
  EXPECT_EQ(table.due(StreamSeq(3)), std::nullopt);
  EXPECT_EQ(table.first_due(), 30);
}

TEST(ScheduleTableTest, OnlyChangedPagesAreWritten) {
  ScheduleTable table;
  table.set(StreamSeq(5), -1);
  table.set(StreamSeq(1023), 2);
  table.set(StreamSeq(1024), 3);
  EXPECT_EQ(table.take_dirty(), (std::set<std::uint64_t>{0, 1}));
  EXPECT_TRUE(table.take_dirty().empty());
  std::string page;
  table.append_page(0, page);
  ScheduleTable loaded;
  ASSERT_TRUE(loaded.load_page(0, page));
  EXPECT_EQ(loaded.due_at(99, 9), (Due{{StreamSeq(5), -1}, {StreamSeq(1023), 2}}));
  EXPECT_TRUE(loaded.take_dirty().empty());
  table.clear();
  EXPECT_EQ(table.take_dirty(), (std::set<std::uint64_t>{0, 1}));
  page.clear();
  table.append_page(1, page);
  EXPECT_TRUE(page.empty());
}

TEST(ScheduleTableTest, APageThatCannotBeOneIsCorrupt) {
  ScheduleTable table;
  for (const std::string_view bad :
       {std::string_view(""), std::string_view("\x02"), std::string_view("\x01\x05", 2),
        std::string_view("\x01\x80\x08\x02", 4), std::string_view("\x01\x05\x02\x05\x02", 5)}) {
    EXPECT_FALSE(table.load_page(0, bad)) << bad.size();
    table.clear();
  }
}

}  // namespace
}  // namespace leat
