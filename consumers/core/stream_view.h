#pragma once

#include <cstdint>

#include "consumers/core/filter_set.h"
#include "core/base/ids.h"

namespace leat {

// Where a scan ended: at a message, or before `next` with nothing found so far. `is_end` when the
// stream has nothing more.
struct ScanResult {
  StreamSeq sequence{};
  StreamSeq next{};
  bool is_end = false;
};

// What a consumer may ask of its stream. Implemented by the stream's machine.
class StreamView {
 public:
  virtual ~StreamView() = default;
  virtual bool contains(StreamSeq sequence) const = 0;
  // How many messages at or after `from` the filters let through.
  virtual std::uint64_t count(const FilterSet& filters, StreamSeq from) const = 0;
  // The first message at or after `from` that the filters let through; looks at `budget` places at
  // most.
  virtual ScanResult scan(const FilterSet& filters, StreamSeq from, std::uint32_t budget) const = 0;
};

}  // namespace leat
