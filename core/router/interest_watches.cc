#include "core/router/interest_watches.h"

#include <algorithm>

#include "core/subject/subject.h"

namespace leat {

void InterestWatches::watch(AccountId account, std::string_view subject,
                            InterestListener& listener) {
  if (accounts_.size() <= account.value) accounts_.resize(account.value + 1);
  accounts_[account.value][std::string(subject)].push_back(&listener);
}

void InterestWatches::unwatch(AccountId account, std::string_view subject,
                              InterestListener& listener) {
  if (accounts_.size() <= account.value) return;
  TextMap<Listeners>& watched = accounts_[account.value];
  const auto found = watched.find(subject);
  if (found == watched.end()) return;
  Listeners& listeners = found->second;
  const auto one = std::find(listeners.begin(), listeners.end(), &listener);
  if (one != listeners.end()) listeners.erase(one);
  if (listeners.empty()) watched.erase(found);
}

bool InterestWatches::note_change(AccountId account, std::string_view pattern) {
  if (accounts_.size() <= account.value || accounts_[account.value].empty()) return false;
  const TextMap<Listeners>& watched = accounts_[account.value];
  const std::size_t before = changed_.size();
  if (is_literal_subject(pattern)) {
    if (watched.contains(pattern)) changed_.emplace_back(account, pattern);
  } else {
    for (const auto& [subject, listeners] : watched) {
      if (subject_matches(pattern, subject)) changed_.emplace_back(account, subject);
    }
  }
  return changed_.size() != before;
}

void InterestWatches::tell() {
  auto changed = std::exchange(changed_, {});
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const auto& [account, subject] : changed) {
    const auto found = accounts_[account.value].find(subject);
    if (found == accounts_[account.value].end()) continue;
    // A listener may stop watching while it is told.
    const Listeners listeners = found->second;
    for (InterestListener* listener : listeners) {
      const auto still = accounts_[account.value].find(subject);
      if (still == accounts_[account.value].end()) break;
      const Listeners& current = still->second;
      if (std::find(current.begin(), current.end(), listener) != current.end()) {
        listener->interest_changed(account, subject);
      }
    }
  }
}

}  // namespace leat
