#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/env/file.h"
#include "storage/api/log_store.h"
#include "storage/journal/writer.h"

namespace leat::journal {

// What a directory held: the log of all groups, and where a Writer goes on.
struct Recovered {
  std::unique_ptr<RecoveredLog> log;
  JournalEnd end;
};

// Scans the journal in `directory`; nothing is changed or removed there. `files` must outlive the
// recovered log. Fails only when a file cannot be read: damage makes groups suspect instead.
Result<Recovered> recover(FileSystem& files, const std::string& directory);

// Whether journal and store belong together and no file is missing, before anything is written:
// kCorruption with what to do when not. `store_holds` is the newest write that is in the store.
Status check_whole(const Recovered& found, StoreTicket store_holds);

}  // namespace leat::journal
