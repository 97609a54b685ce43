#pragma once

#include <functional>
#include <sstream>
#include <string_view>

namespace leat {

// Labels of the peer's log format: FTL, ERR, WRN, INF, DBG, TRC.
enum class LogLevel { kFatal, kError, kWarning, kInfo, kDebug, kTrace };

// Where log lines go. The sink is called on any thread and must not block for long.
using LogSinkFunction = void (*)(LogLevel level, std::string_view text);

// Installs the sink of the process; before that, lines go to standard error.
void set_log_sink(LogSinkFunction sink);
// While it stands, lines of this thread go to its function instead; the innermost one counts. For
// several servers in one process.
class ThreadLogSink {
 public:
  using Function = std::function<void(LogLevel level, std::string_view text)>;
  explicit ThreadLogSink(const Function& function);
  ~ThreadLogSink();
  ThreadLogSink(const ThreadLogSink&) = delete;
  ThreadLogSink& operator=(const ThreadLogSink&) = delete;

 private:
  const Function* outer_;
};

void set_log_level(LogLevel most_verbose);
bool log_enabled(LogLevel level);
void log_line(LogLevel level, std::string_view text);

namespace internal {

class LogStatement {
 public:
  explicit LogStatement(LogLevel level) : level_(level) {}
  LogStatement(const LogStatement&) = delete;
  LogStatement& operator=(const LogStatement&) = delete;
  ~LogStatement() { log_line(level_, words_.view()); }
  template <typename T>
  LogStatement& operator<<(const T& value) {
    words_ << value;
    return *this;
  }

 private:
  LogLevel level_;
  std::ostringstream words_;
};

}  // namespace internal
}  // namespace leat

// LEAT_LOG(kInfo) << "words " << value; the words are not evaluated when the level is off.
#define LEAT_LOG(level)                                \
  if (!::leat::log_enabled(::leat::LogLevel::level)) { \
  } else /* NOLINT */                                  \
    ::leat::internal::LogStatement(::leat::LogLevel::level)
