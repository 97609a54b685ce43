#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/subject/subject_tree.h"

namespace leat::internal {

// Followed in its block by the children, their first bytes and the prefix.
struct SubjectTree::Node {
  std::uint16_t count = 0;
  std::uint16_t capacity = 0;
  std::uint32_t prefix_size = 0;
  Link own = 0;  // the leaf of the subject that ends behind the prefix; 0: none

  static std::size_t bytes(std::size_t capacity, std::size_t prefix_size) {
    return sizeof(Node) + capacity * (sizeof(Link) + 1) + prefix_size;
  }
  Link* children() { return reinterpret_cast<Link*>(this + 1); }
  unsigned char* firsts() { return reinterpret_cast<unsigned char*>(children() + capacity); }
  char* prefix_bytes() { return reinterpret_cast<char*>(firsts() + capacity); }
  std::string_view prefix() { return {prefix_bytes(), prefix_size}; }

  // Where the child for `byte` is or belongs.
  std::size_t position(char byte) {
    const auto* begin = firsts();
    const auto first = static_cast<unsigned char>(byte);
    return static_cast<std::size_t>(std::lower_bound(begin, begin + count, first) - begin);
  }
  Link* child(char byte) {
    const std::size_t at = position(byte);
    const bool is_there = at < count && firsts()[at] == static_cast<unsigned char>(byte);
    return is_there ? &children()[at] : nullptr;
  }
  void insert_child(char byte, Link link) {
    const std::size_t at = position(byte);
    std::memmove(children() + at + 1, children() + at, (count - at) * sizeof(Link));
    std::memmove(firsts() + at + 1, firsts() + at, count - at);
    children()[at] = link;
    firsts()[at] = static_cast<unsigned char>(byte);
    ++count;
  }
  void erase_child(char byte) {
    const std::size_t at = position(byte);
    --count;
    std::memmove(children() + at, children() + at + 1, (count - at) * sizeof(Link));
    std::memmove(firsts() + at, firsts() + at + 1, count - at);
  }
};

}  // namespace leat::internal
