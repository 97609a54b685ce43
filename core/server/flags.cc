#include "core/server/flags.h"

#include <charconv>
#include <limits>
#include <optional>

#include "core/base/go_bool.h"
#include "core/base/quote.h"

namespace leat {
namespace {

enum class FlagKind { kBool, kText, kNumber };

// The value of a flag as it was given; the member of its kind is set.
struct FlagValue {
  bool flag = false;
  std::string text;
  std::int64_t number = 0;
};

struct Flag {
  std::vector<std::string_view> names;
  FlagKind kind;
  // One of these: what it does to the options, or to the command line itself.
  std::function<void(ServerOptions&, const FlagValue&)> set;
  std::function<void(CommandLine&, const FlagValue&)> command;
  std::string_view unbuilt;  // the feature that is not built
};

Flag option_text(std::vector<std::string_view> names,
                 const std::function<std::string&(ServerOptions&)>& where) {
  return Flag{
      std::move(names),
      FlagKind::kText,
      [where](ServerOptions& options, const FlagValue& value) { where(options) = value.text; },
      nullptr,
      {}};
}

Flag option_number(std::vector<std::string_view> names,
                   const std::function<void(ServerOptions&, std::int64_t)>& set) {
  return Flag{std::move(names),
              FlagKind::kNumber,
              [set](ServerOptions& options, const FlagValue& value) { set(options, value.number); },
              nullptr,
              {}};
}

Flag option_flag(std::vector<std::string_view> names,
                 const std::function<void(ServerOptions&, bool)>& set) {
  return Flag{std::move(names),
              FlagKind::kBool,
              [set](ServerOptions& options, const FlagValue& value) { set(options, value.flag); },
              nullptr,
              {}};
}

Flag command_flag(std::vector<std::string_view> names, Command command) {
  return Flag{std::move(names),
              FlagKind::kBool,
              nullptr,
              [command](CommandLine& line, const FlagValue& value) {
                if (value.flag) line.command = command;
              },
              {}};
}

Flag unbuilt(std::vector<std::string_view> names, FlagKind kind, std::string_view feature) {
  return Flag{std::move(names), kind, nullptr, nullptr, feature};
}

void add_process_flags(std::vector<Flag>& flags) {
  using O = ServerOptions;
  flags.push_back(option_text(
      {"a", "addr", "net"}, [](O & o) -> auto& { return o.host; }));
  flags.push_back(option_number({"p", "port"}, [](O& o, std::int64_t port) { o.port = port; }));
  flags.push_back(option_text(
      {"n", "name", "server_name"}, [](O & o) -> auto& { return o.server_name; }));
  flags.push_back(option_text(
      {"P", "pid"}, [](O & o) -> auto& { return o.pid_file; }));
  flags.push_back(
      option_number({"m", "http_port"}, [](O& o, std::int64_t port) { o.http.port = port; }));
  flags.push_back(option_text(
      {"client_advertise"}, [](O & o) -> auto& { return o.client_advertise; }));
  flags.push_back(option_text(
      {"ports_file_dir"}, [](O & o) -> auto& { return o.ports_file_dir; }));
  flags.push_back(option_text(
      {"user"}, [](O & o) -> auto& { return o.authorization.user; }));
  flags.push_back(option_text(
      {"pass"}, [](O & o) -> auto& { return o.authorization.password; }));
  flags.push_back(option_text(
      {"auth"}, [](O & o) -> auto& { return o.authorization.token; }));
  flags.push_back(
      option_flag({"js", "jetstream"}, [](O& o, bool on) { o.jetstream.enabled = on; }));
  flags.push_back(option_text(
      {"sd", "store_dir"}, [](O & o) -> auto& { return o.jetstream.store_dir; }));
  flags.push_back(option_number({"shards"}, [](O& o, std::int64_t count) { o.shards = count; }));
}

void add_log_flags(std::vector<Flag>& flags) {
  using O = ServerOptions;
  const auto debug = [](O& o, bool on) { o.log.debug = on; };
  const auto trace = [](O& o, bool on) { o.log.trace = on; };
  const auto verbose = [](O& o, bool on) { o.log.trace = o.log.trace_verbose = on; };
  flags.push_back(option_text(
      {"l", "log"}, [](O & o) -> auto& { return o.log.file; }));
  flags.push_back(option_flag({"T", "logtime"}, [](O& o, bool on) { o.log.time = on; }));
  flags.push_back(option_flag({"logtime_utc"}, [](O& o, bool on) { o.log.utc = on; }));
  flags.push_back(option_number({"log_size_limit"},
                                [](O& o, std::int64_t bytes) { o.log.file_bytes_max = bytes; }));
  flags.push_back(option_number({"max_traced_msg_len"},
                                [](O& o, std::int64_t bytes) { o.log.traced_bytes_max = bytes; }));
  flags.push_back(option_flag({"D", "debug"}, debug));
  flags.push_back(option_flag({"V", "trace"}, trace));
  flags.push_back(option_flag({"VV"}, verbose));
  flags.push_back(option_flag({"DV"}, [=](O& o, bool on) { debug(o, on), trace(o, on); }));
  flags.push_back(option_flag({"DVV"}, [=](O& o, bool on) { debug(o, on), verbose(o, on); }));
}

void add_command_flags(std::vector<Flag>& flags) {
  flags.push_back(command_flag({"h", "help"}, Command::kHelp));
  flags.push_back(command_flag({"v", "version"}, Command::kVersion));
  flags.push_back(command_flag({"t"}, Command::kTestConfig));
  flags.push_back(
      Flag{{"c", "config"},
           FlagKind::kText,
           nullptr,
           [](CommandLine& line, const FlagValue& value) { line.config_file = value.text; },
           {}});
  flags.push_back(
      Flag{{"test_reload"},
           FlagKind::kText,
           nullptr,
           [](CommandLine& line, const FlagValue& value) { line.tested_reload = value.text; },
           {}});
  flags.push_back(Flag{{"sl", "signal"},
                       FlagKind::kText,
                       nullptr,
                       [](CommandLine& line, const FlagValue& value) {
                         line.command = Command::kSignal;
                         line.signal = value.text;
                       },
                       {}});
  // Without effect here, and harmless.
  flags.push_back(Flag{{"profile"}, FlagKind::kNumber, nullptr, nullptr, {}});
}

void add_unbuilt_flags(std::vector<Flag>& flags) {
  flags.push_back(unbuilt({"ms", "https_port"}, FlagKind::kNumber, "TLS"));
  flags.push_back(unbuilt({"tls", "tlsverify"}, FlagKind::kBool, "TLS"));
  flags.push_back(unbuilt({"tlscert", "tlskey", "tlscacert"}, FlagKind::kText, "TLS"));
  flags.push_back(unbuilt({"help_tls"}, FlagKind::kBool, "TLS"));
  flags.push_back(unbuilt({"s", "syslog"}, FlagKind::kBool, "syslog"));
  flags.push_back(unbuilt({"r", "remote_syslog"}, FlagKind::kText, "syslog"));
  flags.push_back(
      unbuilt({"routes", "cluster", "cluster_listen", "cluster_name", "cluster_advertise"},
              FlagKind::kText, "clustering"));
  flags.push_back(unbuilt({"no_advertise"}, FlagKind::kBool, "clustering"));
  flags.push_back(unbuilt({"connect_retries"}, FlagKind::kNumber, "clustering"));
}

const std::vector<Flag>& all_flags() {
  static const std::vector<Flag> flags = [] {
    std::vector<Flag> all;
    add_process_flags(all);
    add_log_flags(all);
    add_command_flags(all);
    add_unbuilt_flags(all);
    return all;
  }();
  return flags;
}

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : all_flags()) {
    for (const std::string_view candidate : flag.names) {
      if (candidate == name) return &flag;
    }
  }
  return nullptr;
}

