#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/subject/interest.h"

namespace leat {

// Interest by account. Used by the two who keep interest: of the sinks of this shard
// (local_subscribers.h), and of the peers (peer_interest.h). On the shard's thread.
class AccountInterests {
 public:
  // Null: there is no interest in this account.
  Interest* find(AccountId account) const {
    if (account.value >= accounts_.size() || accounts_[account.value] == nullptr) return nullptr;
    return &accounts_[account.value]->interest;
  }
  // Whether any subscription may match subjects under `$JS.`.
  bool has_js_viewer(AccountId account) const {
    return account.value < accounts_.size() && accounts_[account.value] != nullptr &&
           accounts_[account.value]->js_viewers > 0;
  }

  Interest::Inserted insert(AccountId account, std::string_view subject, std::string_view queue,
                            Subscriber subscriber) {
    if (accounts_.size() <= account.value) accounts_.resize(account.value + 1);
    auto& held = accounts_[account.value];
    if (held == nullptr) held = std::make_unique<Account>();
    if (may_match_js(subject)) ++held->js_viewers;
    return held->interest.insert(subject, queue, subscriber);
  }
  // `subject` is that of the subscription. Returns how many of this subject and queue remain.
  std::size_t remove(AccountId account, std::string_view subject, SubscriptionHandle handle) {
    Account& held = *accounts_[account.value];
    if (may_match_js(subject)) --held.js_viewers;
    return held.interest.remove(handle);
  }

 private:
  struct Account {
    Interest interest;
    std::size_t js_viewers = 0;
  };

  static bool may_match_js(std::string_view pattern) {
    return pattern.starts_with("$JS.") || pattern.starts_with("*.") || pattern == ">";
  }

  std::vector<std::unique_ptr<Account>> accounts_;  // by AccountId
};

}  // namespace leat
