#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "storage/api/message_store.h"

namespace leat {

// The store of a stopped server, to be looked at: nothing in its directory is changed. One thread.
class StoreInspector {
 public:
  struct Table {
    std::string name;
    std::uint64_t size_bytes = 0;
  };

  virtual ~StoreInspector() = default;
  virtual RecoveredStore& rows() = 0;
  // Every file of rows.
  virtual std::vector<Table> tables() = 0;
  // Reads all of one; kCorruption when a checksum in it is wrong.
  virtual Status verify(const Table& table) = 0;
};

// kCorruption when the list of tables cannot be read; damaged tables show in verify().
Result<std::unique_ptr<StoreInspector>> inspect_rocks_store(const std::string& path);

}  // namespace leat
