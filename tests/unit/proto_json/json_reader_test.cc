// Wrong in the world: a client sees other words for its broken JSON than from the peer, or a value
// is read as something it is not.
#include "proto/json/json_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

std::string error_of(std::string_view text) {
  const auto document = parse_json(text);
  return document ? "" : document.error().text;
}

JsonDocument parsed(std::string_view text) {
  auto document = parse_json(text);
  EXPECT_TRUE(document) << text << ": " << document.error().text;
  return std::move(*document);
}

TEST(JsonReader, SyntaxErrorsReadAsInGo) {
  const std::pair<std::string_view, std::string_view> cases[] = {
#include "syntax_errors.inc"
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(error_of(text), error) << text;
}

TEST(JsonReader, NestingEndsAtTenThousand) {
  const std::string deepest = std::string(10000, '[') + std::string(10000, ']');
  EXPECT_EQ(error_of(deepest), "");
  EXPECT_EQ(error_of("[" + deepest + "]"), "invalid character '[' exceeded max depth");
}

TEST(JsonReader, StringsDecode) {
  EXPECT_EQ(parsed(R"("a\"\\\/\b\f\n\r\t")").root().text(), "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(parsed(R"("\u00e9\u20AC")").root().text(), "\u00e9\u20AC");
  EXPECT_EQ(parsed(R"("\ud83d\ude00!")").root().text(), "\U0001F600!");
  EXPECT_EQ(parsed(R"("\ud83d\ud83d\ude00")").root().text(), "\uFFFD\U0001F600");
  EXPECT_EQ(parsed(R"("\ude00x")").root().text(), "\uFFFDx");
  EXPECT_EQ(parsed("\"\xff\xc3\xa9\xe2\x82\"").root().text(), "\uFFFD\u00e9\uFFFD\uFFFD");
  EXPECT_EQ(parsed(R"("\u0000")").root().text(), std::string_view("\0", 1));
}

TEST(JsonReader, NumbersAreExact) {
  const auto number = [](std::string_view text) { return parsed(text).root().as_int64(); };
  EXPECT_EQ(number("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(number("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(number("9223372036854775808"), std::nullopt);
  EXPECT_EQ(number("1.0"), std::nullopt);
  EXPECT_EQ(number("1e3"), std::nullopt);
  EXPECT_EQ(number("-0"), 0);
  EXPECT_EQ(number("\"1\""), std::nullopt);
  EXPECT_EQ(parsed("18446744073709551615").root().as_uint64(), UINT64_MAX);
  EXPECT_EQ(parsed("-1").root().as_uint64(), std::nullopt);
  EXPECT_EQ(parsed("-0").root().as_uint64(), std::nullopt);
  EXPECT_EQ(parsed("1.5e3").root().as_double(), 1500.0);
  EXPECT_EQ(parsed("1e999").root().as_double(), std::nullopt);
  EXPECT_EQ(parsed("1e-999").root().as_double(), 0.0);
}

TEST(JsonReader, TreesAreWalkedInOrder) {
  const JsonDocument document = parsed(R"( {"b":[1,[2,3],{}],"a":{"x":null},"c":true} )");
  std::string keys;
  for (const JsonMember member : document.root().members()) keys += member.key;
  EXPECT_EQ(keys, "bac");
  EXPECT_EQ(document.root().size(), 3U);
  std::string raws;
  for (const JsonValue element : document.root().find("b")->elements()) {
    raws += std::string(element.raw()) + ";";
  }
  EXPECT_EQ(raws, "1;[2,3];{};");
  EXPECT_TRUE(document.root().find("c")->boolean());
  EXPECT_TRUE(document.root().find("a")->find("x")->is_null());
  EXPECT_FALSE(document.root().find("d"));
  EXPECT_FALSE(document.root().find("c")->find("x"));
  EXPECT_EQ(parsed("[]").root().size(), 0U);
  const JsonDocument nothing = parsed("[]");
  for (const JsonValue element : nothing.root().elements()) FAIL() << element.raw();
}

TEST(JsonReader, ValuesOutliveAMoveOfTheirDocument) {
  JsonDocument first = parsed(R"(["short","\u0041"])");
  const JsonValue root = first.root();
  const JsonDocument second = std::move(first);
  std::string texts;
  for (const JsonValue element : root.elements()) texts += element.text();
  EXPECT_EQ(texts, "shortA");
}

TEST(JsonReader, KeysMatchByFoldedCaseAndTheLastOneWins) {
  EXPECT_EQ(parsed(R"({"NAME":1,"name":2,"Name":3})").root().find("name")->text(), "3");
  EXPECT_TRUE(json_names_match("\xC5\xBFubject\xC5\xBF", "subjects"));
  EXPECT_TRUE(json_names_match("AC\xE2\x84\xAA", "ack"));
  EXPECT_FALSE(json_names_match("subject", "subjects"));
  EXPECT_FALSE(json_names_match("na_me", "name"));
}

TEST(JsonReader, APrefixEndsWhereItsValueEnds) {
  const auto first = parse_json_prefix(R"( {"a":"\u0041"}{"b":2} )");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->consumed, 15U);
  EXPECT_EQ(first->document.root().find("a")->text(), "A");
  const auto cut = parse_json_prefix(R"({"a":)");
  ASSERT_FALSE(cut);
  EXPECT_TRUE(cut.error().is_cut_off);
  const auto bad = parse_json_prefix("{x");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().offset, 2U);
}

}  // namespace
}  // namespace leat
