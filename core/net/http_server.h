#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/net/http_handler.h"
#include "core/net/listener.h"
#include "core/runtime/shard.h"

namespace leat {

// The monitoring port: HTTP/1.1, GET and HEAD, one request per connection. Owned by the server,
// lives on one shard. A request that is not complete within limits::kHttpRequestNs is dropped.
class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> open(Shard& shard, const std::string& host,
                                                  std::int64_t port);
  ~HttpServer();

  std::uint16_t port() const { return listener_->port(); }
  const std::string& host() const { return listener_->host(); }
  const std::string& bound_host() const { return listener_->bound_host(); }  // see Listener
  void start(HttpHandler& handler);  // on the shard, or before it runs
  void close();

 private:
  class Exchange;
  // Shared with the exchanges, which may outlive the server by a turn.
  struct State {
    HttpHandler* handler = nullptr;  // null: closed
    int exchanges = 0;
  };

  HttpServer(std::unique_ptr<Listener> listener, Shard& shard);

  Shard& shard_;
  std::unique_ptr<Listener> listener_;
  std::shared_ptr<State> state_;
};

// Path and query of a request target, percent-decoded.
HttpRequest parse_http_target(std::string_view target);

}  // namespace leat
