#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat {

// What a CONNECT says about who is there. Absent texts are empty.
struct ConnectCredentials {
  std::string user;
  std::string password;
  std::string token;
  std::string jwt;
  std::string nkey;
  std::string signature;
};

// What a client says of itself in CONNECT. The values here hold where it says nothing, and for a
// connection that never sends CONNECT.
struct ConnectOptions : ConnectCredentials {
  bool verbose = true;
  bool pedantic = true;
  bool echo = true;
  bool headers = false;
  bool no_responders = false;
  bool tls_required = false;  // said by clients, without effect
  std::int64_t protocol = 0;  // 0 or 1
  std::string name;
  std::string lang;
  std::string version;
  std::string account;  // legacy; whoever sets it is refused
  bool new_account = false;
  std::string proxy_signature;
};

// Reads the JSON of a CONNECT onto `options`; a key that is absent or null leaves its value.
// Unknown keys are ignored. On failure the connection is closed without a word.
Status read_connect(std::string_view json, ConnectOptions& options);

}  // namespace leat