FlagError usage_error(std::string text) {
  return FlagError{.text = std::move(text), .with_usage = true};
}

// One flag cut out of the arguments.
struct RawFlag {
  std::string_view name;
  std::optional<std::string> value;
};

tl::expected<FlagValue, FlagError> flag_value(const Flag& flag, const RawFlag& raw) {
  const std::string name(raw.name);
  FlagValue value;
  if (flag.kind == FlagKind::kBool) {
    const std::optional<bool> on = parse_go_bool(raw.value.value_or("true"));
    if (!on) {
      return tl::unexpected(usage_error("invalid boolean value " + go_quote(*raw.value) + " for -" +
                                        name + ": parse error"));
    }
    value.flag = *on;
    return value;
  }
  value.text = *raw.value;
  if (flag.kind == FlagKind::kText) return value;
  const char* end = value.text.data() + value.text.size();
  const auto parsed = std::from_chars(value.text.data(), end, value.number);
  if (parsed.ec == std::errc{} && parsed.ptr == end) return value;
  const bool too_big = parsed.ec == std::errc::result_out_of_range;
  return tl::unexpected(usage_error("invalid value " + go_quote(value.text) + " for flag -" + name +
                                    ": " + (too_big ? "value out of range" : "parse error")));
}

// The words after the flags: "version" and "help" are the flags of these names.
tl::expected<void, FlagError> read_words(const std::vector<std::string>& words, CommandLine& line) {
  for (const std::string& word : words) {
    std::string lower = word;
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    if (lower == "version") {
      line.command = Command::kVersion;
    } else if (lower == "help") {
      line.command = Command::kHelp;
    } else {
      return tl::unexpected(
          FlagError{.text = "unrecognized command: " + go_quote(word), .with_usage = false});
    }
  }
  return {};
}

