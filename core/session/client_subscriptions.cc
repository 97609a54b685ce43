#include "core/session/client_subscriptions.h"

#include <utility>

#include "core/subject/subject.h"

namespace leat {

void ClientSubscriptions::add(AccountId account, const Words& words) {
  Subscription subscription;
  subscription.sid = words.sid;
  subscription.subject = words.subject;
  subscription.queue = words.queue;
  const SubscriptionTable::Slot slot = table_.add(std::move(subscription));
  table_.at(slot).routed = router_.subscribe(
      {.account = account, .subject = words.subject, .queue = words.queue, .cookie = slot}, sink_);
  ++count_;
}

bool ClientSubscriptions::remove(std::string_view sid, std::int64_t deliveries_max) {
  Subscription* subscription = table_.find(sid);
  if (subscription == nullptr) return false;
  if (deliveries_max > 0 && static_cast<std::uint64_t>(deliveries_max) > subscription->messages) {
    subscription->deliveries_max = deliveries_max;
    return false;
  }
  return remove(table_.slot_of(*subscription));
}

bool ClientSubscriptions::remove(SubscriptionTable::Slot slot) {
  router_.unsubscribe(table_.at(slot).routed);
  table_.remove(slot);
  --count_;
  return true;
}

bool ClientSubscriptions::remove_finished() {
  if (finished_.empty()) return false;
  for (const SubscriptionTable::Slot slot : finished_) remove(slot);
  finished_.clear();
  return true;
}

bool ClientSubscriptions::remove_all() {
  const bool had_any = size() > 0;
  finished_.clear();
  table_.for_each([&](SubscriptionTable::Slot slot, const Subscription&) { remove(slot); });
  return had_any;
}

void ClientSubscriptions::note_delivery(SubscriptionTable::Slot slot) {
  Subscription& subscription = table_.at(slot);
  ++subscription.messages;
  if (subscription.deliveries_max > 0 &&
      subscription.messages >= static_cast<std::uint64_t>(subscription.deliveries_max)) {
    subscription.is_finished = true;
    finished_.push_back(slot);
  }
}

const Subscription* ClientSubscriptions::find_waiting(std::string_view subject) const {
  const Subscription* waiting = nullptr;
  table_.for_each([&](const Subscription& subscription) {
    if (waiting == nullptr && subscription.queue.empty() && !subscription.is_finished &&
        subject_matches(subscription.subject, subject)) {
      waiting = &subscription;
    }
  });
  return waiting;
}

std::vector<SubscriptionSnapshot> ClientSubscriptions::snapshot() const {
  std::vector<SubscriptionSnapshot> all;
  table_.for_each([&](const Subscription& subscription) {
    all.push_back({.subject = subscription.subject,
                   .queue = subscription.queue,
                   .sid = subscription.sid,
                   .messages = subscription.messages,
                   .deliveries_max = subscription.deliveries_max});
  });
  return all;
}

}  // namespace leat
