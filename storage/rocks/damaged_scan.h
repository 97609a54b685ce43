#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "core/base/result.h"
#include "storage/api/keys.h"
#include "storage/rocks/database.h"

namespace leat::rocks {

// Rows of one family whose keys differ in a number at their end only.
struct NumberedRows {
  Database::Family family = Database::Family::kState;
  std::function<keys::Key(std::uint64_t number)> key_of;
  std::function<Result<std::uint64_t>(std::string_view key)> number_of;
  keys::Key end;  // behind all of them
};

// Rows from `first` on, up to but not including `end`, that the disk does not give back.
struct RowHole {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> end;  // none: all that follow
  Error why;
};

struct DamagedScan {
  std::function<Status(std::uint64_t number, std::string_view value)> on_row;
  std::function<Status(const RowHole& hole)> on_hole;
};

// Every row from `from` on that can be read, in order, and each place where some cannot: a scan of
// RocksDB ends at the first. Two holes that are near each other may be told as one. Stops at the
// first failure of a visitor, or of a read that is not about damage.
Status scan_past_damage(const Database& database, const NumberedRows& rows, std::uint64_t from,
                        const DamagedScan& visit);

}  // namespace leat::rocks
