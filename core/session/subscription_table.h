#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text_map.h"
#include "core/router/router.h"

namespace leat {

// A subscription of one connection.
struct Subscription {
  std::string sid;
  std::string subject;
  std::string queue;  // empty: plain
  SubscriptionId routed;
  std::uint64_t messages = 0;
  std::int64_t deliveries_max = 0;  // 0: none set
  bool is_finished = false;         // has had its last delivery; leaves when that is possible
};

// The subscriptions of one connection, by sid and by slot. A slot is the cookie that the router
// gives back with each delivery; it is used again only after the router has let go of it. Owned by
// its session, on the shard's thread.
class SubscriptionTable {
 public:
  using Slot = std::uint32_t;

  // The sid must not be in use.
  Slot add(Subscription subscription);
  Subscription* find(std::string_view sid);
  Subscription& at(Slot slot) { return slots_[slot]; }
  const Subscription& at(Slot slot) const { return slots_[slot]; }
  Slot slot_of(const Subscription& subscription) const {
    return static_cast<Slot>(&subscription - slots_.data());
  }
  void remove(Slot slot);
  std::size_t size() const { return by_sid_.size(); }

  // Calls `visit(slot, subscription)` for each; it may remove that one.
  template <typename Visit>
  void for_each(Visit visit) {
    for (Slot slot = 0; slot < slots_.size(); ++slot) {
      if (!slots_[slot].sid.empty()) visit(slot, slots_[slot]);
    }
  }
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const Subscription& subscription : slots_) {
      if (!subscription.sid.empty()) visit(subscription);
    }
  }

 private:
  std::vector<Subscription> slots_;  // an empty sid marks a free one
  std::vector<Slot> free_;
  TextMap<Slot> by_sid_;
};

}  // namespace leat
