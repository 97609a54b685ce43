#include "storage/rocks/damaged_scan.h"

#include <limits>
#include <utility>

namespace leat::rocks {

namespace {

constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();

// Wrong bytes, or none at all.
bool is_damage(const Error& why) {
  return why.kind == ErrorKind::kCorruption || why.kind == ErrorKind::kIo;
}

// The number from which on rows can be read again; none when none can. Found by steps that double,
// then by halves: a hole costs a hundred reads of a few KiB, whatever the numbers are.
std::optional<std::uint64_t> behind_damage(const Database& database, const NumberedRows& rows,
                                           std::uint64_t from) {
  const auto is_readable = [&](std::uint64_t number) {
    return database.is_readable(rows.family, {rows.key_of(number), rows.end});
  };
  std::uint64_t bad = from;
  std::uint64_t step = 1;
  while (true) {
    if (step > kLast - from) return std::nullopt;
    if (is_readable(from + step)) break;
    bad = from + step;
    if (step > kLast / 2) return std::nullopt;
    step *= 2;
  }
  std::uint64_t good = from + step;
  while (good - bad > 1) {
    const std::uint64_t middle = bad + (good - bad) / 2;
    (is_readable(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace

Status scan_past_damage(const Database& database, const NumberedRows& rows, std::uint64_t from,
                        const DamagedScan& visit) {
  std::uint64_t next = from;
  while (true) {
    Status visited;
    const Status scanned = database.scan(
        rows.family, {rows.key_of(next), rows.end},
        [&](std::string_view key, std::string_view value) -> Status {
          const Result<std::uint64_t> number = rows.number_of(key);
          visited = number ? visit.on_row(*number, value) : tl::unexpected(number.error());
          if (visited) next = *number + 1;
          return visited;
        });
    if (scanned || !visited || !is_damage(scanned.error())) return scanned;
    RowHole hole{.first = next, .end = behind_damage(database, rows, next), .why = scanned.error()};
    LEAT_TRY(visit.on_hole(hole));
    if (!hole.end) return {};
    next = *hole.end;
  }
}

}  // namespace leat::rocks
