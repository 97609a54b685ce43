#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat {

// Base64 of RFC 4648, the standard alphabet with padding (message bodies in JSON).
std::string base64_encode(std::string_view bytes);

// The same alphabet or the URL alphabet, with or without padding; anything else is an error.
Result<std::string> base64_decode(std::string_view text);

}  // namespace leat
