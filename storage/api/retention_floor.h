#pragma once

#include <memory>
#include <unordered_map>
#include <utility>

#include "core/base/ids.h"

namespace leat {

// What a flushed write set still keeps of a stream.
struct StreamFloor {
  StreamSeq first_kept = {};      // of blocks
  StreamSeq first_row_kept = {};  // of index rows
};

// Stream -> floor. An immutable copy: it may lag behind the streams and never leads them. A stream
// that is not in it keeps everything.
class RetentionFloor {
 public:
  using Floors = std::unordered_map<GroupId, StreamFloor>;

  RetentionFloor() : floors_(std::make_shared<const Floors>()) {}
  explicit RetentionFloor(Floors floors)
      : floors_(std::make_shared<const Floors>(std::move(floors))) {}

  // Null when the stream keeps everything.
  const StreamFloor* of(GroupId stream) const {
    const auto found = floors_->find(stream);
    return found == floors_->end() ? nullptr : &found->second;
  }

 private:
  std::shared_ptr<const Floors> floors_;
};

}  // namespace leat
