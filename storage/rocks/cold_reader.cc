#include "storage/rocks/cold_reader.h"

#include <utility>

#include "core/base/limits.h"

namespace leat::rocks {

namespace {

void answer(ColdRead& read, Result<Bytes> value) {
  read.post->post([callback = std::move(read.callback), value = std::move(value)]() mutable {
    callback(std::move(value));
  });
}

}  // namespace

ColdReader::ColdReader(const Database& database, int threads) : database_(database) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

ColdReader::~ColdReader() { stop(); }

void ColdReader::read(ColdRead read) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < limits::kColdReadsPending) {
      waiting_.push_back(std::move(read));
      work_.notify_one();
      return;
    }
  }
  answer(read, failure(ErrorKind::kLimit, "too many cold reads are waiting"));
}

void ColdReader::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ColdReader::run() {
  while (true) {
    ColdRead read;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return !waiting_.empty() || is_stopping_; });
      if (waiting_.empty()) return;
      read = std::move(waiting_.front());
      waiting_.pop_front();
    }
    answer(read, read.message ? database_.get_message(read.key.view(), read.message)
                              : database_.get(read.family, read.key.view()));
  }
}

}  // namespace leat::rocks
