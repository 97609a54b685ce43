#include "proto/client/info.h"

#include "proto/json/json_writer.h"

namespace leat {

std::string info_json(const InfoFields& info) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.field("server_id", info.server_id).field("server_name", info.server_name);
  json.field("version", info.version).field("proto", info.proto);
  json.field_if_set("git_commit", info.git_commit).field("go", info.go);
  json.field("host", info.host).field("port", info.port).field("headers", info.headers);
  json.field_if_set("auth_required", info.auth_required);
  json.field_if_set("tls_required", info.tls_required);
  json.field_if_set("tls_verify", info.tls_verify);
  json.field_if_set("tls_available", info.tls_available);
  json.field("max_payload", info.max_payload).field_if_set("jetstream", info.jetstream);
  json.field_if_set("client_id", info.client_id).field_if_set("client_ip", info.client_ip);
  json.field_if_set("nonce", info.nonce).field_if_set("cluster", info.cluster);
  json.field_if_set("domain", info.domain).field_if_set("connect_urls", info.connect_urls);
  json.field_if_set("ldm", info.lame_duck).field_if_set("connect_info", info.connect_info);
  json.field_if_set("remote_account", info.remote_account);
  json.field_if_set("acc_is_sys", info.account_is_system);
  json.field_if_set("api_lvl", info.api_level).field_if_set("xkey", info.xkey);
  json.end_object();
  return out;
}

}  // namespace leat
