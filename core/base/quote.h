#pragma once

#include <string>
#include <string_view>

namespace leat {

// `text` in double quotes as Go's %q prints it: \" \\ \a \b \f \n \r \t \v, \xNN for control
// characters and bytes that are not UTF-8, \uNNNN for characters that do not print.
std::string go_quote(std::string_view text);

// The same without the quotes around it.
std::string go_quote_body(std::string_view text);

}  // namespace leat
