#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leat {

// What an INFO says. Texts and lists that are empty, numbers that are 0 and flags that are false
// are left out, but for the six fields that every INFO has.
struct InfoFields {
  std::string server_id;
  std::string server_name;
  std::string version;
  int proto = 1;
  std::string git_commit;
  std::string go;
  std::string host;
  int port = 0;
  bool headers = true;
  bool auth_required = false;
  bool tls_required = false;
  bool tls_verify = false;
  bool tls_available = false;
  std::int64_t max_payload = 0;
  bool jetstream = false;
  std::uint64_t client_id = 0;
  std::string client_ip;
  std::string nonce;
  std::string cluster;
  std::string domain;
  std::vector<std::string> connect_urls;
  bool lame_duck = false;
  bool connect_info = false;
  std::string remote_account;
  bool account_is_system = false;
  int api_level = 0;
  std::string xkey;
};

// The JSON of an INFO, fields in the order of the peer.
std::string info_json(const InfoFields& info);

}  // namespace leat
