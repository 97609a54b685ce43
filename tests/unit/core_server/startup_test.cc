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
}

}  // namespace
}  // namespace leat
