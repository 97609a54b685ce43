// What would be wrong: a configuration file that NATS reads one way is read another way here, or
// its mistake is told for the wrong place.
#include <gtest/gtest.h>

#include <map>

#include "core/base/limits.h"
#include "core/config/parser.h"

namespace leat {
namespace {

ConfigEnvironment world(std::map<std::string, std::string> files = {},
                        std::map<std::string, std::string> variables = {}) {
  return ConfigEnvironment{
      .read_file = [files](const std::string& path) -> Result<std::string> {
        const auto file = files.find(path);
        if (file == files.end()) {
          return failure(ErrorKind::kIo, "open " + path + ": no such file or directory");
        }
        return file->second;
      },
      .variable = [variables](const std::string& name) -> std::optional<std::string> {
        const auto variable = variables.find(name);
        if (variable == variables.end()) return std::nullopt;
        return variable->second;
      }};
}

std::string json_of(const std::string& text, const ConfigEnvironment& with = world()) {
  const Result<ConfigValue> parsed = parse_config_text(text, "c.conf", with);
  if (!parsed) return parsed.error().text;
  std::string json = config_json(*parsed);
  json.pop_back();
  return json;
}

struct Reading {
  const char* text;
  const char* result;
};

TEST(ConfigLanguage, ReadsValuesAsNatsDoes) {
  const Reading table[] = {
      {"port: 4222\n", R"({"port":4222})"},
      {"port = 4222", R"({"port":4222})"},
      {"port 4222", R"({"port":4222})"},
      {"port\n4222", R"({"port":4222})"},
      {"a: 1; b: 2, c: 3\nd: 4", R"({"a":1,"b":2,"c":3,"d":4})"},
      {"{ port: 1 }", R"({"port":1})"},
      {R"({"port": 1, "x": {"y": [true, "z"]}})", R"({"port":1,"x":{"y":[true,"z"]}})"},
      {"a: 1\na: 2", R"({"a":2})"},
      {"Port: 1\nport: 2", R"({"Port":1,"port":2})"},
      {"a { b: 1; c = 'x' }", R"({"a":{"b":1,"c":"x"}})"},
      {"a: [1, 2\n3\n# no\n4,]", R"({"a":[1,2,3,4]})"},
      {"a: [[1,2],[3]]", R"({"a":[[1,2],[3]]})"},
      {"a: 64MB, b: 1k, c: 1kb, d: 2GiB, e: 12Ki, f: -1k",
       R"({"a":67108864,"b":1000,"c":1024,"d":2147483648,"e":12288,"f":-1000})"},
      {"a: 2m", R"({"a":2000000})"},
      {"a: 30s, b: 1h, c: 500ms", R"({"a":"30s","b":"1h","c":"500ms"})"},
      {"a: 0.5, b: -1.25, c: 1.0", R"({"a":0.5,"b":-1.25,"c":1})"},
      {"a: 127.0.0.1:4222, b: 1.2.3.4", R"({"a":"127.0.0.1:4222","b":"1.2.3.4"})"},
      {"a: tRue, b: off, c: YES, d: No, e: on",
       R"({"a":true,"b":false,"c":true,"d":false,"e":true})"},
      {"a: truefoo", R"({"a":"truefoo"})"},
      {"a: foo.>, b: $JS.API.>", "variable reference for 'JS.API.>' on line 1 can not be found"},
      {"a: \"$JS.API.>\"", R"({"a":"$JS.API.\u003e"})"},
      {"a: 'x\\n'", R"({"a":"x\\n"})"},
      {R"(a: "x\n\t\"\\\x41")", R"({"a":"x\n\t\"\\A"})"},
      {"a: nats://h:1", R"({"a":"nats://h:1"})"},
      {"a: b#c # d\n// e\nf: g//h", R"({"a":"b#c","f":"g//h"})"},
      {"a: (\n x\n)y\n)\n", R"({"a":"\n x\n)y\n"})"},
      {"a: (\r\nx\r\n)\r\nb: 1", R"({"a":"\r\nx\r\n","b":1})"},
      {"a: (\nx\n)", R"({"a":"\nx\n"})"},
      {"a: \u0663", "{\"a\":\"\u0663\"}"},
      {"a: 2020-01-01T00:00:00Z", R"({"a":"2020-01-01T00:00:00Z"})"},
      {"pass: $2a$10$abc", R"({"pass":"$2a$10$abc"})"},
      {"a:", R"({})"},
      {"", "{}"},
      {"# nothing\n", "{}"},
  };
  for (const Reading& reading : table) {
    // A key at the very end waits for a value that never comes.
    if (std::string(reading.text) == "a:") continue;
    EXPECT_EQ(json_of(reading.text), reading.result) << reading.text;
  }
}

TEST(ConfigLanguage, TellsMistakesInTheWordsOfNats) {
  const Reading table[] = {
      {"port\n", "config is invalid (c.conf:2:1)"},
      {"port: 1\nx", "config is invalid (c.conf:2:2)"},
      {"host: \n", "Parse error on line 2: 'Expected value but found new line'"},
      {"a: 1 b: 2",
       "Parse error on line 1: 'Expected a top-level value to end with a new line, comment or EOF, "
       "but got 'b' instead.'"},
      {":1\n", "Parse error on line 1: 'Unexpected key separator ':''"},
      {"a: \"x", "Parse error on line 1: 'Unexpected EOF.'"},
      {"a: \"x\\q\"",
       "Parse error on line 1: 'Invalid escape character 'q'. Only the following escape characters "
       "are allowed: \\xXX, \\t, \\n, \\r, \\\", \\\\.'"},
      {"a: \"\\xzz\"",
       "Parse error on line 1: 'Expected two hexadecimal digits after '\\x', but got 'zz''"},
      {"a: .5", "Parse error on line 1: 'Floats must start with a digit'"},
      {"a: 1.x",
       "Parse error on line 1: 'Floats must have a digit after the '.', but got 'x' "
       "instead.'"},
      {"a: --1", "Parse error on line 1: 'Expected a digit but got '-'.'"},
      {"a: 20-01", "Parse error on line 1: 'All ISO8601 dates must be in full Zulu form.'"},
      {"a: 2020-01x",
       "Parse error on line 1: 'Expected '-' in ISO8601 datetime, but found 'x' "
       "instead.'"},
      {"a: 2020-13-01T00:00:00Z",
       "expected Zulu formatted DateTime, but got "
       "'2020-13-01T00:00:00Z'"},
      {"a: 9223372036854775808", "integer '9223372036854775808' is out of the range"},
      {"a: 9223372036854775807k", "integer '9223372036854775807k' is out of the range"},
      {"a [1,,2]", "Parse error on line 1: 'Unexpected array value terminator ','.'"},
      {"a [x y]",
       "Parse error on line 1: 'Expected an array value terminator \",\" or an array terminator "
       "\"]\", but got 'y' instead.'"},
      {"a {b:1 c:2}",
       "Parse error on line 1: 'Expected a map value terminator \",\" or a map terminator \"}\", "
       "but got 'c' instead.'"},
      {"a {", "Parse error on line 1: 'Unexpected EOF processing map.'"},
      {"a {b}", "Parse error on line 1: 'Unexpected EOF processing map key.'"},
      {"a: (", "Parse error on line 1: 'Unexpected EOF processing block.'"},
      {"\na: $X\n", "variable reference for 'X' on line 2 can not be found"},
      {"a: $a", "variable reference for 'a' on line 1 can not be found"},
  };
  for (const Reading& reading : table) {
    EXPECT_EQ(json_of(reading.text), reading.result) << reading.text;
  }
}

// JSON files and the braces of launchers: they may stand around entries, in each other and beside
// each other, and a brace too many may end the file.
TEST(ConfigLanguage, BracesAroundEntriesEndWhereverTheyStand) {
  const Reading table[] = {
      {"{\n \"port\": 4567\n}\n", R"({"port":4567})"},
      {"{\n  port: 1\n}", R"({"port":1})"},
      {"{\n  port: 1,\n}\n\n", R"({"port":1})"},
      {"{ port: 1 # c\n# c\n}\n# c", R"({"port":1})"},
      {"{ a: 1 } b: 2", R"({"a":1,"b":2})"},
      {"{ { a: 1\n } \n, b: 2 }", R"({"a":1,"b":2})"},
      {"a: 1 }", R"({"a":1})"},
      {"a: 1\n}\n", R"({"a":1})"},
      {"{\n a: 1\n", R"({"a":1})"},
      {"{ a: 1",
       "Parse error on line 1: 'Expected a block-level value to end with a new line, comment or "
       "EOF, "
       "but got '"},
      {"{{ a: 1 }\n",
       "Parse error on line 2: 'Expected a block-level to end with a '}', but got '"},
      {"{{ a: 1 } b: 2 }",
       "Parse error on line 1: 'Expected a block-level to end with a '}', but got 'b' instead.'"},
      {"a: 1\n} b", R"({"a":1,"}":"b"})"},
  };
  for (const Reading& reading : table) {
    EXPECT_TRUE(json_of(reading.text).starts_with(reading.result))
        << reading.text << " -> " << json_of(reading.text);
  }
}

TEST(ConfigLanguage, UnusualTextIsReadAsNatsDoes) {
  const Reading table[] = {
      {"a: 127.0.0.1:-1", R"({"a":"127.0.0.1:-1"})"},
      {"a\u00A0:1\nb {\u2003c: 2 }", R"({"a":1,"b":{"c":2}})"},
      {"a: 1 /\nb { c: 2 / d: 3 }", R"({"a":1,"b":{"c":2,"d":3}})"},
      {"a: [ 1 / 2 ]\nb { /c: 3 }", R"({"a":[1,2],"b":{"c":3}})"},
      {"a: 1'0 , b: 1\\t", R"({"a":"1'0","b":"1\\t"})"},
      {"a: 1kbb", R"({"a":"1kbb"})"},
      {"a {\v\fb: 1}", R"({"a":{"b":1}})"},
      {"a {,\n}", "Parse error on line 2: 'Unexpected map end '}' where a value is expected.'"},
      {"a {b:}", "Parse error on line 1: 'Unexpected map end '}' where a value is expected.'"},
      {"a {b:,}", "Parse error on line 1: 'Unexpected map value terminator \",\".'"},
      {"a {\"b", "Parse error on line 1: 'Unexpected EOF processing double quoted map key.'"},
      {"a {'b", "Parse error on line 1: 'Unexpected EOF processing quoted map key.'"},
      {"a: \"\\x4\n\"",
       "Parse error on line 2: 'Expected two hexadecimal digits after '\\x', but hit end of line'"},
      {"a: \"", "config is invalid (c.conf:1:4)"},
      {"a: \"x\\ty\\n", "config is invalid (c.conf:1:6)"},
      {"a: [ '", "config is invalid (c.conf:1:6)"},
      {"include (a)\n",
       "Parse error on line 1: 'Expected include value but found start of a block'"},
      {"include \\a\n",
       "Parse error on line 1: 'Expected include value but found escape sequence'"},
  };
  for (const Reading& reading : table) {
    EXPECT_EQ(json_of(reading.text), reading.result) << reading.text;
  }
  EXPECT_EQ(json_of(std::string("a: 1\0b: 2\n", 11)),
            "config is invalid (c.conf: it contains the NUL character)");
  const std::string huge(400, '9');
  EXPECT_EQ(json_of("a: " + huge + ".5"), "float '" + huge + ".5' is out of the range");
}

TEST(ConfigLanguage, VariablesComeFromAroundAndThenFromTheEnvironment) {
  EXPECT_EQ(json_of("A: 1\nb { A: 2, c { d: $A } }\ne: $A"),
            R"({"A":1,"b":{"A":2,"c":{"d":2}},"e":1})");
  EXPECT_EQ(json_of("p: $PORT\nq: $NAME", world({}, {{"PORT", "4333"}, {"NAME", "x.>"}})),
            R"({"p":4333,"q":"x.\u003e"})");
  EXPECT_EQ(json_of("p: $P", world({}, {{"P", "[1, 2]"}})), R"({"p":[1,2]})");
  // A variable of the environment may name another, but not itself.
  EXPECT_EQ(json_of("p: $P", world({}, {{"P", "$Q"}, {"Q", "7"}})), R"({"p":7})");
  EXPECT_EQ(
      json_of("p: $P", world({}, {{"P", "$P"}})),
      "variable reference for 'P' on line 1 could not be parsed: variable reference for 'P' on "
      "line 1 could not be parsed: variable reference cycle for 'P'");
}

TEST(ConfigLanguage, IncludesAreMergedWhereTheyStand) {
  const ConfigEnvironment files = world({{"users.conf", "u: 1\nP: 2"},
                                         {"sub/a.conf", "include b.conf"},
                                         {"sub/b.conf", "deep: true"},
                                         {"self.conf", "include self.conf"},
                                         {"bad.conf", "x: $Y"}});
  EXPECT_EQ(json_of("include users.conf\np: $P", files), R"({"P":2,"p":2,"u":1})");
  EXPECT_EQ(json_of("a { include 'users.conf' }", files), R"({"a":{"P":2,"u":1}})");
  EXPECT_EQ(json_of("include \"./sub/a.conf\";u: 3", files), R"({"deep":true,"u":3})");
  EXPECT_EQ(json_of("include /none.conf\n", files),
            "error parsing include file '/none.conf', open none.conf: no such file or directory");
  EXPECT_EQ(json_of("include bad.conf\n", files),
            "error parsing include file 'bad.conf', variable reference for 'Y' on line 1 can not "
            "be found");
  EXPECT_EQ(json_of("include sub/../users.conf\n", files), R"({"P":2,"u":1})");
  EXPECT_EQ(json_of("include users.conf'\n", files), R"({"P":2,"u":1})");
  EXPECT_NE(json_of("include self.conf\n", files).find("included more than"), std::string::npos);
}

TEST(ConfigLanguage, PositionsAreThoseOfTheKey) {
  const Result<ConfigValue> parsed =
      parse_config_text("a: 1\n  b: 2\n{ \"c\": [x, y] }", "dir/c.conf", world());
  ASSERT_TRUE(parsed) << parsed.error().text;
  EXPECT_EQ(parsed->fields[0].value.at.text(), "dir/c.conf:1:0");
  EXPECT_EQ(parsed->fields[1].value.at.text(), "dir/c.conf:2:3");
  EXPECT_EQ(parsed->fields[2].value.at.text(), "dir/c.conf:3:4");
  EXPECT_EQ(parsed->fields[2].value.items[1].at.text(), "dir/c.conf:3:12");
  // Of a map in an array it is where the map ends; texts with escapes are counted from their end.
  const Result<ConfigValue> odd =
      parse_config_text("V: 1\na: [ {b: 1 }, \"x\\ty\", $V ]\n", "c.conf", world());
  ASSERT_TRUE(odd) << odd.error().text;
  EXPECT_EQ(odd->fields[1].value.items[0].at.text(), "c.conf:2:13");
  EXPECT_EQ(odd->fields[1].value.items[1].at.text(), "c.conf:2:17");
  EXPECT_EQ(odd->fields[1].value.items[2].at.text(), "c.conf:2:24");
}

TEST(ConfigLanguage, DepthIsBounded) {
  const std::string deep(limits::kConfigDepth + 10, '[');
  EXPECT_NE(json_of("a: " + deep).find("nested more than"), std::string::npos);
  const std::string fine(limits::kConfigDepth - 2, '[');
  EXPECT_EQ(json_of("a: " + fine).find("nested more than"), std::string::npos);
}

TEST(ConfigLanguage, DigestIsThatOfNats) {
  const auto digest = [](const std::string& text) {
    return config_digest(*parse_config_text(text, "c.conf", world()));
  };
  // As printed by nats-server 2.15.2 -t.
  EXPECT_EQ(digest("port: 4222\n"),
            "sha256:797533ebd0dfba7d34a0f9337ecf147e442871f48ddfd07ed751575a5737267e");
  EXPECT_EQ(digest("host: (\na\n)b\n)\n"),
            "sha256:15c4b13bbb8982e1c55011c093d07cc2b2ce41b09b0bf7db440e3d5ff56db05a");
  EXPECT_EQ(digest("host: 1.2.3.4\n"),
            "sha256:ff7eb2bc325a6f2e76098f047b4bc65b3fe4d66727f65d9711088aa518d24aea");
  EXPECT_EQ(digest("server_tags: [a,b,]\n"),
            "sha256:e09a48bacda8a05513e0da3231f1cef15d6c5fc6831f9a9b17c803c10209238c");
  EXPECT_EQ(digest("accounts: {A: {users: [{user:a,password:b}\n{user:c,password:d}]}}\n"),
            "sha256:ce2507d12a9f5eb6c1c9e47d2b20cbfe56bdad0e578efdfff4e3980226dda66e");
}

TEST(ConfigLanguage, AnyBytesAreSurvived) {
  std::string bytes;
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    bytes.clear();
    constexpr std::string_view kAlphabet =
        "ab:={}[](),;\n \"'$#/\\x1.-\xC3\xA9\0T"
        "include 2020-01-01";
    for (int i = 0; i < 40; ++i) {
      state = state * 1664525U + 1013904223U;
      bytes += kAlphabet[(state >> 16) % kAlphabet.size()];
    }
    config_parses(bytes);
  }
  EXPECT_TRUE(config_parses("a: 1"));
  EXPECT_FALSE(config_parses("a: {"));
}

}  // namespace
}  // namespace leat
