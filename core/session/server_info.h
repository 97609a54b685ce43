#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/api/level.h"

namespace leat {

// What INFO states about this server, whoever is connected. Made by the server from its
// configuration; immutable in one generation.
struct ServerInfo {
  std::string server_id;    // 56 characters of an NKEY public key, "N..."
  std::string server_name;  // the id where none is configured
  std::string version{kNatsVersion};
  std::string git_commit;  // empty: absent
  std::string go;          // the peer states its compiler here; we state ours
  std::string host;
  int port = 0;
  bool headers = true;
  bool tls_required = false;
  bool tls_verify = false;
  bool tls_available = false;
  bool jetstream = false;
  std::string cluster;
  std::string domain;
  std::vector<std::string> connect_urls;  // empty on a server that stands alone
  int api_level = kApiLevel;
  std::string xkey;  // empty: absent
};

}  // namespace leat
