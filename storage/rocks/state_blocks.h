#pragma once

#include <rocksdb/flush_block_policy.h>

#include <memory>

namespace leat::rocks {

// RocksDB's own blocks of the family `state`: none of them holds rows of two tables (keys.h), and
// the raft row of the meta group stands alone, so that damage in one costs no more than it must.
std::shared_ptr<rocksdb::FlushBlockPolicyFactory> state_blocks();

}  // namespace leat::rocks
