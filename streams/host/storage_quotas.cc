#include "streams/host/storage_quotas.h"

namespace leat {

StorageQuota& StorageQuotas::of(AccountId account) {
  const MutexLock lock(mutex_);
  std::unique_ptr<StorageQuota>& room = accounts_[account];
  if (room == nullptr) room = std::make_unique<StorageQuota>();
  return *room;
}

void StorageQuotas::set_bounds(const std::unordered_map<AccountId, AccountLimits>& limits) {
  for (const auto& [account, of_account] : limits) of(account);
  const MutexLock lock(mutex_);
  for (const auto& [account, room] : accounts_) {
    const auto found = limits.find(account);
    const AccountLimits bounds = found == limits.end() ? AccountLimits() : found->second;
    room->set_bounds(bounds.max_storage, bounds.max_memory);
  }
}

}  // namespace leat
