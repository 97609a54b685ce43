#pragma once

#include <string>
#include <string_view>

namespace leat::internal {

// Appends the characters that the inside of a JSON string (without its quotes) stands for. The
// escapes in it are well formed. Lone surrogates and bytes that are not UTF-8 become U+FFFD.
void append_unescaped(std::string& out, std::string_view inside);

}  // namespace leat::internal
