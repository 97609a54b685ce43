#pragma once

#include <string>
#include <vector>

namespace leat {

// `leat-server inspect ...`: checks the store of a stopped server, for a person; changes nothing.
// `words` is what follows "inspect". Returns the exit status: 0 healthy, 1 damaged, 2 not checked.
int run_inspect(const std::vector<std::string>& words);

}  // namespace leat
