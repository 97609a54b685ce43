#pragma once

#include <string_view>

namespace leat {

// Whether the headers of a request state an API level that this server does not have, or one that
// is no number (`Nats-Required-Api-Level`). Such a request is refused with 412.
bool asks_for_higher_level(std::string_view headers);

}  // namespace leat
