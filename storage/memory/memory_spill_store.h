#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/api/spill_store.h"

namespace leat {

// The twin of storage/spill in memory, for tests and the simulator: it holds whoever uses it to
// naming what is there. With a bound, a put beyond it finds no room. Owned by whoever made it.
class MemorySpillStore : public SpillStore {
 public:
  static constexpr std::size_t kNoBound = SIZE_MAX;
  explicit MemorySpillStore(std::size_t bytes_max = kNoBound) : bytes_max_(bytes_max) {}

  std::optional<SpillRef> put(std::string_view bytes) override;
  void get(const SpillRef& ref, std::string& into) override;
  void drop(const SpillRef& ref) override;

  std::size_t bytes() const { return bytes_; }

 private:
  const std::string& at(const SpillRef& ref) const;

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::uint64_t next_place_ = 0;
  std::map<std::uint64_t, std::string> places_;
};

}  // namespace leat
