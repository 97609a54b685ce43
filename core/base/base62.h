#pragma once

#include <cstddef>
#include <string>

#include "core/base/rng.h"

namespace leat {

// Letters and digits: names that need no escaping in subjects, JSON or URLs.
inline constexpr char kBase62Digits[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

inline std::string random_base62(Rng& rng, std::size_t size) {
  std::string text(size, '0');
  for (char& digit : text) digit = kBase62Digits[rng.below(62)];
  return text;
}

// A name as the clients' nuid packages make them: 22 characters, 131 bits.
inline std::string random_nuid(Rng& rng) { return random_base62(rng, 22); }

}  // namespace leat
