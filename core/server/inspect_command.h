#pragma once

#include <string>
#include <vector>

namespace leat {

// `leat-server inspect journal DIR`: prints what a journal directory holds, for a person; changes
// nothing. `words` is what follows "inspect". Returns the exit status.
int run_inspect(const std::vector<std::string>& words);

}  // namespace leat
