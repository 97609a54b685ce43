#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace leat::encoding {

// The primitives of every format of ours, on disk and in the log: little-endian numbers of fixed
// size, base-128 varints with the low group first, zigzag for signed numbers, and texts (a varint
// size and the bytes). Every machine we build for is little endian, so that a copy is the encoding.
static_assert(std::endian::native == std::endian::little);

inline constexpr std::size_t kVarintBytesMax = 10;

template <typename Number>
void store(char* at, Number number) {
  std::memcpy(at, &number, sizeof(number));
}

template <typename Number>
Number load(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof(number));
  return number;
}

template <typename Number>
void append(std::string& to, Number number) {
  to.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

// Writes at most kVarintBytesMax bytes and returns the end.
inline char* store_varint(char* at, std::uint64_t number) {
  while (number >= 0x80) {
    *at++ = static_cast<char>(number | 0x80);
    number >>= 7;
  }
  *at++ = static_cast<char>(number);
  return at;
}

inline void append_varint(std::string& to, std::uint64_t number) {
  char bytes[kVarintBytesMax];
  to.append(bytes, static_cast<std::size_t>(store_varint(bytes, number) - bytes));
}

// Small numbers of either sign become small numbers. Differences wrap, so any two times work.
constexpr std::uint64_t zigzag(std::int64_t number) {
  return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>(number >> 1 ^ (~(number & 1) + 1));
}

constexpr std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
constexpr std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

inline void append_signed(std::string& to, std::int64_t number) {
  append_varint(to, zigzag(number));
}
inline void append_text(std::string& to, std::string_view text) {
  append_varint(to, text.size());
  to += text;
}

// Reads forward, in place, through bytes that are not trusted. After the first read that does not
// fit every read gives zero or nothing and is_good() is false: a decoder checks once, at its end.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  bool is_good() const { return is_good_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t remaining() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

  template <typename Number>
  Number number() {
    if (rest_.size() < sizeof(Number)) return fail(), Number{};
    const Number value = load<Number>(rest_.data());
    rest_.remove_prefix(sizeof(Number));
    return value;
  }
  std::uint8_t byte() { return number<std::uint8_t>(); }

  std::uint64_t varint() {
    if (!rest_.empty() && static_cast<std::uint8_t>(rest_.front()) < 0x80) {
      return number<std::uint8_t>();
    }
    return long_varint();
  }
  std::int64_t signed_varint() { return unzigzag(varint()); }

  std::string_view bytes(std::uint64_t size) {
    if (size > rest_.size()) return fail(), std::string_view();
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view text() { return bytes(varint()); }

 private:
  void fail() {
    is_good_ = false;
    rest_ = {};
  }
  std::uint64_t long_varint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < kVarintBytesMax && i < rest_.size(); ++i) {
      const auto byte = static_cast<std::uint8_t>(rest_[i]);
      if (i == kVarintBytesMax - 1 && byte > 1) break;  // more than 64 bits
      value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return value;
      }
    }
    fail();
    return 0;
  }

  std::string_view rest_;
  bool is_good_ = true;
};

}  // namespace leat::encoding
