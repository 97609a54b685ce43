#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leat::wire {

// The primitives of records: base-128 varints with the low group first, zigzag for signed numbers,
// and texts with their size in front.

inline constexpr std::size_t kVarintBytesMax = 10;

// Writes at `out`, which has room for kVarintBytesMax, and returns the end.
inline char* write_varint(char* out, std::uint64_t number) {
  while (number >= 0x80) {
    *out++ = static_cast<char>(number | 0x80);
    number >>= 7;
  }
  *out++ = static_cast<char>(number);
  return out;
}

constexpr std::uint64_t zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>(number >> 1) ^ -static_cast<std::int64_t>(number & 1);
}

inline void append_varint(std::string& out, std::uint64_t number) {
  char bytes[kVarintBytesMax];
  out.append(bytes, static_cast<std::size_t>(write_varint(bytes, number) - bytes));
}
inline void append_signed(std::string& out, std::int64_t number) {
  append_varint(out, zigzag(number));
}
inline void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

// Reads in place. After the first thing that does not fit every read gives nothing and is_good() is
// false.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  bool is_good() const { return is_good_; }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::uint64_t varint() {
    if (!rest_.empty() && static_cast<unsigned char>(rest_[0]) < 0x80) {
      const auto number = static_cast<unsigned char>(rest_[0]);
      rest_.remove_prefix(1);
      return number;
    }
    return long_varint();
  }
  std::int64_t signed_varint() { return unzigzag(varint()); }
  std::uint8_t byte() {
    if (rest_.empty()) return fail();
    const auto number = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return number;
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  std::uint8_t fail() {
    is_good_ = false;
    rest_ = {};
    return 0;
  }
  std::uint64_t long_varint() {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < kVarintBytesMax && i < rest_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      if (i == kVarintBytesMax - 1 && byte > 1) break;  // more than 64 bits
      number |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return number;
      }
    }
    return fail();
  }

  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace leat::wire
