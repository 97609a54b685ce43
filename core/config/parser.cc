#include "core/config/parser.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/base/limits.h"
#include "core/config/characters.h"
#include "core/config/lexer.h"

namespace leat {
namespace {

// A text and where it came from, on the way of includes.
struct ConfigSource {
  std::string_view text;
  std::string path;
  int include_depth = 0;
  std::vector<std::string> variables;  // of the environment, whose values are being read
};

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

// An absolute path is joined too: includes are looked for from the directory of the configuration.
std::string join(const std::string& directory, const std::string& path) {
  const std::string from = directory.empty() ? "." : directory;
  std::string joined = std::filesystem::path(from + "/" + path).lexically_normal().string();
  while (joined.size() > 1 && joined.back() == '/') joined.pop_back();
  return joined;
}

// 1000 or 1024 to the power that the suffix names; 1 without a suffix, 0 for no suffix at all.
std::int64_t size_factor(const std::string& suffix) {
  if (suffix.empty()) return 1;
  const std::size_t power = std::string_view("kmgtpe").find(suffix[0]);
  const std::string unit = suffix.substr(1);
  if (power == std::string_view::npos) return 0;
  if (!unit.empty() && unit != "b" && unit != "i" && unit != "ib") return 0;
  std::int64_t factor = 1;
  for (std::size_t i = 0; i <= power; ++i) factor *= unit.empty() ? 1000 : 1024;
  return factor;
}

// Builds the tree of one text. Open containers stand on `open_`, outermost first; a container is
// put into the one around it when it closes, so that nothing recurses on the depth of the input.
class ConfigParser {
 public:
  ConfigParser(const ConfigSource& source, const ConfigEnvironment& world)
      : source_(source),
        world_(world),
        file_(std::make_shared<const std::string>(source.path)),
        lexer_(source.text) {}

  Result<ConfigValue> parse() {
    if (source_.text.find('\0') != std::string_view::npos) {
      return failure(ErrorKind::kInvalid,
                     "config is invalid (" + source_.path + ": it contains the NUL character)");
    }
    open_.emplace_back();
    open_.back().value.kind = ConfigKind::kMap;
    open_.back().value.at = ConfigPosition{file_, 1, 0};
    while (true) {
      const ConfigToken token = lexer_.next();
      if (token.kind == ConfigTokenKind::kEnd) return finish(token);
      LEAT_TRY(accept(token));
    }
  }

 private:
  struct Open {
    ConfigValue value;
    std::string key;  // the key that waits for its value
    ConfigPosition key_at;
    bool key_waits = false;
  };

  ConfigPosition position(const ConfigToken& token) const {
    return ConfigPosition{file_, token.line, token.column};
  }

  Result<ConfigValue> finish(const ConfigToken& token) {
    const Open& last = open_.back();
    // A brace that closes nothing may end the file.
    if (open_.size() > 1 || (last.key_waits && last.key != "}")) {
      return failure(ErrorKind::kInvalid, "config is invalid (" + position(token).text() + ")");
    }
    return std::move(open_.back().value);
  }

  Status accept(const ConfigToken& token) {
    switch (token.kind) {
      case ConfigTokenKind::kError:
        return failure(ErrorKind::kInvalid, "Parse error on line " + std::to_string(token.line) +
                                                ": '" + token.text + "'");
      case ConfigTokenKind::kKey:
        open_.back().key = token.text;
        open_.back().key_at = position(token);
        open_.back().key_waits = true;
        return {};
      case ConfigTokenKind::kArrayStart:
      case ConfigTokenKind::kMapStart:
        return open(token);
      case ConfigTokenKind::kArrayEnd:
      case ConfigTokenKind::kMapEnd: {
        ConfigValue closed = std::move(open_.back().value);
        open_.pop_back();
        closed.at = position(token);
        put(std::move(closed));
        return {};
      }
      case ConfigTokenKind::kInclude:
        return include(token);
      case ConfigTokenKind::kVariable:
        return put_variable(token);
      case ConfigTokenKind::kInteger:
        return put_integer(token);
      case ConfigTokenKind::kDatetime:
        return put_datetime(token);
      case ConfigTokenKind::kString:
      case ConfigTokenKind::kBool:
      case ConfigTokenKind::kFloat:
        return put_plain(token);
      case ConfigTokenKind::kEnd:
        return {};
    }
    return {};
  }

