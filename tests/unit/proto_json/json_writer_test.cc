// Wrong in the world: answers differ from the peer's bytes, or a client cannot parse them.
#include "proto/json/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace leat {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

template <typename Value>
std::string written(const Value& value) {
  std::string out;
  JsonWriter(out).value(value);
  return out;
}

TEST(JsonWriter, StringsAreEscapedAsInGo) {
  EXPECT_EQ(quoted("foo.>"), R"("foo.\u003e")");
  EXPECT_EQ(quoted("<&>"), R"("\u003c\u0026\u003e")");
  EXPECT_EQ(quoted("a\"\\\b\f\n\r\t\x01\x7f"), "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\x7f\"");
  EXPECT_EQ(quoted("\u2028\u2029\u2027"), "\"\\u2028\\u2029\u2027\"");
  EXPECT_EQ(quoted("a\xff\xe2\x82"), R"("a\ufffd\ufffd\ufffd")");
  EXPECT_EQ(quoted("\u00e9\U0001F600"), "\"\u00e9\U0001F600\"");
  EXPECT_EQ(quoted(""), "\"\"");
}

TEST(JsonWriter, NumbersReadAsInGo) {
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(written(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(written(0.0), "0");
  EXPECT_EQ(written(0.1), "0.1");
  EXPECT_EQ(written(1e20), "100000000000000000000");
  EXPECT_EQ(written(1e21), "1e+21");
  EXPECT_EQ(written(0.000001), "0.000001");
  EXPECT_EQ(written(0.0000001), "1e-7");
  EXPECT_EQ(written(-1.5e-10), "-1.5e-10");
  EXPECT_EQ(written(1234.5678), "1234.5678");
  EXPECT_EQ(written(true), "true");
}

void write_sample(JsonWriter& json) {
  json.begin_object()
      .field("b", "x")
      .field("a", 1)
      .key("list")
      .begin_array()
      .value(1)
      .null()
      .begin_object()
      .end_object()
      .begin_array()
      .end_array()
      .end_array()
      .key("inner")
      .begin_object()
      .field("raw", false)
      .end_object()
      .field_if_set("none", std::string())
      .field_if_set("zero", 0)
      .field_if_set("some", std::string("s"))
      .key("json")
      .raw("[1]")
      .end_object();
}

TEST(JsonWriter, OrderIsKept) {
  std::string out;
  JsonWriter json(out);
  write_sample(json);
  EXPECT_EQ(out,
            R"({"b":"x","a":1,"list":[1,null,{},[]],"inner":{"raw":false},"some":"s","json":[1]})");
}

TEST(JsonWriter, IndentsByTwoBlanks) {
  std::string out;
  JsonWriter json(out, JsonLayout::kIndented);
  write_sample(json);
  EXPECT_EQ(out, R"({
  "b": "x",
  "a": 1,
  "list": [
    1,
    null,
    {},
    []
  ],
  "inner": {
    "raw": false
  },
  "some": "s",
  "json": [1]
})");
}

TEST(JsonWriterDeathTest, AValueOfAnObjectNeedsItsKey) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  EXPECT_DEATH(json.value(1), "has_key");
}

}  // namespace
}  // namespace leat
