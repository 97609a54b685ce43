#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace leat {

// The pid file holds the digits and nothing else; an empty path writes none.
Status write_pid_file(const std::string& path);

// Where this process listens, for whoever started it with random ports:
//   DIRECTORY/NAME_PID.ports   {"nats":["nats://127.0.0.1:4222"],"monitoring":["http://..."]}
// Written in one piece as the last act of starting, removed by the destructor. Owned by the server.
class PortsFile {
 public:
  struct Listening {
    std::string host;  // as configured
    std::uint16_t client_port = 0;
    std::string monitoring_host;
    std::uint16_t monitoring_port = 0;  // 0: none
  };
  static Result<PortsFile> write(const std::string& directory, const Listening& listening);

  PortsFile() = default;
  PortsFile(PortsFile&& other) noexcept { path_.swap(other.path_); }
  PortsFile& operator=(PortsFile&& other) noexcept {
    path_.swap(other.path_);
    return *this;
  }
  ~PortsFile();

 private:
  explicit PortsFile(std::string path) : path_(std::move(path)) {}
  std::string path_;  // empty: there is none
};

// The addresses at which a listener of `host` can be reached: a wildcard is all addresses of the
// machine, 127.0.0.1 and IPv4 first.
std::vector<std::string> reachable_hosts(const std::string& host);

}  // namespace leat
