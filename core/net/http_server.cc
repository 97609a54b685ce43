#include "core/net/http_server.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "core/env/owned_timer.h"
#include "core/net/tcp_socket.h"

namespace leat {

namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A '%' that is not followed by two digits stands for itself.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
        hex_value(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

HttpRequest parse_http_target(std::string_view target) {
  HttpRequest request;
  const std::size_t mark = target.find('?');
  request.path = percent_decoded(target.substr(0, mark));
  std::string_view rest = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.empty()) continue;
    request.query.emplace_back(percent_decoded(pair.substr(0, equals)),
                               percent_decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return request;
}

// One exchange. Held by the handlers of the loop, by the timer and by the reply; ends with its
// deadline at the latest, whatever the handler does.
class HttpServer::Exchange : public std::enable_shared_from_this<HttpServer::Exchange> {
 public:
  Exchange(HttpServer& server, AcceptedSocket socket)
      : state_(server.state_), shard_(server.shard_), socket_(shard_.loop()), deadline_(shard_) {
    parser_.header_limit(limits::kHttpHeaderBytes);
    parser_.body_limit(0);
    move_into(socket_, std::move(socket));
    ++state_->exchanges;
  }
  ~Exchange() { --state_->exchanges; }

  void start() {
    if (!socket_.is_open()) return;
    deadline_.arm(shard_.clock().steady_ns() + limits::kHttpRequestNs, [this] { end(); });
    http::async_read(socket_, input_, parser_,
                     [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                       self->on_request(error);
                     });
  }

 private:
  void on_request(const ErrorCode& error) {
    if (error) {
      end();
      return;
    }
    const auto& message = parser_.get();
    is_head_ = message.method() == http::verb::head;
    if (message.method() != http::verb::get && !is_head_) {
      respond({.status = 405, .content_type = "text/plain", .body = "Method Not Allowed\n"});
      return;
    }
    if (state_->handler == nullptr) {
      end();
      return;
    }
    const auto target = message.target();
    state_->handler->handle(
        parse_http_target({target.data(), target.size()}),
        [self = shared_from_this()](HttpResponse response) { self->respond(std::move(response)); });
  }

  void respond(HttpResponse answer) {
    if (is_over_ || response_) return;
    response_.emplace();
    response_->version(11);
    response_->result(static_cast<unsigned>(answer.status));
    response_->set(http::field::content_type, answer.content_type);
    response_->set(http::field::connection, "close");
    response_->content_length(answer.body.size());
    if (!is_head_) response_->body() = std::move(answer.body);
    http::async_write(socket_, *response_,
                      [self = shared_from_this()](const ErrorCode&, std::size_t) { self->end(); });
  }

  void end() {
    if (std::exchange(is_over_, true)) return;
    deadline_.cancel();
    ErrorCode ignored;
    socket_.shutdown(TcpSocket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  std::shared_ptr<State> state_;
  Shard& shard_;
  TcpSocket socket_;
  boost::beast::flat_buffer input_;
  http::request_parser<http::empty_body> parser_;
  std::optional<http::response<http::string_body>> response_;
  OwnedTimer deadline_;
  bool is_head_ = false;
  bool is_over_ = false;
};

HttpServer::HttpServer(std::unique_ptr<Listener> listener, Shard& shard)
    : shard_(shard), listener_(std::move(listener)), state_(std::make_shared<State>()) {}

HttpServer::~HttpServer() { close(); }

Result<std::unique_ptr<HttpServer>> HttpServer::open(Shard& shard, const std::string& host,
                                                     std::int64_t port) {
  LEAT_TRY_ASSIGN(std::unique_ptr<Listener> listener, Listener::open(shard, host, port));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener), shard));  // NOLINT
}

void HttpServer::start(HttpHandler& handler) {
  state_->handler = &handler;
  listener_->start([this](AcceptedSocket socket) {
    if (state_->exchanges >= limits::kHttpConnections) return;  // closed by its destructor
    std::make_shared<Exchange>(*this, std::move(socket))->start();
  });
}

void HttpServer::close() {
  listener_->close();
  state_->handler = nullptr;
}

}  // namespace leat
