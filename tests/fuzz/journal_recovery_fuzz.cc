// Recovery of a journal whose segment is any bytes: it may find damage, it must not crash, hang or
// invent entries that do not follow each other.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "core/base/check.h"
#include "storage/journal/format.h"
#include "storage/journal/recovery.h"
#include "tests/sim/sim_disk.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  sim::SimDisk disk;
  auto file = disk.open("j/" + journal::segment_name(1), OpenMode::kCreate);
  LEAT_CHECK(file.has_value());
  LEAT_CHECK((*file)->write_at(0, bytes).has_value());
  const auto recovered = journal::recover(disk, "j");
  if (!recovered) return 0;
  const RecoveredLog& log = *recovered->log;
  for (const GroupId group : log.groups()) {
    LogIndex last;
    const Status replayed =
        log.replay(group, LogIndex(1), [&last](const LogRecord& entry) -> Status {
          LEAT_CHECK(entry.index > last) << entry.index << " after " << last;
          last = entry.index;
          return {};
        });
    if (!replayed) return 0;
    log.hard_state(group);
  }
  return 0;
}
