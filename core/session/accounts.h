#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/ids.h"

namespace leat {

inline constexpr std::string_view kGlobalAccountName = "$G";
inline constexpr std::string_view kSystemAccountName = "$SYS";

// The accounts of one configuration generation: id <-> name. Immutable once made and shared by
// pointer, so any thread may read it. An account keeps its id over reloads; the id of an account
// that a reload removed is not given to another.
class AccountTable {
 public:
  // The global and the system account always exist. `system_account` names the latter.
  static std::shared_ptr<const AccountTable> first(
      std::span<const std::string> names, std::string_view system_account = kSystemAccountName);
  static std::shared_ptr<const AccountTable> following(
      const AccountTable& previous, std::span<const std::string> names,
      std::string_view system_account = kSystemAccountName);

  AccountId global() const { return global_; }
  AccountId system() const { return system_; }
  AccountId find(std::string_view name) const;        // no id: there is none of that name
  std::string_view name_of(AccountId account) const;  // empty: unknown
  // Ids of this generation in the order in which they were given.
  const std::vector<AccountId>& ids() const { return ids_; }

 private:
  AccountTable() = default;
  void add(std::string_view name);

  std::vector<std::string> names_;  // by id - 1, over all generations
  std::unordered_map<std::string, AccountId> by_name_;
  std::vector<AccountId> ids_;
  AccountId global_;
  AccountId system_;
};

}  // namespace leat
