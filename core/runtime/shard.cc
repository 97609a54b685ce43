#include "core/runtime/shard.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/base/limits.h"
#include "core/base/mutex.h"

namespace leat {

namespace {

// The loop wakes by itself at least this often; a bound for the arithmetic of far moments.
constexpr DurationNs kSleepNsMax = 3600LL * 1'000'000'000;

int make_bell() {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  LEAT_CHECK(descriptor >= 0) << "eventfd: " << std::strerror(errno);
  return descriptor;
}

}  // namespace

struct ShardInbox::Bell {
  explicit Bell(boost::asio::io_context& loop) : descriptor(loop, make_bell()) {}

  boost::asio::posix::stream_descriptor descriptor;  // an eventfd: others write, the loop reads
  std::uint64_t rung = 0;                            // what was read from it; the owner's
};

ShardInbox::ShardInbox(boost::asio::io_context& loop) : bell_(std::make_unique<Bell>(loop)) {
  listen();
}

ShardInbox::~ShardInbox() = default;

void ShardInbox::post(Task task) {
  bool is_asleep = false;
  {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    is_asleep = !std::exchange(wake_is_posted_, true);
  }
  if (is_asleep) wake();
}

void ShardInbox::append(std::vector<Task>& batch) {
  bool is_asleep = false;
  {
    const MutexLock lock(mutex_);
    if (tasks_.empty()) {
      tasks_.swap(batch);
    } else {
      std::move(batch.begin(), batch.end(), std::back_inserter(tasks_));
      batch.clear();
    }
    is_asleep = !std::exchange(wake_is_posted_, true);
  }
  if (is_asleep) wake();
}

void ShardInbox::take(std::vector<Task>& into) {
  LEAT_CHECK(into.empty());
  const MutexLock lock(mutex_);
  tasks_.swap(into);
  wake_is_posted_ = false;
}

// Not asio::post: that wakes the loop with the loop's lock held, and on a busy machine whoever is
// woken runs at once, into that lock.
void ShardInbox::wake() {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(bell_->descriptor.native_handle(), &one, sizeof(one));
  LEAT_CHECK(written == sizeof(one)) << std::strerror(errno);
}

// An empty handler is enough: every turn looks into the inbox after its handlers. That it always
// listens also keeps the loop from running out of work, which would end it.
void ShardInbox::listen() {
  bell_->descriptor.async_read_some(boost::asio::buffer(&bell_->rung, sizeof(bell_->rung)),
                                    [this](boost::system::error_code error, std::size_t) {
                                      if (!error) listen();
                                    });
}

Shard::Shard(ShardId self, const Clock& clock)
    : self_(self),
      clock_(clock),
      loop_(std::make_unique<boost::asio::io_context>(1)),
      inbox_(*loop_) {
  // Alone until connected; mail to itself is a posted task in any case.
  peers_.assign(1, &inbox_);
  outgoing_.resize(1);
}

Shard::~Shard() = default;

void Shard::connect(std::vector<ShardInbox*> peers) {
  LEAT_CHECK(self_.value < peers.size()) << self_.value;
  peers_ = std::move(peers);
  outgoing_.resize(peers_.size());
}

void Shard::post(Task task) {
  LEAT_DCHECK_OWNER(owner_);
  posted_.push_back(std::move(task));
}

void Shard::at_turn_end(Task task) {
  LEAT_DCHECK_OWNER(owner_);
  turn_end_.push_back(std::move(task));
}

TimerId Shard::call_at(SteadyNs when, Task task) {
  LEAT_DCHECK_OWNER(owner_);
  return timers_.add(when, std::move(task));
}

void Shard::cancel(TimerId timer) {
  LEAT_DCHECK_OWNER(owner_);
  timers_.cancel(timer);
}

void Shard::send(ShardId to, Task task) {
  LEAT_DCHECK_OWNER(owner_);
  if (to == self_) {
    posted_.push_back(std::move(task));
    return;
  }
  LEAT_CHECK(to.value < outgoing_.size()) << to.value;
  outgoing_[to.value].push_back(std::move(task));
}

void Shard::run() {
  owner_.release();
  while (!stopped_.load(std::memory_order_acquire)) {
    // What was posted before run() counts as work of the first turn.
    if (!has_work() && turn_end_.empty()) {
      const DurationNs sleep_ns =
          std::min(kSleepNsMax, std::max<DurationNs>(0, timers_.next_ns() - clock_.steady_ns()));
      // Boost counts in milliseconds rounded up, so a timer is never early here.
      loop_->run_one_for(std::chrono::nanoseconds(sleep_ns));
      // What that handler posted is for the turn after this one.
      go_on_with_turn();
    } else {
      run_turn();
    }
  }
  owner_.release();
}

void Shard::stop() {
  stopped_.store(true, std::memory_order_release);
  inbox_.post([] {});
}

void Shard::run_turn() {
  // First, so that what the handlers post waits for the work that this turn puts together.
  posted_.swap(running_);
  run_batch(running_);
  go_on_with_turn();
}

void Shard::go_on_with_turn() {
  run_handlers();
  inbox_.take(running_);
  run_batch(running_);
  const SteadyNs now = clock_.steady_ns();
  while (Task due = timers_.take_due(now)) due();
  run_turn_end();
  send_mail();
}

void Shard::run_handlers() {
  for (int count = 0; count < limits::kHandlersPerTurn; ++count) {
    if (loop_->poll_one() == 0) return;
  }
}

// Tasks may add to posted_, turn_end_, outgoing_ and the inbox, never to the batch being run.
void Shard::run_batch(std::vector<Task>& from) {
  for (Task& task : from) {
    task();
    task = Task();  // what it holds is given back before the next one runs
  }
  from.clear();
}

void Shard::run_turn_end() {
  while (!turn_end_.empty()) {
    turn_end_.swap(running_);
    run_batch(running_);
  }
}

void Shard::send_mail() {
  for (std::size_t to = 0; to < outgoing_.size(); ++to) {
    if (!outgoing_[to].empty()) peers_[to]->append(outgoing_[to]);
  }
}

}  // namespace leat
