#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/router/name_list.h"
#include "core/router/peer.h"

namespace leat {

// The peers that one publish goes to, and the queue groups that each of them serves. Its memory is
// used again by the next publish. Owned by a router.
class Fanout {
 public:
  void clear() {
    for (const PeerId peer : chosen_) targets_[peer.value].clear();
    chosen_.clear();
    drawn_.clear();
  }
  // For the plain subscribers there.
  void add(PeerId peer) {
    if (targets_.size() <= peer.value) targets_.resize(peer.value + 1);
    if (std::exchange(targets_[peer.value].is_chosen, true)) return;
    chosen_.push_back(peer);
  }
  // For one member of this queue group there.
  void add(PeerId peer, std::string_view group) {
    add(peer);
    NameList::append(targets_[peer.value].groups, group);
    NameList::append(drawn_, group);
  }

  bool empty() const { return chosen_.empty(); }
  const std::vector<PeerId>& peers() const { return chosen_; }
  // Both are name lists: the groups that this peer serves, and those that any of them does.
  std::string_view groups_of(PeerId peer) const { return targets_[peer.value].groups; }
  std::string_view drawn() const { return drawn_; }

 private:
  struct Target {
    void clear() {
      is_chosen = false;
      groups.clear();
    }
    bool is_chosen = false;
    std::string groups;
  };

  std::vector<PeerId> chosen_;
  std::vector<Target> targets_;  // by peer
  std::string drawn_;
};

}  // namespace leat
