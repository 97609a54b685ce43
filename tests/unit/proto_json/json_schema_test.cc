// Wrong in the world: a request with a mistake in it is answered with other words than the peer's,
// or a field is taken although the request should be refused.
#include "proto/json/json_schema.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace leat {
namespace {

enum class Color { kRed, kBlue };

struct Inner {
  std::string cluster;
  std::vector<std::string> tags;
};

struct Config {
  std::string name;
  std::vector<std::string> subjects;
  std::int64_t n = 7;
  std::int32_t i32 = 0;
  std::uint64_t u = 0;
  DurationNs d = 0;
  std::vector<std::int64_t> backoff;
  std::optional<Inner> p;
  std::vector<Inner> ps;
  std::map<std::string, std::string> m;
  std::optional<bool> flag;
  double f = 0;
  Color color = Color::kRed;
};

struct Request {
  Config config;
  bool pedantic = false;
};

struct Wrapped {
  Config config;
};

constexpr std::array<JsonEnumName<Color>, 2> kColors = {
    {{"red", Color::kRed}, {"blue", Color::kBlue}}};

const JsonSchema<Inner>& inner_schema() {
  static const auto kSchema =
      JsonSchema<Inner>("In", "main").field("cluster", &Inner::cluster).field("tags", &Inner::tags);
  return kSchema;
}

const JsonSchema<Config>& config_schema() {
  static const auto kSchema = JsonSchema<Config>("C", "main")
                                  .field("name", &Config::name)
                                  .field("subjects", &Config::subjects)
                                  .field("n", &Config::n)
                                  .field("i32", &Config::i32)
                                  .field("u", &Config::u)
                                  .duration("d", &Config::d)
                                  .field("bo", &Config::backoff, "[]time.Duration")
                                  .object("p", &Config::p, inner_schema())
                                  .objects("ps", &Config::ps, inner_schema())
                                  .field("m", &Config::m)
                                  .field("flag", &Config::flag)
                                  .field("f", &Config::f)
                                  .enumeration<Color>("r", &Config::color, kColors)
                                  .ignored("old");
  return kSchema;
}

const JsonSchema<Request>& request_schema() {
  static const auto kSchema = JsonSchema<Request>("Q", "main")
                                  .embed(&Request::config, config_schema())
                                  .field("pedantic", &Request::pedantic);
  return kSchema;
}

const JsonSchema<Wrapped>& wrapped_schema() {
  static const auto kSchema =
      JsonSchema<Wrapped>("W", "main").object("config", &Wrapped::config, config_schema());
  return kSchema;
}

std::string error_of(const Status& status) { return status ? "" : status.error().text; }

std::string lenient(std::string_view text) {
  Config config;
  return error_of(decode_json(text, config_schema(), config));
}

std::string strict(std::string_view text) {
  Config config;
  return error_of(decode_json_request(text, config_schema(), config));
}

TEST(JsonSchema, ValuesReachTheirFields) {
  Config c;
  const auto status = decode_json(
      R"({"name":"x","SUBJECTS":["a","b"],"n":-5,"i32":3,"u":18446744073709551615,"d":1000,
          "bo":[1,2],"p":{"cluster":"c","tags":["t"]},"ps":[{},{"cluster":"d"}],"m":{"k":"v"},
          "flag":false,"f":1.5,"r":"blue","old":[1],"unknown":{}})",
      config_schema(), c);
  ASSERT_TRUE(status) << status.error().text;
  EXPECT_EQ(c.name, "x");
  EXPECT_EQ(c.subjects, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(c.n, -5);
  EXPECT_EQ(c.i32, 3);
  EXPECT_EQ(c.u, UINT64_MAX);
  EXPECT_EQ(c.d, 1000);
  EXPECT_EQ(c.backoff, (std::vector<std::int64_t>{1, 2}));
  ASSERT_TRUE(c.p);
  EXPECT_EQ(c.p->tags, std::vector<std::string>{"t"});
  ASSERT_EQ(c.ps.size(), 2U);
  EXPECT_EQ(c.ps[1].cluster, "d");
  EXPECT_EQ(c.m.at("k"), "v");
  EXPECT_EQ(c.flag, false);
  EXPECT_EQ(c.f, 1.5);
  EXPECT_EQ(c.color, Color::kBlue);
}

TEST(JsonSchema, NullLeavesPlainFieldsAndEmptiesTheOthers) {
  Config c;
  c.p.emplace();
  c.flag = true;
  c.m["k"] = "v";
  c.subjects = {"a"};
  const auto status = decode_json(
      R"({"name":null,"n":null,"p":null,"flag":null,"m":null,"subjects":null,"ps":null})",
      config_schema(), c);
  ASSERT_TRUE(status) << status.error().text;
  EXPECT_EQ(c.n, 7);
  EXPECT_FALSE(c.p);
  EXPECT_FALSE(c.flag);
  EXPECT_TRUE(c.m.empty());
  EXPECT_TRUE(c.subjects.empty());
  EXPECT_EQ(lenient("null"), "");
}

