#pragma once

#include <string>
#include <string_view>

namespace leat {

// What a client says to JetStream under the name of its domain, as the server takes it. Used by the
// session on each publish under `$JS.`, where the server has a domain and the account JetStream.
//
//   $JS.<domain>.API.STREAM.INFO.S  ->  $JS.API.STREAM.INFO.S
//   $JS.<domain>.API.$KV.b.k        ->  $KV.b.k
//
// Returns the subject itself where it does not begin so; otherwise what is a view of it or of
// `room`. Allocates only then.
std::string_view without_domain(std::string_view subject, std::string_view domain,
                                std::string& room);

}  // namespace leat
