#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace leat {

// Names of queue groups in one run of bytes, so that a list travels without an allocation each:
//
//   | u32 size | name | u32 size | name | ...
//
// A name is as long as `max_control_line` lets it be.
class NameList {
 public:
  static void append(std::string& list, std::string_view name) {
    const auto size = static_cast<std::uint32_t>(name.size());
    list.append(reinterpret_cast<const char*>(&size), sizeof(size));
    list.append(name);
  }
  template <typename Visit>
  static void for_each(std::string_view list, Visit visit) {
    while (!list.empty()) {
      std::uint32_t size = 0;
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
