// Wrong in the world: an error that quotes a subject shows other bytes than the peer's, or a log
// line carries raw control characters.
#include "core/base/quote.h"

#include <gtest/gtest.h>

#include "core/base/utf8.h"

namespace leat {
namespace {

TEST(Quote, ReadsAsInGo) {
  EXPECT_EQ(go_quote(""), R"("")");
  EXPECT_EQ(go_quote("a b"), R"("a b")");
  EXPECT_EQ(go_quote("a\"b\\"), R"("a\"b\\")");
  EXPECT_EQ(go_quote("\a\b\f\n\r\t\v"), R"("\a\b\f\n\r\t\v")");
  EXPECT_EQ(go_quote(std::string_view("\0\x1f\x7f", 3)), R"("\x00\x1f\x7f")");
  EXPECT_EQ(go_quote("\xff\xe2\x82z"), R"("\xff\xe2\x82z")");
  EXPECT_EQ(go_quote("\u00e9\u00a0\u00ad\u200b\ufeff\U0001F600"),
            "\"\u00e9\\u00a0\\u00ad\\u200b\\ufeff\U0001F600\"");
  EXPECT_EQ(go_quote("\U000E0001"), R"("\U000e0001")");
  EXPECT_EQ(go_quote_body("'"), "'");
}

TEST(Utf8, OnlyShortestFormsOfScalarsAreValid) {
  EXPECT_FALSE(first_utf8_character("\xc0\x80").is_valid);          // overlong
  EXPECT_FALSE(first_utf8_character("\xe0\x9f\xbf").is_valid);      // overlong
  EXPECT_FALSE(first_utf8_character("\xed\xa0\x80").is_valid);      // surrogate
  EXPECT_FALSE(first_utf8_character("\xf4\x90\x80\x80").is_valid);  // above U+10FFFF
  EXPECT_FALSE(first_utf8_character("\x80").is_valid);
  EXPECT_FALSE(first_utf8_character("\xf0\x9f\x98").is_valid);  // cut off
  EXPECT_EQ(first_utf8_character("\xf0\x9f\x98\x80z").code, 0x1F600U);
  EXPECT_EQ(first_utf8_character("\xf0\x9f\x98\x80z").size, 4U);
}

TEST(Utf8, WhatIsAppendedReadsBack) {
  for (const char32_t code : {0x0U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
    std::string text;
    append_utf8(text, code);
    EXPECT_EQ(first_utf8_character(text).code, code);
    EXPECT_EQ(first_utf8_character(text).size, text.size());
  }
  std::string surrogate;
  append_utf8(surrogate, 0xD800);
  EXPECT_EQ(surrogate, "\uFFFD");
}

}  // namespace
}  // namespace leat