  Status open(const ConfigToken& token) {
    if (open_.size() >= limits::kConfigDepth) {
      return failure(ErrorKind::kLimit, position(token).text() + ": nested more than " +
                                            std::to_string(limits::kConfigDepth) + " deep");
    }
    open_.emplace_back();
    open_.back().value.kind =
        token.kind == ConfigTokenKind::kMapStart ? ConfigKind::kMap : ConfigKind::kArray;
    return {};
  }

  // Puts a value into the innermost open container.
  void put(ConfigValue value) {
    Open& into = open_.back();
    if (into.value.kind == ConfigKind::kArray) {
      into.value.items.push_back(std::move(value));
      return;
    }
    value.at = into.key_at;
    into.value.set(std::move(into.key), std::move(value));
    into.key_waits = false;
  }

  Status put_plain(const ConfigToken& token) {
    ConfigValue value;
    value.at = position(token);
    value.text = token.text;
    if (token.kind == ConfigTokenKind::kBool) {
      const std::string word = lower_case(token.text);
      value.kind = ConfigKind::kBool;
      value.flag = word == "true" || word == "on" || word == "yes";
      value.text.clear();
    }
    if (token.kind == ConfigTokenKind::kFloat) {
      value.kind = ConfigKind::kFloat;
      value.real = std::strtod(token.text.c_str(), nullptr);
      if (std::isinf(value.real)) {
        return failure(ErrorKind::kInvalid, "float '" + token.text + "' is out of the range");
      }
      value.text.clear();
    }
    put(std::move(value));
    return {};
  }

  Status put_integer(const ConfigToken& token) {
    const std::size_t digits_end = token.text.find_first_not_of("0123456789", 1);
    const std::string digits = token.text.substr(0, digits_end);
    const std::string suffix =
        digits_end == std::string::npos ? "" : lower_case(token.text.substr(digits_end));
    ConfigValue value;
    value.kind = ConfigKind::kInteger;
    value.at = position(token);
    const auto parsed =
        std::from_chars(digits.data(), digits.data() + digits.size(), value.integer);
    const std::int64_t factor = size_factor(suffix);
    if (factor == 0) {
      // 64bib and the like: letters of a size in an order that is none.
      value.kind = ConfigKind::kString;
      value.text = token.text;
      put(std::move(value));
      return {};
    }
    if (parsed.ec != std::errc{} || __builtin_mul_overflow(value.integer, factor, &value.integer)) {
      return failure(ErrorKind::kInvalid, "integer '" + token.text + "' is out of the range");
    }
    put(std::move(value));
    return {};
  }

  Status put_datetime(const ConfigToken& token) {
    const auto number = [&](std::size_t at) { return std::stoi(token.text.substr(at, 2)); };
    const int month = number(5);
    const int day = number(8);
    const int year = std::stoi(token.text.substr(0, 4));
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int days[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1] || number(11) > 23 ||
        number(14) > 59 || number(17) > 59) {
      return failure(ErrorKind::kInvalid,
                     "expected Zulu formatted DateTime, but got '" + token.text + "'");
    }
    ConfigValue value;
    value.kind = ConfigKind::kDatetime;
    value.at = position(token);
    value.text = token.text;
    put(std::move(value));
    return {};
  }

  // A variable is looked for in the maps around it, from the inner to the outer, then in the
  // environment. A bare bcrypt hash looks like a variable and is none.
  Status put_variable(const ConfigToken& token) {
    if (token.text.starts_with("2a$")) {
      ConfigValue hash;
      hash.text = "$" + token.text;
      hash.at = position(token);
      put(std::move(hash));
      return {};
    }
    for (auto container = open_.rbegin(); container != open_.rend(); ++container) {
      if (ConfigValue* found = container->value.find(token.text)) {
        found->used_as_variable = true;
        ConfigValue copy = *found;
        copy.at = position(token);
        copy.used_as_variable = false;
        put(std::move(copy));
        return {};
      }
    }
    return put_from_environment(token);
  }

