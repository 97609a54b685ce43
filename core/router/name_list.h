#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace leat {

// Names of queue groups in one run of bytes, so that a list travels without an allocation each:
//
//   | u16 size | name | u16 size | name | ...
//
// A name comes from a control line and is shorter than 64 KiB.
class NameList {
 public:
  static void append(std::string& list, std::string_view name) {
    const auto size = static_cast<std::uint16_t>(name.size());
    list.append(reinterpret_cast<const char*>(&size), sizeof(size));
    list.append(name);
  }
  template <typename Visit>
  static void for_each(std::string_view list, Visit visit) {
    while (!list.empty()) {
      std::uint16_t size = 0;
      std::memcpy(&size, list.data(), sizeof(size));
      visit(list.substr(sizeof(size), size));
      list.remove_prefix(sizeof(size) + size);
    }
  }
  static bool contains(std::string_view list, std::string_view name) {
    bool is_there = false;
    for_each(list, [&](std::string_view one) { is_there |= one == name; });
    return is_there;
  }
};

}  // namespace leat
