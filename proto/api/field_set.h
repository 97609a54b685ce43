#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace leat {

// A small set of the values of an enum below 32. Value type.
template <typename Field>
class FieldSet {
 public:
  void insert(Field field) { bits_ |= bit(field); }
  bool contains(Field field) const { return (bits_ & bit(field)) != 0; }
  bool empty() const { return bits_ == 0; }
  friend bool operator==(FieldSet, FieldSet) = default;

 private:
  static std::uint32_t bit(Field field) { return std::uint32_t{1} << static_cast<unsigned>(field); }
  std::uint32_t bits_ = 0;
};

// Free keys and values of a stream or consumer. Keys that start with `_nats.` are never kept: the
// server adds those to its answers and drops them from requests.
using Metadata = std::map<std::string, std::string>;

}  // namespace leat
