#include "raft/core/entry.h"

#include "core/base/chain_hash.h"

namespace leat {

std::uint64_t chain_hash(const RaftEntry& entry) {
  const ChainLink link{
      .previous_hash = entry.previous_hash, .index = entry.index, .term = entry.term};
  return chain_hash(link, entry.payload.view());
}

}  // namespace leat
