#include "core/runtime/server_identity.h"

#include <sys/random.h>

#include <array>
#include <cstring>
#include <span>

#include "core/base/check.h"

namespace leat {

namespace {

constexpr std::uint8_t kServerPrefix = 0x68;  // base32 text begins with 'N'
constexpr std::uint8_t kCurvePrefix = 0xB8;   // 'X'
constexpr std::size_t kKeyBytes = 32;

void fill_random(std::span<char> into) {
  while (!into.empty()) {
    const ssize_t got = ::getrandom(into.data(), into.size(), 0);
    LEAT_CHECK(got > 0 || errno == EINTR) << "getrandom: " << std::strerror(errno);
    if (got > 0) into = into.subspan(static_cast<std::size_t>(got));
  }
}

// CRC16/XMODEM.
std::uint16_t crc16(std::string_view bytes) {
  unsigned crc = 0;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
  }
  return static_cast<std::uint16_t>(crc);
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  unsigned held = 0;
  int held_bits = 0;
  for (const char byte : bytes) {
    held = (held << 8) | static_cast<unsigned char>(byte);
    held_bits += 8;
    while (held_bits >= 5) {
      held_bits -= 5;
      text += kAlphabet[(held >> held_bits) & 31];
    }
  }
  if (held_bits > 0) text += kAlphabet[(held << (5 - held_bits)) & 31];
  return text;
}

std::string random_name(std::uint8_t prefix) {
  std::array<char, kKeyBytes> key{};
  fill_random(key);
  return nkey_text(prefix, {key.data(), key.size()});
}

}  // namespace

std::string nkey_text(std::uint8_t prefix, std::string_view key) {
  std::string raw(1, static_cast<char>(prefix));
  raw += key;
  const std::uint16_t crc = crc16(raw);
  raw += static_cast<char>(crc & 0xFF);
  raw += static_cast<char>(crc >> 8);
  return base32(raw);
}

ServerIdentity random_server_identity() {
  return {.server_id = random_name(kServerPrefix), .xkey = random_name(kCurvePrefix)};
}

std::uint64_t random_number() {
  std::array<char, sizeof(std::uint64_t)> bytes{};
  fill_random(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

}  // namespace leat
