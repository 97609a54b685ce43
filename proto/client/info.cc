#include "proto/client/info.h"

#include "proto/json/json_writer.h"

namespace leat {

std::string info_json(const ServerInfo& server, const ConnectionInfo& connection) {
  constexpr int kProtocol = 1;
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.field("server_id", server.server_id).field("server_name", server.server_name);
  json.field("version", server.version).field("proto", kProtocol);
  json.field("go", server.go);
  json.field("host", server.host).field("port", server.port).field("headers", server.headers);
  json.field_if_set("auth_required", connection.auth_required);
  json.field_if_set("tls_required", server.tls_required);
  json.field_if_set("tls_verify", server.tls_verify);
  json.field_if_set("tls_available", server.tls_available);
  json.field("max_payload", connection.max_payload).field_if_set("jetstream", server.jetstream);
  json.field_if_set("client_id", connection.client_id)
      .field_if_set("client_ip", connection.client_ip);
  json.field_if_set("nonce", connection.nonce).field_if_set("cluster", server.cluster);
  json.field_if_set("domain", server.domain).field_if_set("connect_urls", server.connect_urls);
  json.field_if_set("ldm", connection.lame_duck)
      .field_if_set("connect_info", connection.connect_info);
  json.field_if_set("remote_account", connection.remote_account);
  json.field_if_set("acc_is_sys", connection.account_is_system);
  json.field_if_set("api_lvl", server.api_level).field_if_set("xkey", server.xkey);
  json.end_object();
  return out;
}

}  // namespace leat
