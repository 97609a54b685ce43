#include "core/runtime/log_sink.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/base/mutex.h"
#include "core/runtime/log_file.h"

namespace leat {

namespace {

struct Label {
  std::string_view text;
  std::string_view color;  // of a terminal
};

Label label_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical:
      return {"FTL", "\x1b[31m"};
    case spdlog::level::err:
      return {"ERR", "\x1b[31m"};
    case spdlog::level::warn:
      return {"WRN", "\x1b[33m"};
    case spdlog::level::debug:
      return {"DBG", "\x1b[36m"};
    case spdlog::level::trace:
      return {"TRC", "\x1b[35m"};
    case spdlog::level::info:
    case spdlog::level::off:
    case spdlog::level::n_levels:
      break;
  }
  return {"INF", "\x1b[32m"};
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::kFatal:
      return spdlog::level::critical;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kTrace:
      return spdlog::level::trace;
  }
  return spdlog::level::info;
}

// "%*" of the pattern: the three letters that harnesses look for, coloured on a terminal.
class LabelFlag final : public spdlog::custom_flag_formatter {
 public:
  enum class Color { kNone, kTerminal };
  explicit LabelFlag(Color color) : color_(color) {}
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& into) override {
    const Label label = label_of(message.level);
    if (color_ == Color::kTerminal) append(label.color, into);
    append(label.text, into);
    if (color_ == Color::kTerminal) append("\x1b[0m", into);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LabelFlag>(color_);
  }

 private:
  static void append(std::string_view text, spdlog::memory_buf_t& into) {
    into.append(text.data(), text.data() + text.size());
  }
  Color color_;
};

// Any thread writes; the mutex of the base class guards the file.
class LogFileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LogFileSink(LogFile file, const LogSettings& settings) : file_(std::move(file)) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>(
        settings.in_utc ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local);
    formatter->add_flag<LabelFlag>(
        '*', file_.is_terminal() ? LabelFlag::Color::kTerminal : LabelFlag::Color::kNone);
    formatter->set_pattern(settings.with_time ? "[%P] %Y/%m/%d %H:%M:%S.%f [%*] %v"
                                              : "[%P] [%*] %v");
    set_formatter(std::move(formatter));
  }
  Status reopen() {
    const std::lock_guard lock(mutex_);
    return file_.reopen();
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    file_.write({line.data(), line.size()});
  }
  void flush_() override {}

  LogFile file_;
};

// Installed by the main thread; read by any. A sink that was replaced lives on until the line under
// way in another thread has been written.
Mutex current_mutex;
std::shared_ptr<LogFileSink> current LEAT_GUARDED_BY(current_mutex);

std::shared_ptr<LogFileSink> current_sink() {
  const MutexLock lock(current_mutex);
  return current;
}

void write_line(LogLevel level, std::string_view text) {
  const auto sink = current_sink();
  if (sink == nullptr) return;
  sink->log(spdlog::details::log_msg(spdlog::string_view_t(), level_of(level),
                                     spdlog::string_view_t(text.data(), text.size())));
}

}  // namespace

Status open_log(const LogSettings& settings) {
  LEAT_TRY_ASSIGN(LogFile file, LogFile::open(settings.file));
  file.set_rotation(settings.file_bytes_max, settings.files_max);
  auto sink = std::make_shared<LogFileSink>(std::move(file), settings);
  {
    const MutexLock lock(current_mutex);
    current = std::move(sink);
  }
  set_log_sink(&write_line);
  return {};
}

Status reopen_log() {
  const auto sink = current_sink();
  return sink == nullptr ? Status{} : sink->reopen();
}

void close_log() {
  const MutexLock lock(current_mutex);
  current.reset();
}

}  // namespace leat
