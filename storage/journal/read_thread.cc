#include "storage/journal/read_thread.h"

#include <optional>
#include <utility>

namespace leat::journal {

void answer(LogRead& read, Result<std::vector<LogRecord>> entries) {
  read.post->post([answer = std::move(read.answer), entries = std::move(entries)]() mutable {
    answer(std::move(entries));
  });
}

ReadThread::ReadThread(FileSystem& files, std::string directory)
    : reader_(files, std::move(directory)) {
  worker_.start([this] { run(); });
}

void ReadThread::read(LogRead read, Result<ReadPlan> plan) {
  worker_.hand_over([&] {
    waiting_.push_back({std::move(read), std::move(plan)});
    return true;
  });
}

void ReadThread::run() {
  while (true) {
    std::optional<Waiting> next;
    {
      WorkerThread::Lock lock = worker_.lock();
      worker_.wait(lock, [this] { return !waiting_.empty(); });
      if (waiting_.empty()) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    answer(next->read, next->plan ? reader_.read(*next->plan, next->read.bytes)
                                  : tl::unexpected(std::move(next->plan).error()));
  }
}

}  // namespace leat::journal
