#include "core/server/process_files.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/net/listener.h"

namespace leat {

namespace {

constexpr const char* kLoopback = "127.0.0.1";

Status write_whole(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::trunc);
  out << text;
  out.close();
  if (!out) return failure(ErrorKind::kIo, "could not write " + path + ": " + std::strerror(errno));
  return {};
}

// The name this process was started under, as the file of ports bears it.
std::string program_name() {
  std::error_code error;
  std::ifstream in("/proc/self/cmdline");
  std::string first;
  std::getline(in, first, '\0');
  const std::string name = std::filesystem::path(first).filename().string();
  return name.empty() ? "leat-server" : name;
}

std::string urls(const std::string& scheme, const std::string& host, std::uint16_t port) {
  std::string text = "[";
  for (const std::string& reachable : reachable_hosts(host)) {
    if (text.size() > 1) text += ',';
    text += '"' + scheme + "://" + host_and_port(reachable, port) + '"';
  }
  return text + "]";
}

}  // namespace

Status write_pid_file(const std::string& path) {
  if (path.empty()) return {};
  return write_whole(path, std::to_string(::getpid()));
}

std::vector<std::string> reachable_hosts(const std::string& host) {
  if (host != "0.0.0.0" && host != "::" && !host.empty()) return {host};
  std::vector<std::string> v4{kLoopback};
  std::vector<std::string> v6;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return v4;
  for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || (entry->ifa_flags & IFF_UP) == 0) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (entry->ifa_addr->sa_family == AF_INET) {
      const auto* address = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
      ::inet_ntop(AF_INET, &address->sin_addr, text.data(), text.size());
      if (std::strcmp(text.data(), kLoopback) != 0) v4.emplace_back(text.data());
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      const auto* address = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
      // Addresses of one link only are of no use without the name of the link.
      if (IN6_IS_ADDR_LINKLOCAL(&address->sin6_addr)) continue;
      ::inet_ntop(AF_INET6, &address->sin6_addr, text.data(), text.size());
      v6.emplace_back(text.data());
    }
  }
  ::freeifaddrs(first);
  v4.insert(v4.end(), v6.begin(), v6.end());
  return v4;
}

Result<PortsFile> PortsFile::write(const std::string& directory, const Listening& listening) {
  const std::string path =
      directory + "/" + program_name() + "_" + std::to_string(::getpid()) + ".ports";
  std::string text = "{\"nats\":" + urls("nats", listening.host, listening.client_port);
  if (listening.monitoring_port != 0) {
    text += ",\"monitoring\":" + urls("http", listening.monitoring_host, listening.monitoring_port);
  }
  text += '}';
  // Whoever waits for the file must never see a part of it.
  const std::string unfinished = path + ".new";
  LEAT_TRY(write_whole(unfinished, text));
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return failure(ErrorKind::kIo, "could not write " + path + ": " + std::strerror(errno));
  }
  return PortsFile(path);
}

PortsFile::~PortsFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace leat
