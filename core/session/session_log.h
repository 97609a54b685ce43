#pragma once

#include <cstdint>
#include <string>

#include "core/router/message.h"
#include "proto/client/parser.h"

namespace leat {

class Session;

// One trace line for an operation of a client, "<<- [SUB foo 1]", without anything secret.
void trace_operation(const Session& session, const ClientOperation& operation);

// 11 bytes that nobody can guess as 15 characters of base64url: what a client signs.
std::string make_nonce(std::uint64_t (*random)());

}  // namespace leat
