#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/router/router.h"
#include "core/session/connection_snapshot.h"
#include "core/session/subscription_table.h"

namespace leat {

// The subscriptions of one connection, in its own table and in the router. A member of the
// connection, on the shard's thread. A subscription whose last message is being delivered can only
// leave the router later: until remove_finished() it takes nothing.
class ClientSubscriptions {
 public:
  // `sink` takes the messages; its cookie is the slot. `count` is that of the shard.
  ClientSubscriptions(Router& router, Sink& sink, std::uint64_t& count)
      : router_(router), sink_(sink), count_(count) {}

  struct Words {
    std::string_view sid;
    std::string_view subject;
    std::string_view queue;
  };
  bool contains(std::string_view sid) { return table_.find(sid) != nullptr; }
  void add(AccountId account, const Words& words);  // of a sid that is not in use
  // After `deliveries_max` messages in all; 0, and where it has had as many: at once. Nothing
  // happens where there is no such sid. True: a subscription has left.
  bool remove(std::string_view sid, std::int64_t deliveries_max);
  bool remove(SubscriptionTable::Slot slot);
  // True where there were any.
  bool remove_finished();
  bool remove_all();

  Subscription& at(SubscriptionTable::Slot slot) { return table_.at(slot); }
  // A message is being delivered; it may be the last one.
  void note_delivery(SubscriptionTable::Slot slot);
  // A plain one that waits for messages on this literal subject; null: none.
  const Subscription* find_waiting(std::string_view subject) const;

  std::size_t size() const { return table_.size(); }
  template <typename Visit>
  void for_each(Visit visit) {
    table_.for_each(visit);
  }
  std::vector<SubscriptionSnapshot> snapshot() const;

 private:
  Router& router_;
  Sink& sink_;
  std::uint64_t& count_;
  SubscriptionTable table_;
  std::vector<SubscriptionTable::Slot> finished_;
};

}  // namespace leat
