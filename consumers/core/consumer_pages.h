#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "consumers/core/consumer_state.h"
#include "core/base/result.h"

namespace leat {

// The state pages of one consumer.
//
//   consumer page   version 1 (= 1) | text name | varint created | text config | varint next
//                   consumer seq | varint next stream seq | floor: varint consumer seq, stream seq,
//                   time | varint delivered at | varint num_pending | varint generation
//                   | varint latest limit | varint number, distances of the latest ones
//                   | varint number, {distance, deliveries} of those given up
//   pending page    version 1 (= 1) | varint number, each: varint distance of the stream seq |
//                   varint distance of the consumer seq | zigzag distance of the base time |
//                   varint deliveries * 2 + phase
//
// Distances of a page begin at zero.
class ConsumerPages {
 public:
  // Whether the consumer page changed since the last call.
  static bool take_dirty(ConsumerState& state);
  static std::set<std::uint64_t> take_dirty_pending(ConsumerState& state);
  static void append_consumer(const ConsumerState& state, std::string& out);
  // Empty when no delivery lies in the page.
  static void append_pending(const ConsumerState& state, std::uint64_t page, std::string& out);

  static Result<std::unique_ptr<ConsumerState>> parse_consumer(ConsumerId id,
                                                               std::string_view value);
  // Pages ascend.
  static Status parse_pending(ConsumerState& state, std::string_view value);
};

}  // namespace leat