TEST(JsonSchema, TypeErrorsReadAsInGo) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {R"({"name":1})", "number into Go struct field C.name of type string"},
      {R"({"n":"x"})", "string into Go struct field C.n of type int64"},
      {R"({"n":1.5})", "number 1.5 into Go struct field C.n of type int64"},
      {R"({"i32":3000000000})", "number 3000000000 into Go struct field C.i32 of type int32"},
      {R"({"u":-1})", "number -1 into Go struct field C.u of type uint64"},
      {R"({"d":"1s"})", "string into Go struct field C.d of type time.Duration"},
      {R"({"bo":["1s"]})", "string into Go struct field C.bo of type time.Duration"},
      {R"({"subjects":"a"})", "string into Go struct field C.subjects of type []string"},
      {R"({"subjects":[1,"b"]})", "number into Go struct field C.subjects of type string"},
      {R"({"p":{"cluster":1}})", "number into Go struct field In.p.cluster of type string"},
      {R"({"p":1})", "number into Go struct field C.p of type main.In"},
      {R"({"m":[]})", "array into Go struct field C.m of type map[string]string"},
      {R"({"m":{"a":1}})", "number into Go struct field C.m of type string"},
      {R"({"ps":[{"tags":[true]}]})", "bool into Go struct field In.ps.tags of type string"},
      {R"({"ps":{}})", "object into Go struct field C.ps of type []*main.In"},
      {R"({"f":1e999})", "number 1e999 into Go struct field C.f of type float64"},
      {R"([])", "array into Go value of type main.C"},
      {R"(true)", "bool into Go value of type main.C"},
  };
  for (const auto& [text, error] : cases) {
    EXPECT_EQ(lenient(text), "json: cannot unmarshal " + std::string(error)) << text;
  }
}

TEST(JsonSchema, PathsNameEmbeddedAndOuterStructs) {
  Request request;
  EXPECT_EQ(error_of(decode_json(R"({"p":{"cluster":1}})", request_schema(), request)),
            "json: cannot unmarshal number into Go struct field In.C.p.cluster of type string");
  EXPECT_EQ(error_of(decode_json(R"({"n":true})", request_schema(), request)),
            "json: cannot unmarshal bool into Go struct field Q.C.n of type int64");
  EXPECT_EQ(error_of(decode_json(R"({"pedantic":1})", request_schema(), request)),
            "json: cannot unmarshal number into Go struct field Q.pedantic of type bool");
  Wrapped wrapped;
  EXPECT_EQ(error_of(decode_json(R"({"config":{"n":true}})", wrapped_schema(), wrapped)),
            "json: cannot unmarshal bool into Go struct field C.config.n of type int64");
  EXPECT_EQ(error_of(decode_json(R"({"config":1})", wrapped_schema(), wrapped)),
            "json: cannot unmarshal number into Go struct field W.config of type main.C");
}

TEST(JsonSchema, TheFirstNoteWinsAndDecodingGoesOn) {
  Config c;
  const auto status = decode_json(R"({"n":"x","u":"y","name":"kept"})", config_schema(), c);
  EXPECT_EQ(error_of(status),
            "json: cannot unmarshal string into Go struct field C.n of type int64");
  EXPECT_EQ(c.name, "kept");
}

TEST(JsonSchema, AnEnumerationsRefusalWinsOverEarlierNotes) {
  EXPECT_EQ(lenient(R"({"n":"x","r":"green","u":1})"), R"(can not unmarshal "\"green\"")");
  EXPECT_EQ(lenient(R"({"r":null})"), R"(can not unmarshal "null")");
  EXPECT_EQ(lenient(R"({"r":1})"), R"(can not unmarshal "1")");
}

TEST(JsonSchema, UnknownFieldsAreRefusedOnlyInRequests) {
  EXPECT_EQ(lenient(R"({"zz":1})"), "");
  EXPECT_EQ(strict(R"({"zz":1,"n":"x"})"), R"(json: unknown field "zz")");
  EXPECT_EQ(strict(R"({"p":{"x":1}})"), R"(json: unknown field "x")");
  EXPECT_EQ(strict(R"({"n":"x","zz":1})"),
            "json: cannot unmarshal string into Go struct field C.n of type int64");
  EXPECT_EQ(strict(R"({"Name":"x","old":1})"), "");
}

TEST(JsonSchema, RequestsAreReadValueByValue) {
  EXPECT_EQ(strict(""), "");
  EXPECT_EQ(strict(" \n"), "");
  EXPECT_EQ(strict(R"({"name":"S1")"), "unexpected EOF");
  EXPECT_EQ(strict("{x"),
            "invalid character 'x' looking for beginning of object key string at offset 2");
  EXPECT_EQ(strict("{} x"), "invalid character 'x' looking for beginning of value at offset 4");
  EXPECT_EQ(lenient("{} x"), "invalid character 'x' after top-level value");
  Config c;
  EXPECT_EQ(error_of(decode_json_request(R"({"name":"a","n":1} {"n":2})", config_schema(), c)), "");
  EXPECT_EQ(c.name, "a");
  EXPECT_EQ(c.n, 2);
}

}  // namespace
}  // namespace leat