  Status put_from_environment(const ConfigToken& token) {
    const std::optional<std::string> text = world_.variable(token.text);
    if (!text) {
      return failure(ErrorKind::kInvalid, "variable reference for '" + token.text + "' on line " +
                                              std::to_string(token.line) + " can not be found");
    }
    const auto unparsed = [&](const std::string& why) {
      return failure(ErrorKind::kInvalid, "variable reference for '" + token.text + "' on line " +
                                              std::to_string(token.line) +
                                              " could not be parsed: " + why);
    };
    ConfigSource inner{"", source_.path, source_.include_depth + 1, source_.variables};
    const bool cycle = std::find(inner.variables.begin(), inner.variables.end(), token.text) !=
                       inner.variables.end();
    if (cycle || inner.include_depth > limits::kConfigIncludes) {
      return unparsed("variable reference cycle for '" + token.text + "'");
    }
    // The text of the environment is itself a value of this language.
    const std::string entry = "value=" + *text;
    inner.text = entry;
    inner.variables.push_back(token.text);
    Result<ConfigValue> parsed = ConfigParser(inner, world_).parse();
    if (!parsed) return unparsed(parsed.error().text);
    ConfigValue* value = parsed->find("value");
    if (value == nullptr) {
      return failure(ErrorKind::kInvalid, "variable reference for '" + token.text + "' on line " +
                                              std::to_string(token.line) + " is empty");
    }
    value->at = position(token);
    put(std::move(*value));
    return {};
  }

  Status include(const ConfigToken& token) {
    const std::string path = join(directory_of(source_.path), token.text);
    const auto wrong = [&](const std::string& why) {
      return failure(ErrorKind::kInvalid,
                     "error parsing include file '" + token.text + "', " + why);
    };
    if (source_.include_depth >= limits::kConfigIncludes) {
      return wrong("included more than " + std::to_string(limits::kConfigIncludes) + " deep");
    }
    const Result<std::string> text = world_.read_file(path);
    if (!text) return wrong(text.error().text);
    const ConfigSource inner{*text, path, source_.include_depth + 1, {}};
    Result<ConfigValue> parsed = ConfigParser(inner, world_).parse();
    if (!parsed) return wrong(parsed.error().text);
    for (ConfigField& field : parsed->fields) {
      open_.back().value.set(std::move(field.key), std::move(field.value));
    }
    return {};
  }

  const ConfigSource& source_;
  const ConfigEnvironment& world_;
  std::shared_ptr<const std::string> file_;
  ConfigLexer lexer_;
  std::vector<Open> open_;
};

Result<std::string> read_whole_file(const std::string& path) {
  const std::string shown = path.empty() ? "." : path;
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(path, error)) {
    return failure(ErrorKind::kIo, "read " + shown + ": is a directory");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return failure(ErrorKind::kIo, "open " + shown + ": " + lower_case(std::strerror(errno)));
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

ConfigEnvironment process_config_environment() {
  return ConfigEnvironment{.read_file = read_whole_file,
                           .variable = [](const std::string& name) -> std::optional<std::string> {
                             const char* value = std::getenv(name.c_str());
                             if (value == nullptr) return std::nullopt;
                             return std::string(value);
                           }};
}

Result<ConfigValue> parse_config_text(std::string_view text, const std::string& path,
                                      const ConfigEnvironment& world) {
  const ConfigSource source{text, path, 0, {}};
  return ConfigParser(source, world).parse();
}

Result<ConfigValue> parse_config_file(const std::string& path, const ConfigEnvironment& world) {
  LEAT_TRY_ASSIGN(const std::string text, world.read_file(path));
  return parse_config_text(text, path, world);
}

bool config_parses(std::string_view text) {
  const ConfigEnvironment nothing{.read_file = [](const std::string& path) -> Result<std::string> {
                                    return failure(ErrorKind::kIo,
                                                   "open " + path + ": no such file or directory");
                                  },
                                  .variable = [](const std::string&) { return std::nullopt; }};
  const Result<ConfigValue> parsed = parse_config_text(text, "fuzz.conf", nothing);
  return parsed.has_value() && !config_json(*parsed).empty();
}

}  // namespace leat
