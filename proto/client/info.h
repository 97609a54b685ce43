#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leat {

// What INFO states about this server, whoever is connected. Made by the server from its
// configuration; immutable in one generation.
struct ServerInfo {
  std::string server_id;    // 56 characters of an NKEY public key, "N..."
  std::string server_name;  // the id where none is configured
  std::string version;
  std::string go;  // the peer states its compiler here; we state ours
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
  int api_level = 0;
  std::string xkey;
};

// What INFO states about the connection that it is sent to.
struct ConnectionInfo {
  bool auth_required = false;
  std::int64_t max_payload = 0;
  std::uint64_t client_id = 0;
  std::string client_ip;
  std::string nonce;
  bool lame_duck = false;
  bool connect_info = false;
  std::string remote_account;
  bool account_is_system = false;
};

// The JSON of an INFO, fields in the order of the peer. Texts and lists that are empty, numbers
// that are 0 and flags that are false are left out, but for the six fields that every INFO has.
std::string info_json(const ServerInfo& server, const ConnectionInfo& connection);

}  // namespace leat
