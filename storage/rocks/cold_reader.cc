#include "storage/rocks/cold_reader.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/mutex.h"

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
    const MutexLock lock(mutex_);
    if (waiting_.size() < limits::kColdReadsPending) {
      const bool is_free = waiting_.size() < free_threads_;
      waiting_.push_back(
          {std::move(read), is_free ? SteadyTime() : std::chrono::steady_clock::now()});
      if (!is_free) {
        ++waits_.waits;
        ++waits_.waiting;
      }
      work_.notify_one();
      return;
    }
  }
  answer(read, failure(ErrorKind::kLimit, "too many cold reads are waiting"));
}

void ColdReader::stop() {
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

DiskWaits ColdReader::waits() const {
  const MutexLock lock(mutex_);
  return waits_;
}

void ColdReader::note_end(const Waiting& waited) {
  if (waited.since == SteadyTime()) return;
  const std::chrono::nanoseconds length = std::chrono::steady_clock::now() - waited.since;
  const auto length_ns = static_cast<std::uint64_t>(length.count());
  --waits_.waiting;
  waits_.wait_ns += length_ns;
  waits_.wait_ns_max = std::max(waits_.wait_ns_max, length_ns);
}

void ColdReader::run() {
  while (true) {
    ColdRead read;
    {
      const MutexLock lock(mutex_);
      ++free_threads_;
      while (waiting_.empty() && !is_stopping_) work_.wait(mutex_);
      --free_threads_;
      if (waiting_.empty()) return;
      note_end(waiting_.front());
      read = std::move(waiting_.front().read);
      waiting_.pop_front();
    }
    answer(read, read.message ? database_.get_message(read.key.view(), read.message)
                              : database_.get(read.family, read.key.view()));
  }
}

}  // namespace leat::rocks
