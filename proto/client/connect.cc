#include "proto/client/connect.h"

#include "proto/json/json_schema.h"

namespace leat {

namespace {

// A field of the base, as one of the whole.
std::string ConnectOptions::*said(std::string ConnectCredentials::*field) { return field; }

const JsonSchema<ConnectOptions>& connect_schema() {
  static const auto kSchema = JsonSchema<ConnectOptions>("ClientOpts")
                                  .field("echo", &ConnectOptions::echo)
                                  .field("verbose", &ConnectOptions::verbose)
                                  .field("pedantic", &ConnectOptions::pedantic)
                                  .field("tls_required", &ConnectOptions::tls_required)
                                  .field("nkey", said(&ConnectOptions::nkey))
                                  .field("jwt", said(&ConnectOptions::jwt))
                                  .field("sig", said(&ConnectOptions::signature))
                                  .field("auth_token", said(&ConnectOptions::token))
                                  .field("user", said(&ConnectOptions::user))
                                  .field("pass", said(&ConnectOptions::password))
                                  .field("name", &ConnectOptions::name)
                                  .field("lang", &ConnectOptions::lang)
                                  .field("version", &ConnectOptions::version)
                                  .field("protocol", &ConnectOptions::protocol)
                                  .field("account", &ConnectOptions::account)
                                  .field("new_account", &ConnectOptions::new_account)
                                  .field("headers", &ConnectOptions::headers)
                                  .field("no_responders", &ConnectOptions::no_responders)
                                  .field("proxy_sig", &ConnectOptions::proxy_signature);
  return kSchema;
}

}  // namespace

Status read_connect(std::string_view json, ConnectOptions& options) {
  return decode_json(json, connect_schema(), options);
}

}  // namespace leat
