#pragma once

#include <ostream>
#include <string>

#include "core/base/result.h"
#include "core/env/file.h"

namespace leat {

enum class JournalDetail {
  kSegments,  // segments, and the verdict on every bad place
  kRecords,   // also batches with their groups and records, and each group with its range
};

// Prints what a journal directory holds, for a person, and who is suspect. Changes nothing. True
// when everything in it is right. Fails when the directory or a file in it cannot be read.
Result<bool> inspect_journal(FileSystem& files, const std::string& directory, JournalDetail detail,
                             std::ostream& out);

}  // namespace leat
