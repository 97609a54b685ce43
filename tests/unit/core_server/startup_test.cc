// What would be wrong: `-t` calls a file valid with which the server then does not start.
#include "core/server/startup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace leat {
namespace {

namespace fs = std::filesystem;

class Startup : public ::testing::Test {
 protected:
  Startup()
      : file_(fs::path(::testing::TempDir()) /
              ("startup-" + std::to_string(::getpid()) + ".conf")) {}
  ~Startup() override { fs::remove(file_); }

  // The status of `-t` with this file, and what it says.
  std::pair<int, std::string> tested(const std::string& text) {
    std::ofstream(file_) << text;
    CommandLine command_line;
    command_line.command = Command::kTestConfig;
    command_line.config_file = file_.string();
    ::testing::internal::CaptureStderr();
    const int status = run_command(command_line);
    return {status, ::testing::internal::GetCapturedStderr()};
  }
  // The same with another file that is to follow it.
  std::pair<int, std::string> tested_reload(const std::string& running, const std::string& wanted,
                                            Command command = Command::kTestConfig) {
    const fs::path following = file_.string() + ".next";
    std::ofstream(file_) << running;
    std::ofstream(following) << wanted;
    CommandLine command_line;
    command_line.command = command;
    command_line.config_file = file_.string();
    command_line.tested_reload = following.string();
    ::testing::internal::CaptureStderr();
    const int status = run_command(command_line);
    fs::remove(following);
    return {status, ::testing::internal::GetCapturedStderr()};
  }

  const fs::path file_;
};

TEST_F(Startup, TestingAFileFindsWhatAStartWouldFind) {
  const auto good = tested("port: -1\nmax_payload: 1MB\n");
  EXPECT_EQ(good.first, 0);
  EXPECT_NE(good.second.find(" is valid (sha256:"), std::string::npos) << good.second;
  EXPECT_EQ(tested("max_payload: 10MB\nmax_pending: 1MB\n"),
            std::pair(1, std::string("nats-server: max_payload (10485760) cannot be higher than "
                                     "max_pending (1048576)\n")));
  EXPECT_EQ(tested("system_account: A\n").first, 1);
  // Warnings come before what the whole shows.
  const auto warned = tested("ping_interval: 5\nmax_payload: 10MB\nmax_pending: 1MB\n");
  EXPECT_EQ(warned.first, 1);
  EXPECT_NE(warned.second.find("should be converted to a duration"), std::string::npos);
}

TEST_F(Startup, AReloadIsTestedWithoutAServer) {
  const auto good = tested_reload("port: 4222\n", "port: 4222\ndebug: true\n");
  EXPECT_EQ(good.first, 0);
  EXPECT_NE(good.second.find(file_.string() + " is valid (sha256:"), std::string::npos);
  EXPECT_NE(good.second.find("nats-server: configuration file " + file_.string() +
                             ".next can be reloaded\n"),
            std::string::npos)
      << good.second;
  EXPECT_EQ(tested_reload("port: 4222\n", "port: 4333\n"),
            std::pair(3, std::string("nats-server: config reload not supported for Port: old=4222, "
                                     "new=4333\n")));
  EXPECT_EQ(
      tested_reload("port: 4222\n", "port: 4222\nmax_payload: 10MB\nmax_pending: 1MB\n").first, 1);
  EXPECT_EQ(tested_reload("max_payload: 10MB\nmax_pending: 1MB\n", "port: 4222\n").first, 1);
  EXPECT_EQ(tested_reload("port: 4222\n", "port: 4222\n", Command::kServe),
            std::pair(1, std::string("nats-server: --test_reload can only be used together with "
                                     "-t\n")));
}

}  // namespace
}  // namespace leat
