// If this failed, the store would stop flushing, and the journal would grow until the disk is full.
#include "storage/rocks/store_thread.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/shard_loop.h"

namespace leat::rocks {
namespace {

// Flushes each write as soon as it is made, before the thread comes to a flush of its own.
class FlushingPost : public RemotePost {
 public:
  FlushingPost(Database& database, RemotePost& post) : database_(database), post_(post) {}
  void post(Task task) override {
    EXPECT_TRUE(database_.flush());
    post_.post(std::move(task));
  }

 private:
  Database& database_;
  RemotePost& post_;
};

class StoreThreadTest : public ::testing::Test {
 protected:
  StoreThreadTest() {
    std::string path = ::testing::TempDir() + "leat-store-XXXXXX";
    path_ = ::mkdtemp(path.data());
  }
  ~StoreThreadTest() override {
    writer_->stop();
    EXPECT_TRUE(database_->close());
    std::filesystem::remove_all(path_);
  }

  void open() {
    auto opened = Database::open({.path = path_ + "/db"}, retention_);
    ASSERT_TRUE(opened) << opened.error().text;
    database_ = std::move(*opened);
    writer_ = std::make_unique<StoreThread>(
        *database_, book_, retention_,
        StoreThread::Bounds{.flush_bytes = std::size_t{1} << 20, .reclaim_step_bytes = 1 << 20});
    database_->on_flushed([this](StoreTicket through) {
      writer_->flush_ended();
      loop_.post([this, through] { flushed_ = through; });
    });
  }

  StoreTicket write(std::uint64_t index, RemotePost& post) {
    WriteSet set{.group = GroupId(2), .stored = LogIndex(index), .wants_flush = true};
    set.blocks.push_back({StreamSeq(index), Bytes::copy_of("block")});
    bool is_written = false;
    writer_->submit(
        {.kind = StoreJob::Kind::kWrite, .set = std::move(set), .post = &post, .on_done = [&] {
           is_written = true;
         }});
    EXPECT_TRUE(loop_.run_until([&] { return is_written; }));
    return database_->last_ticket();
  }
  bool is_flushed(StoreTicket ticket) {
    return loop_.run_until([&] { return flushed_ >= ticket; });
  }

  std::string path_;
  leat::testing::ShardLoop loop_;
  RetentionBook retention_;
  FlushBook book_;
  StoreTicket flushed_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<StoreThread> writer_;
};

// As after a full disk, when the database resumes, and when one of its memory tables is full.
TEST_F(StoreThreadTest, AFlushThatTheDatabaseHasMadeItselfIsNotWaitedFor) {
  open();
  FlushingPost flushing(*database_, loop_);
  ASSERT_TRUE(is_flushed(write(1, flushing)));
  EXPECT_TRUE(is_flushed(write(2, loop_)));
}

}  // namespace
}  // namespace leat::rocks
