#include "raft/core/entry.h"

#include "storage/api/log_store.h"

namespace leat {

std::uint64_t chain_hash(const RaftEntry& entry) {
  // The journal compares the same hash when it looks for the next good record, so there is one.
  return entry_hash({.group = {},
                     .kind = RecordKind::kEntry,
                     .index = entry.index,
                     .term = entry.term,
                     .previous_hash = entry.previous_hash,
                     .payload = entry.payload});
}

}  // namespace leat
