#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/base/rng.h"
#include "core/router/account_interests.h"
#include "core/router/mail.h"
#include "core/router/message.h"
#include "core/router/name_list.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "core/subject/interest.h"

namespace leat {

// The subscriptions of one shard's sinks, and the delivery to them. Owned by the shard's router, on
// its thread. A match of an account's interest stays open while its subscribers are delivered to;
// sinks leave the router alone meanwhile (sink.h), which is checked here.
class LocalSubscribers {
 public:
  // Which subject and queue, and how many subscriptions of just these there are now.
  struct Change {
    AccountId account;
    InterestWords words;
    std::size_t alike = 0;
  };
  struct Subscribed {
    SubscriptionId id;
    Change change;
  };

  explicit LocalSubscribers(Rng& rng) : rng_(rng) {}

  Subscribed subscribe(const SubscribeRequest& request, Sink& sink);
  // Empty: it had gone before.
  std::optional<Change> unsubscribe(SubscriptionId subscription);

  // Null: nobody has subscribed in this account. For matching; never changed but by this object.
  Interest* find(AccountId account) const {
    check_no_match_is_open();
    return interests_.find(account);
  }
  bool has_js_viewer(AccountId account) const { return interests_.has_js_viewer(account); }
  std::uint64_t size() const { return slots_.size() - free_slots_.size(); }

  // Which of a match's subscribers are served.
  struct Served {
    enum class Plain : bool { kNone, kAll };
    enum class Groups : bool { kAllBut, kOnly };
    Plain plain = Plain::kAll;
    Groups groups = Groups::kAllBut;
    std::string_view names{};  // NameList of queue groups

    bool includes(std::string_view group) const {
      return NameList::contains(names, group) == (groups == Groups::kOnly);
    }
  };
  // Delivers to the plain subscribers and to one member of each group that is served. True where
  // somebody took the message; `refused` gets the groups in which nobody did.
  bool deliver(const InterestMatch& match, const RoutedMessage& message, const Served& served,
               std::vector<std::string_view>& refused);

 private:
  // A subscription. Its subject and queue stand in the account's interest, whose subscriber is the
  // number of the slot.
  struct Slot {
    Sink* sink = nullptr;  // null: free
    SinkCookie cookie = 0;
    AccountId account;
    SubscriptionHandle handle;
    std::uint32_t generation = 0;
  };

  void check_no_match_is_open() const {
    LEAT_CHECK(!is_delivering_) << "a sink used the router from inside deliver()";
  }
  bool deliver_to_one(std::span<const Subscriber> members, const RoutedMessage& message);
  bool deliver_to(Subscriber slot, const RoutedMessage& message) {
    const Slot& held = slots_[slot];
    return held.sink->deliver(message, held.cookie);
  }

  Rng& rng_;
  AccountInterests interests_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  bool is_delivering_ = false;
};

}  // namespace leat
