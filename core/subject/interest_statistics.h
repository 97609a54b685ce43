#pragma once

#include <algorithm>
#include <cstdint>

namespace leat {

// What an Interest has done since it was made, and what it remembers now.
struct InterestStatistics {
  std::uint64_t subscriptions = 0;
  std::uint64_t inserts = 0;
  std::uint64_t removes = 0;
  std::uint64_t matches = 0;
  std::uint64_t cache_hits = 0;  // matches that were remembered
  std::uint64_t remembered = 0;  // subjects
  std::uint64_t fanout_sum = 0;  // subscribers of the remembered subjects
  std::uint64_t fanout_max = 0;

  void add(const InterestStatistics& other) {
    subscriptions += other.subscriptions;
    inserts += other.inserts;
    removes += other.removes;
    matches += other.matches;
    cache_hits += other.cache_hits;
    remembered += other.remembered;
    fanout_sum += other.fanout_sum;
    fanout_max = std::max(fanout_max, other.fanout_max);
  }
};

}  // namespace leat
