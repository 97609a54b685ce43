#pragma once

#include <ostream>
#include <string>

#include "core/base/result.h"
#include "core/env/file.h"

namespace leat {

// Prints what a journal directory holds, for a person: segments, batches with their groups and
// records, the verdict on every bad place, each group with its range, and who is suspect. Changes
// nothing. Fails when the directory or a file in it cannot be read.
Status inspect_journal(FileSystem& files, const std::string& directory, std::ostream& out);

}  // namespace leat