tl::expected<void, FlagError> use_flag(const RawFlag& raw, const Flag& flag, CommandLine& line) {
  auto value = flag_value(flag, raw);
  if (!value) return tl::unexpected(value.error());
  if (!flag.unbuilt.empty()) {
    if (flag.kind == FlagKind::kBool && !value->flag) return {};
    return tl::unexpected(FlagError{.text = "flag -" + std::string(raw.name) +
                                            " is not supported yet: this server has no " +
                                            std::string(flag.unbuilt),
                                    .with_usage = false});
  }
  if (flag.command) flag.command(line, *value);
  if (flag.set) {
    line.overrides.emplace_back(
        [set = flag.set, held = *value](ServerOptions& options) { set(options, held); });
  }
  return {};
}

}  // namespace

void CommandLine::apply_to(ServerOptions& options) const {
  for (const auto& override_option : overrides) override_option(options);
}

tl::expected<CommandLine, FlagError> parse_flags(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::size_t next = 0;
  while (next < arguments.size()) {
    const std::string& argument = arguments[next];
    if (argument.size() < 2 || argument[0] != '-') break;
    ++next;
    if (argument == "--") break;
    RawFlag raw;
    raw.name = std::string_view(argument).substr(argument[1] == '-' ? 2 : 1);
    if (raw.name.empty() || raw.name[0] == '-' || raw.name[0] == '=') {
      return tl::unexpected(usage_error("bad flag syntax: " + argument));
    }
    const std::size_t equals = raw.name.find('=');
    if (equals != std::string_view::npos) {
      raw.value = std::string(raw.name.substr(equals + 1));
      raw.name = raw.name.substr(0, equals);
    }
    const Flag* flag = find_flag(raw.name);
    if (flag == nullptr) {
      return tl::unexpected(
          usage_error("flag provided but not defined: -" + std::string(raw.name)));
    }
    if (!raw.value && flag->kind != FlagKind::kBool) {
      if (next == arguments.size()) {
        return tl::unexpected(usage_error("flag needs an argument: -" + std::string(raw.name)));
      }
      raw.value = arguments[next++];
    }
    if (auto used = use_flag(raw, *flag, line); !used) return tl::unexpected(used.error());
  }
  const std::vector<std::string> words(arguments.begin() + static_cast<std::ptrdiff_t>(next),
                                       arguments.end());
  if (auto read = read_words(words, line); !read) return tl::unexpected(read.error());
  return line;
}

}  // namespace leat
