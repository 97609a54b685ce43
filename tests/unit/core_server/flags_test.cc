// What would be wrong: a command line that starts nats-server does something else here.
#include <gtest/gtest.h>

#include "core/server/flags.h"

namespace leat {
namespace {

ServerOptions flags_of(const std::vector<std::string>& arguments) {
  auto line = parse_flags(arguments);
  EXPECT_TRUE(line) << line.error().text;
  ServerOptions options;
  if (line) line->apply_to(options);
  return options;
}

TEST(Flags, OneDashTwoDashesEqualsOrBlank) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"-p", "1234"}, {"--port", "1234"}, {"-port=1234"}, {"--p=1234"}}) {
    EXPECT_EQ(flags_of(arguments).port, 1234);
  }
  EXPECT_EQ(flags_of({"-p", "-1"}).port, -1);
  EXPECT_EQ(flags_of({"-addr", "::1"}).host, "::1");
  EXPECT_EQ(flags_of({"--net=h"}).host, "h");
}

TEST(Flags, EveryFlagReachesItsOption) {
  const ServerOptions options = flags_of({"-js",
                                          "-sd=D",
                                          "-server_name",
                                          "n",
                                          "-P",
                                          "pid",
                                          "-m",
                                          "8222",
                                          "--ports_file_dir",
                                          "ports",
                                          "-l",
                                          "log",
                                          "-T=false",
                                          "--logtime_utc",
                                          "-DVV",
                                          "--log_size_limit",
                                          "5",
                                          "--max_traced_msg_len",
                                          "6",
                                          "--user",
                                          "u",
                                          "--pass",
                                          "p",
                                          "--auth",
                                          "t",
                                          "--client_advertise",
                                          "a:1",
                                          "--shards",
                                          "2"});
  EXPECT_TRUE(options.jetstream.enabled);
  EXPECT_EQ(options.jetstream.store_dir, "D");
  EXPECT_EQ(options.server_name, "n");
  EXPECT_EQ(options.pid_file, "pid");
  EXPECT_EQ(options.http.port, 8222);
  EXPECT_EQ(options.ports_file_dir, "ports");
  EXPECT_EQ(options.log.file, "log");
  EXPECT_FALSE(options.log.time);
  EXPECT_TRUE(options.log.utc && options.log.debug && options.log.trace &&
              options.log.trace_verbose);
  EXPECT_EQ(options.log.file_bytes_max, 5);
  EXPECT_EQ(options.log.traced_bytes_max, 6);
  EXPECT_EQ(options.authorization.user, "u");
  EXPECT_EQ(options.authorization.password, "p");
  EXPECT_EQ(options.authorization.token, "t");
  EXPECT_EQ(options.client_advertise, "a:1");
  EXPECT_EQ(options.shards, 2);
}

TEST(Flags, BooleansTakeNoWordAfterThem) {
  EXPECT_FALSE(flags_of({"-D=false"}).log.debug);
  EXPECT_TRUE(flags_of({"-DV"}).log.trace);
  const auto line = parse_flags({"-D", "foo"});
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().text, "unrecognized command: \"foo\"");
  EXPECT_FALSE(line.error().with_usage);
}

TEST(Flags, CommandsAsFlagsAndAsWords) {
  EXPECT_EQ(parse_flags({"-v"})->command, Command::kVersion);
  EXPECT_EQ(parse_flags({"--version"})->command, Command::kVersion);
  EXPECT_EQ(parse_flags({"VERSION"})->command, Command::kVersion);
  EXPECT_EQ(parse_flags({"help"})->command, Command::kHelp);
  EXPECT_EQ(parse_flags({"-t", "-c", "f"})->command, Command::kTestConfig);
  EXPECT_EQ(parse_flags({"-t=false"})->command, Command::kServe);
  EXPECT_EQ(parse_flags({"-config", "f"})->config_file, "f");
  EXPECT_EQ(parse_flags({"--signal", "ldm=12"})->command, Command::kSignal);
  EXPECT_EQ(parse_flags({"-sl", "ldm=12"})->signal, "ldm=12");
  EXPECT_EQ(parse_flags({})->command, Command::kServe);
}

TEST(Flags, MistakesInTheWordsOfGo) {
  const struct {
    std::vector<std::string> arguments;
    const char* text;
  } table[] = {
      {{"-zz"}, "flag provided but not defined: -zz"},
      {{"--zz=1"}, "flag provided but not defined: -zz"},
      {{"-p"}, "flag needs an argument: -p"},
      {{"--signal"}, "flag needs an argument: -signal"},
      {{"-p", "abc"}, "invalid value \"abc\" for flag -p: parse error"},
      {{"-p="}, "invalid value \"\" for flag -p: parse error"},
      {{"-p", "99999999999999999999"},
       "invalid value \"99999999999999999999\" for flag -p: value out of range"},
      {{"-js=maybe"}, "invalid boolean value \"maybe\" for -js: parse error"},
      {{"---p"}, "bad flag syntax: ---p"},
      {{"-=1"}, "bad flag syntax: -=1"},
  };
  for (const auto& row : table) {
    const auto line = parse_flags(row.arguments);
    ASSERT_FALSE(line) << row.text;
    EXPECT_EQ(line.error().text, row.text);
    EXPECT_TRUE(line.error().with_usage);
  }
}

TEST(Flags, WhatIsNotBuiltIsRefusedByName) {
  const auto line = parse_flags({"--cluster", "nats://127.0.0.1:-1"});
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().text, "flag -cluster is not supported yet: this server has no clustering");
  EXPECT_FALSE(parse_flags({"--tls"}));
  EXPECT_TRUE(parse_flags({"--tls=false"}));
}

}  // namespace
}  // namespace leat
