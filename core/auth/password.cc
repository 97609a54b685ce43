#include "core/auth/password.h"

#include <crypt.h>

#include <memory>

namespace leat {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The time depends on the lengths only.
bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

bool is_bcrypt_hash(std::string_view configured) {
  return configured.size() >= 7 && configured.substr(0, 2) == "$2" &&
         std::string_view("abxy").find(configured[2]) != std::string_view::npos &&
         configured[3] == '$' && is_digit(configured[4]) && is_digit(configured[5]) &&
         configured[6] == '$';
}

bool password_matches(std::string_view configured, std::string_view given) {
  if (!is_bcrypt_hash(configured)) return same_text(configured, given);
  // A NUL would end the text for the library, so that a longer password matches a shorter one.
  if (given.find('\0') != std::string_view::npos) return false;
  auto space = std::make_unique<crypt_data>();
  const std::string hash(configured);
  const char* computed = crypt_r(std::string(given).c_str(), hash.c_str(), space.get());
  // A failure is a text that begins with '*'.
  return computed != nullptr && computed[0] == '$' && same_text(computed, hash);
}

}  // namespace leat
