#include "streams/host/stream_rooms.h"

namespace leat {

StreamRoom& StreamRooms::of(AccountId account) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<StreamRoom>& room = accounts_[account];
  if (room == nullptr) room = std::make_unique<StreamRoom>();
  return *room;
}

void StreamRooms::set_bounds(const std::unordered_map<AccountId, AccountLimits>& limits) {
  for (const auto& [account, of_account] : limits) of(account);
  const std::lock_guard lock(mutex_);
  for (const auto& [account, room] : accounts_) {
    const auto found = limits.find(account);
    const AccountLimits bounds = found == limits.end() ? AccountLimits() : found->second;
    room->set_bounds(bounds.max_storage, bounds.max_memory);
  }
}

}  // namespace leat
