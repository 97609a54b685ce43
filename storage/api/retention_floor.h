#pragma once

#include <memory>
#include <unordered_map>

#include "core/base/ids.h"

namespace leat {

// Stream -> first sequence that a flushed write set still keeps. An immutable copy: it may lag
// behind the streams and never leads them. A stream that is not in it keeps everything.
class RetentionFloor {
 public:
  using Floors = std::unordered_map<GroupId, StreamSeq>;

  RetentionFloor() : floors_(std::make_shared<const Floors>()) {}
  explicit RetentionFloor(Floors floors)
      : floors_(std::make_shared<const Floors>(std::move(floors))) {}

  // None when the stream keeps everything.
  StreamSeq of(GroupId stream) const {
    const auto found = floors_->find(stream);
    return found == floors_->end() ? StreamSeq() : found->second;
  }

 private:
  std::shared_ptr<const Floors> floors_;
};

}  // namespace leat
