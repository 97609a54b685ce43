// Wrong would be: log lines that harnesses cannot parse, a log that is lost on rotation or
// reopening, and a server that hangs because nobody reads its standard error.
#include "core/runtime/log_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/runtime/log_file.h"

namespace leat {
namespace {

class LogSink : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override {
    close_log();
    std::filesystem::remove_all(directory_);
  }
  static std::string read(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::filesystem::path directory_ =
      std::filesystem::path(testing::TempDir()) / ("log_sink_test_" + std::to_string(::getpid()));
  std::string file_ = (directory_ / "leat.log").string();
};

TEST_F(LogSink, LinesHaveThePeersForm) {
  ASSERT_TRUE(open_log({.file = file_}));
  log_line(LogLevel::kInfo, "Server is ready");
  log_line(LogLevel::kFatal, "no {} braces are special %d");
  const std::string text = read(file_);
  EXPECT_THAT(text, testing::ContainsRegex("^\\[[0-9]+\\] [0-9]{4}/[0-9]{2}/[0-9]{2} "
                                           "[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6} "
                                           "\\[INF\\] Server is ready\n"));
  EXPECT_THAT(text, testing::HasSubstr("[FTL] no {} braces are special %d\n"));
}

TEST_F(LogSink, TimeIsOmittedOnDemand) {
  ASSERT_TRUE(open_log({.file = file_, .with_time = false}));
  log_line(LogLevel::kError, "x");
  EXPECT_EQ(read(file_), "[" + std::to_string(::getpid()) + "] [ERR] x\n");
}

TEST_F(LogSink, AMovedFileIsOpenedAgain) {
  ASSERT_TRUE(open_log({.file = file_, .with_time = false}));
  log_line(LogLevel::kInfo, "before");
  std::filesystem::rename(file_, file_ + ".old");
  log_line(LogLevel::kInfo, "between");
  ASSERT_TRUE(reopen_log());
  log_line(LogLevel::kInfo, "after");
  EXPECT_THAT(read(file_ + ".old"), testing::HasSubstr("between"));
  EXPECT_THAT(read(file_), testing::AllOf(testing::HasSubstr("after"),
                                          testing::Not(testing::HasSubstr("between"))));
}

TEST_F(LogSink, RotationKeepsTheNewest) {
  ASSERT_TRUE(open_log({.file = file_, .with_time = false, .file_bytes_max = 200, .files_max = 3}));
  for (int i = 0; i < 100; ++i) log_line(LogLevel::kInfo, "line " + std::to_string(i) + " of many");
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_))
    ++files;
  EXPECT_EQ(files, 3);
  EXPECT_THAT(read(file_), testing::HasSubstr("line 99 of many"));
}

TEST_F(LogSink, AFileThatCannotBeOpenedIsAnError) {
  const Status opened = open_log({.file = directory_.string()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kIo);
}

TEST_F(LogSink, AFullPipeLosesLinesInsteadOfWaiting) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const int saved = ::dup(STDERR_FILENO);
  ASSERT_GE(::dup2(ends[1], STDERR_FILENO), 0);
  auto file = LogFile::open({});
  const std::string line(10'000, 'x');
  for (int i = 0; i < 100; ++i) file->write(line);  // a pipe holds 64 KiB
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  std::string got(1'000'000, '\0');
  const ssize_t size = ::read(ends[0], got.data(), got.size());
  EXPECT_GT(size, 32'000);
  EXPECT_LT(size, 100'000);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace leat
