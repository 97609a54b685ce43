#include "core/base/log.h"

#include <atomic>
#include <cstdio>
#include <string>
#include <utility>

namespace leat {

namespace {

constexpr const char* kLabels[] = {"FTL", "ERR", "WRN", "INF", "DBG", "TRC"};

void write_to_standard_error(LogLevel level, std::string_view text) {
  std::string line = "[";
  line += kLabels[static_cast<int>(level)];
  line += "] ";
  line += text;
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::atomic<LogSinkFunction> current_sink{&write_to_standard_error};
thread_local const ThreadLogSink::Function* thread_sink = nullptr;
std::atomic<LogLevel> most_verbose_level{LogLevel::kInfo};

}  // namespace

void set_log_sink(LogSinkFunction sink) { current_sink.store(sink); }

ThreadLogSink::ThreadLogSink(const Function& function)
    : outer_(std::exchange(thread_sink, &function)) {}

ThreadLogSink::~ThreadLogSink() { thread_sink = outer_; }

void set_log_level(LogLevel most_verbose) { most_verbose_level.store(most_verbose); }

bool log_enabled(LogLevel level) {
  return level <= most_verbose_level.load(std::memory_order_relaxed);
}

void log_line(LogLevel level, std::string_view text) {
  if (!log_enabled(level)) return;
  if (thread_sink != nullptr) return (*thread_sink)(level, text);
  current_sink.load()(level, text);
}

}  // namespace leat
