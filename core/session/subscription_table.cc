#include "core/session/subscription_table.h"

#include <utility>

#include "core/base/check.h"

namespace leat {

SubscriptionTable::Slot SubscriptionTable::add(Subscription subscription) {
  Slot slot = static_cast<Slot>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  const bool is_new = by_sid_.emplace(subscription.sid, slot).second;
  LEAT_CHECK(is_new) << subscription.sid;
  slots_[slot] = std::move(subscription);
  return slot;
}

Subscription* SubscriptionTable::find(std::string_view sid) {
  const auto place = by_sid_.find(sid);
  return place == by_sid_.end() ? nullptr : &slots_[place->second];
}

void SubscriptionTable::remove(Slot slot) {
  by_sid_.erase(slots_[slot].sid);
  slots_[slot] = Subscription{};
  free_.push_back(slot);
}

}  // namespace leat
