#include "core/runtime/shard_pool.h"

#include <pthread.h>

#include <algorithm>
#include <string>

#include "core/base/check.h"
#include "core/base/limits.h"

namespace leat {

ShardPool::ShardPool(std::uint16_t shards, const Clock& clock) {
  LEAT_CHECK(shards >= 1 && shards <= limits::kShards) << shards;
  std::vector<ShardInbox*> inboxes;
  for (std::uint16_t index = 0; index < shards; ++index) {
    shards_.push_back(std::make_unique<Shard>(ShardId(index), clock));
    inboxes.push_back(&shards_.back()->inbox());
  }
  for (auto& shard : shards_) shard->connect(inboxes);
}

ShardPool::~ShardPool() { stop(); }

void ShardPool::start() {
  LEAT_CHECK(threads_.empty());
  for (std::size_t index = 0; index < shards_.size(); ++index) {
    threads_.emplace_back([shard = shards_[index].get()] { shard->run(); });
    const std::string name = "shard-" + std::to_string(index);
    pthread_setname_np(threads_.back().native_handle(), name.c_str());
  }
}

void ShardPool::stop() {
  for (auto& shard : shards_) shard->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace leat
