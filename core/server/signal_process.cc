#include "core/server/signal_process.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "core/base/quote.h"

namespace leat {
namespace {

std::optional<int> signal_number(const std::string& command) {
  if (command == "stop") return SIGKILL;
  if (command == "quit") return SIGINT;
  if (command == "term") return SIGTERM;
  if (command == "reopen") return SIGUSR1;
  if (command == "reload") return SIGHUP;
  if (command == "ldm") return SIGUSR2;
  return std::nullopt;
}

std::optional<pid_t> parse_pid(std::string_view text) {
  pid_t pid = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || pid <= 0) {
    return std::nullopt;
  }
  return pid;
}

// Processes of this machine that bear one of the server's names, without this one.
std::vector<pid_t> running_servers() {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::optional<pid_t> pid = parse_pid(entry.path().filename().string());
    if (!pid || *pid == getpid()) continue;
    std::ifstream in(entry.path() / "comm");
    std::string name;
    std::getline(in, name);
    if (name == "nats-server" || name == "leat-server") found.push_back(*pid);
  }
  return found;
}

Result<pid_t> find_process(const std::string& named) {
  if (!named.empty()) {
    if (const auto pid = parse_pid(named)) return *pid;
    std::ifstream in(named);
    std::string text;
    in >> text;
    if (const auto pid = parse_pid(text)) return *pid;
    return failure(ErrorKind::kInvalid, "invalid pid: " + named);
  }
  const std::vector<pid_t> running = running_servers();
  if (running.empty()) return failure(ErrorKind::kNotFound, "no nats-server processes running");
  if (running.size() == 1) return running[0];
  std::string text = "multiple nats-server processes running:";
  for (const pid_t pid : running) text += "\n" + std::to_string(pid);
  return failure(ErrorKind::kInvalid, std::move(text));
}

std::string error_text(int error) {
  if (error == ESRCH) return "no such process";
  if (error == EPERM) return "operation not permitted";
  return std::strerror(error);
}

}  // namespace

Status signal_process(const std::string& words) {
  const std::size_t equals = words.find('=');
  const std::string command = words.substr(0, equals);
  const std::optional<int> number = signal_number(command);
  if (!number) return failure(ErrorKind::kInvalid, "unknown signal " + go_quote(command));
  LEAT_TRY_ASSIGN(const pid_t pid,
                  find_process(equals == std::string::npos ? "" : words.substr(equals + 1)));
  if (kill(pid, *number) == 0) return {};
  return failure(ErrorKind::kIo,
                 "\nsignal \"" + command + "\" " + std::to_string(pid) + ": " + error_text(errno));
}

}  // namespace leat
