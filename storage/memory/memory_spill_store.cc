#include "storage/memory/memory_spill_store.h"

#include "core/base/check.h"

namespace leat {

std::optional<SpillRef> MemorySpillStore::put(std::string_view bytes) {
  LEAT_CHECK(!bytes.empty());
  if (bytes.size() > bytes_max_ - bytes_) return std::nullopt;
  bytes_ += bytes.size();
  places_.emplace(next_place_, bytes);
  return SpillRef{.place = next_place_++, .bytes = static_cast<std::uint32_t>(bytes.size())};
}

const std::string& MemorySpillStore::at(const SpillRef& ref) const {
  const auto found = places_.find(ref.place);
  LEAT_CHECK(found != places_.end()) << "nothing was put at " << ref.place;
  LEAT_CHECK(found->second.size() == ref.bytes) << ref.place;
  return found->second;
}

void MemorySpillStore::get(const SpillRef& ref, std::string& into) { into = at(ref); }

void MemorySpillStore::drop(const SpillRef& ref) {
  LEAT_CHECK(bytes_ >= ref.bytes) << bytes_;
  bytes_ -= at(ref).size();
  places_.erase(ref.place);
}

}  // namespace leat
