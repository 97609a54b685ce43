#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat {

// Where bytes were spilled to; nothing but its store reads it.
struct SpillRef {
  std::uint64_t place = 0;
  std::uint32_t bytes = 0;  // 0: nowhere

  explicit operator bool() const { return bytes != 0; }
};

// Room beside memory for parts of a cache. What is there is made anew from the message store at a
// start: nothing of it outlives the process, and no other process reads it. One for each shard,
// used on its thread; calls may wait for the disk.
class SpillStore {
 public:
  virtual ~SpillStore() = default;
  // Keeps a copy of these bytes, which are not none; nothing when there is no room for it.
  virtual std::optional<SpillRef> put(std::string_view bytes) = 0;
  // Replaces `into` by what was put there. There is no other copy: where it can not be read as it
  // was written, the process stops (poison_process).
  virtual void get(const SpillRef& ref, std::string& into) = 0;
  virtual void drop(const SpillRef& ref) = 0;
};

}  // namespace leat
