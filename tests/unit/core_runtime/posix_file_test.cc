// Wrong would be: bytes of a file that are not those written, and errors whose kind misleads
// recovery.
#include "core/runtime/posix_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace leat {
namespace {

class PosixFiles : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(files_.make_directories(directory_ + "/a")); }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  PosixFileSystem files_;
  std::string directory_ = ::testing::TempDir() + "posix_file_" + std::to_string(::getpid());
};

TEST_F(PosixFiles, WhatIsWrittenIsRead) {
  auto file = files_.open(directory_ + "/a/x", OpenMode::kCreate);
  ASSERT_TRUE(file) << file.error().text;
  ASSERT_TRUE((*file)->write_at(3, "leat"));
  ASSERT_TRUE((*file)->write_at(0, "abc"));
  ASSERT_TRUE((*file)->sync_data());
  ASSERT_TRUE((*file)->sync_all());
  EXPECT_EQ((*file)->size().value(), 7U);
  std::array<char, 16> into{};
  EXPECT_EQ((*file)->read_at(2, into).value(), 5U);  // the end of the file cuts it
  EXPECT_EQ(std::string_view(into.data(), 5), "cleat");
  EXPECT_EQ((*file)->read_at(7, into).value(), 0U);
}

TEST_F(PosixFiles, ErrorsHaveTheirKind) {
  EXPECT_EQ(files_.open(directory_ + "/none", OpenMode::kReadOnly).error().kind,
            ErrorKind::kNotFound);
  ASSERT_TRUE(files_.open(directory_ + "/x", OpenMode::kCreate));
  EXPECT_EQ(files_.open(directory_ + "/x", OpenMode::kCreate).error().kind, ErrorKind::kExists);
  EXPECT_EQ(files_.list(directory_ + "/none").error().kind, ErrorKind::kNotFound);
  auto read_only = files_.open(directory_ + "/x", OpenMode::kReadOnly);
  ASSERT_TRUE(read_only);
  EXPECT_EQ((*read_only)->write_at(0, "x").error().kind, ErrorKind::kIo);
  EXPECT_EQ(files_.open("/dev/full", OpenMode::kReadWrite).value()->write_at(0, "x").error().kind,
            ErrorKind::kNoSpace);
}

TEST_F(PosixFiles, NamesAreListedInOrderAndRenamed) {
  for (const char* name : {"/c", "/b"}) {
    ASSERT_TRUE(files_.open(directory_ + name, OpenMode::kCreate));
  }
  ASSERT_TRUE(files_.rename(directory_ + "/c", directory_ + "/0"));
  ASSERT_TRUE(files_.sync_directory(directory_));
  EXPECT_EQ(files_.list(directory_).value(), (std::vector<std::string>{"0", "a", "b"}));
  EXPECT_TRUE(files_.exists(directory_ + "/0"));
  EXPECT_FALSE(files_.exists(directory_ + "/c"));
}

}  // namespace
}  // namespace leat
