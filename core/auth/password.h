#pragma once

#include <string>
#include <string_view>

namespace leat {

// Whether a configured password or token is a bcrypt hash: $2a$, $2b$, $2x$ or $2y$, two digits of
// cost, and the rest.
bool is_bcrypt_hash(std::string_view configured);

// Whether `given` is what was configured: bcrypt where that is a hash, otherwise the same text,
// compared in a time that does not tell where they differ. bcrypt takes milliseconds to seconds;
// a hash that is malformed matches nothing. Any thread.
bool password_matches(std::string_view configured, std::string_view given);

}  // namespace leat
