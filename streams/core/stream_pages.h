#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "storage/api/index_row.h"
#include "storage/api/write_set.h"
#include "streams/core/stream_effects.h"
#include "streams/core/stream_state.h"

namespace leat {

// Between the state of a stream and its pages. Owned by StreamMachine; what it gathers while it
// loads is dropped by finish().
//
//   stream page    version 1 (= 1) | varint applied | varint config number | text config |
//                  created | last stamp | hash 8 as varint | varint apply version |
//                  is deleted 1 | varint last seq | last time | varint first seq |
//                  text last message id | dedup floor | varint next consumer id
//   removed page   version 1 (= 1) | 1,024 bytes: bit i of byte b is set when sequence
//                  8192 page + 8 b + i is not in the stream
//
// The pages of schedules are drawn in schedule_table.h. Times are zigzag varints. The stream page
// and a consumer's page (consumers/core/consumer_pages.h) are cut into parts of
// limits::kStatePageBytes under ascending numbers.
class StreamPages {
 public:
  using Visitor = std::function<void(const StatePageKey& key, std::string_view value)>;

  explicit StreamPages(StreamState& state) : state_(state) {}

  void take_dirty(const Visitor& visit);

  Status load_page(const StatePageKey& key, std::string_view value);
  Status finish_pages();
  Status load_row(const IndexRow& row);
  Status load_lost(StreamSeq first, StreamSeq last);
  Status finish();
  // While loading as the stream page says, and then as the state is.
  StreamSeq first_kept() const;

 private:
  void take_stream(const Visitor& visit);
  void take_consumers(const Visitor& visit);
  void take_pending(ConsumerState& consumer, const Visitor& visit);
  void erase_consumer(ConsumerId id, const Visitor& visit);
  void take_removed(const Visitor& visit);
  void take_schedules(const Visitor& visit);
  // Cuts a page into parts; `existing` of them stood there before. Returns how many there are now.
  struct Parts {
    StatePageKind kind = StatePageKind::kStream;
    std::uint64_t owner = 0;
    std::uint64_t existing = 0;
  };
  static std::uint64_t write_parts(const Parts& parts, std::string_view value,
                                   const Visitor& visit);

  Status parse_loaded();
  Status parse_stream(std::string_view value);
  bool is_removed(StreamSeq sequence) const;

  StreamState& state_;
  // What was read and is not in the state yet.
  struct Loading {
    std::string stream_page;
    std::map<ConsumerId, std::string> consumer_values;
    std::map<StatePageKey, std::string> pending_values;
    std::map<std::uint64_t, std::string> removed_values;
    StreamSeq first_seq;
    bool is_parsed = false;
    bool has_lost = false;
  };
  Loading& loading() {
    if (loading_ == nullptr) loading_ = std::make_unique<Loading>();
    return *loading_;
  }
  std::unique_ptr<Loading> loading_;  // null: nothing is being loaded
};

}  // namespace leat
