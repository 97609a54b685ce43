#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "core/runtime/shard.h"

namespace leat {

// All shards of the server and their threads. Owned by the server; made, started and stopped on the
// main thread. The hosts of a shard are made and destroyed while its thread is not running.
class ShardPool {
 public:
  ShardPool(std::uint16_t shards, const Clock& clock);
  ~ShardPool();  // stops and joins

  std::uint16_t size() const { return static_cast<std::uint16_t>(shards_.size()); }
  Shard& at(std::uint16_t index) { return *shards_[index]; }

  void start();
  void stop();  // returns when every thread has ended; harmless when repeated

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::thread> threads_;
};

}  // namespace leat
