#include "core/session/accounts.h"

namespace leat {

std::shared_ptr<const AccountTable> AccountTable::first(std::span<const std::string> names,
                                                        std::string_view system_account) {
  return following(AccountTable(), names, system_account);
}

std::shared_ptr<const AccountTable> AccountTable::following(const AccountTable& previous,
                                                            std::span<const std::string> names,
                                                            std::string_view system_account) {
  std::shared_ptr<AccountTable> table(new AccountTable(previous));  // NOLINT: private constructor
  table->ids_.clear();
  table->add(kGlobalAccountName);
  table->add(system_account);
  for (const std::string& name : names) table->add(name);
  table->global_ = table->find(kGlobalAccountName);
  table->system_ = table->find(system_account);
  return table;
}

void AccountTable::add(std::string_view name) {
  auto [place, is_new] = by_name_.try_emplace(std::string(name));
  if (is_new) {
    names_.emplace_back(name);
    place->second = AccountId(static_cast<std::uint32_t>(names_.size()));
  }
  for (const AccountId id : ids_) {
    if (id == place->second) return;
  }
  ids_.push_back(place->second);
}

AccountId AccountTable::find(std::string_view name) const {
  const auto place = by_name_.find(std::string(name));
  if (place == by_name_.end()) return AccountId();
  for (const AccountId id : ids_) {
    if (id == place->second) return id;
  }
  return AccountId();
}

std::string_view AccountTable::name_of(AccountId account) const {
  if (!account || account.value > names_.size()) return {};
  return names_[account.value - 1];
}

}  // namespace leat
