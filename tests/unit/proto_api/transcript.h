#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace leat {

// One recorded request and its answer; files hold three lines for each and an empty one.
struct Exchange {
  std::string subject;
  std::string body;
  std::string reply;
};

inline std::vector<Exchange> read_exchanges(const std::string& name) {
  const std::string path = std::string(LEAT_SOURCE_DIR) + "/tests/unit/proto_api/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<Exchange> out;
  Exchange exchange;
  std::string blank;
  while (std::getline(file, exchange.subject) && std::getline(file, exchange.body) &&
         std::getline(file, exchange.reply)) {
    out.push_back(exchange);
    std::getline(file, blank);
  }
  return out;
}

// The `config` of a recorded answer, as it was written.
inline std::string config_of(const std::string& reply) {
  const std::size_t from = reply.find("\"config\":") + 9;
  int depth = 0;
  std::size_t at = from;
  do {
    depth += reply[at] == '{' ? 1 : reply[at] == '}' ? -1 : 0;
    ++at;
  } while (depth > 0);
  return reply.substr(from, at - from);
}

}  // namespace leat
