#include "raft/core/quorum.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "core/base/check.h"

namespace leat {

LogIndex quorum_index(std::span<const Progress> voters) {
  LEAT_CHECK(!voters.empty());
  if (voters.size() == 1) return voters.front().match;
  std::vector<LogIndex> matches;
  matches.reserve(voters.size());
  for (const Progress& voter : voters) matches.push_back(voter.match);
  std::sort(matches.begin(), matches.end(), std::greater<>());
  return matches[majority(voters.size()) - 1];
}

}  // namespace leat
