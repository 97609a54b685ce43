#pragma once

#include <string_view>

namespace leat {

// Subjects that mean something to servers, so that a client may not have messages sent there.

// What follows `_GR_.`, or `$GR.` as former servers wrote it.
bool is_gateway_reply(std::string_view subject);
// `$JS.API`, `$JS.<domain>.API` and what is under them: a message there asks for something, in the
// name of whoever had it sent.
bool is_api_request(std::string_view subject);
// Where no message goes only because somebody named the subject as the place for deliveries: API
// requests, acknowledgements, flow control, snapshots and events of JetStream; replies of services
// and of gateways.
bool is_reserved_destination(std::string_view subject);
// Names that no JetStream domain may have: `$JS.<name>.` means something else.
bool is_reserved_domain(std::string_view name);
// Replies that only servers give out: those of services and of gateways, and any under `$JS.`,
// where the answer would be a request in the name of who answers.
bool is_reserved_reply(std::string_view reply);

}  // namespace leat
