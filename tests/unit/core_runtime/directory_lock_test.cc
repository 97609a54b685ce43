// Wrong would be: two servers that write one store, or a store that stays locked by nobody.
#include "core/runtime/directory_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

namespace leat {
namespace {

class DirectoryLocks : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string directory_ = testing::TempDir() + "directory_lock_" + std::to_string(::getpid());
};

TEST_F(DirectoryLocks, TheSecondIsRefusedAndToldByWhom) {
  std::optional<Result<DirectoryLock>> first = DirectoryLock::acquire(directory_ + "/a/b");
  ASSERT_TRUE(*first) << first->error().text;
  const auto second = DirectoryLock::acquire(directory_ + "/a/b");
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text,
              testing::HasSubstr("in use by process " + std::to_string(::getpid())));
  first.reset();
  EXPECT_TRUE(DirectoryLock::acquire(directory_ + "/a/b"));
}

TEST_F(DirectoryLocks, AFileIsNoDirectory) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ + "/file") << "x";
  for (const char* path : {"/file", "/file/below"}) {
    const auto lock = DirectoryLock::acquire(directory_ + path);
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().text, "storage directory is not a directory");
  }
}

TEST_F(DirectoryLocks, ALockThatCannotBeOpenedIsNotAnAbsentOne) {
  std::filesystem::create_directories(directory_);
  EXPECT_TRUE(DirectoryLock::share(directory_));
  std::filesystem::create_symlink("lock", directory_ + "/lock");
  const auto lock = DirectoryLock::share(directory_);
  ASSERT_FALSE(lock);
  EXPECT_THAT(lock.error().text, testing::HasSubstr("lock: Too many levels of symbolic links"));
}

}  // namespace
}  // namespace leat
