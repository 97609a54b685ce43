#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/task.h"

namespace leat {

// A GET of the monitoring port. Names and values are percent-decoded.
struct HttpRequest {
  std::string path;  // without the query, "/varz"
  std::vector<std::pair<std::string, std::string>> query;

  // Empty: the parameter is absent (or empty).
  std::string_view parameter(std::string_view name) const {
    for (const auto& [key, value] : query) {
      if (key == name) return value;
    }
    return {};
  }
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

using HttpReply = InlineFunction<void(HttpResponse)>;

// Answers requests of the monitoring port. Called on the shard that owns the HTTP server; calls
// `reply` once on that same shard, inside the call or later. The connection may be gone by then.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void handle(HttpRequest request, HttpReply reply) = 0;
};

}  // namespace leat
