// Wrong here: a schedule at nine in Berlin that comes at nine in London, or a name that opens a
// file which is none of the database.
#include "core/runtime/iana_time_zones.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

TEST(IanaTimeZonesTest, KnowsWinterAndSummer) {
  IanaTimeZones zones;
  const TimeZone* berlin = zones.find("Europe/Berlin");
  ASSERT_NE(berlin, nullptr);
  EXPECT_EQ(berlin->offset_s(1'768'000'000), 3600);  // January 2026
  EXPECT_EQ(berlin->offset_s(1'784'000'000), 7200);  // July 2026
  EXPECT_EQ(berlin->offset_s(2'500'000'000), 3600);  // March 2049, behind all listed changes
  EXPECT_EQ(zones.find("Europe/Berlin"), berlin);
  EXPECT_EQ(zones.find("Asia/Kolkata")->offset_s(0), 19'800);
  EXPECT_EQ(zones.find("UTC")->offset_s(1'784'000'000), 0);
}

TEST(IanaTimeZonesTest, TakesNamesOfTheDatabaseOnly) {
  IanaTimeZones zones;
  for (const std::string& bad :
       {std::string(), std::string("Europe/Nowhere"), std::string("Europe"),
        std::string("tzdata.zi"), std::string("/usr/share/zoneinfo/Europe/Berlin"),
        std::string("../zoneinfo/Europe/Berlin"), std::string("Europe\\Berlin"),
        std::string("Europe/Berlin\0x", 15)}) {
    EXPECT_EQ(zones.find(bad), nullptr) << bad;
  }
  EXPECT_EQ(IanaTimeZones("/nowhere").find("Europe/Berlin"), nullptr);
}

}  // namespace
}  // namespace leat
