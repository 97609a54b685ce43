#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>

#include "core/base/duration.h"
#include "core/base/quote.h"

namespace leat {

namespace {

struct Split {
  std::chrono::year_month_day date;
  std::int64_t second_of_day = 0;
  std::int64_t ns = 0;
};

Split split(WallNs time) {
  constexpr std::int64_t kDaySeconds = 86400;
  // Rounded down, and in seconds first: days in nanoseconds would overflow at the ends.
  std::int64_t seconds = time / kSecondNs;
  std::int64_t ns = time % kSecondNs;
  if (ns < 0) {
    ns += kSecondNs;
    --seconds;
  }
  std::int64_t days = seconds / kDaySeconds;
  std::int64_t second_of_day = seconds % kDaySeconds;
  if (second_of_day < 0) {
    second_of_day += kDaySeconds;
    --days;
  }
  const std::chrono::sys_days day{std::chrono::days(static_cast<int>(days))};
  return {std::chrono::year_month_day(day), second_of_day, ns};
}

void append_digits(std::string& out, std::int64_t number, int width) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const auto size = static_cast<int>(end - digits.data());
  if (size < width) out.append(static_cast<std::size_t>(width - size), '0');
  out.append(digits.data(), end);
}

// Reads the parts of RFC 3339 one after the other and keeps the first error, in Go's words.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text), rest_(text) {}

  // `width` digits; `layout` is how Go's reference time names the part.
  std::int64_t digits(std::size_t width, std::string_view layout) {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < width && error_.empty(); ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') cannot_parse(layout);
      if (error_.empty()) number = number * 10 + (rest_[i] - '0');
    }
    if (error_.empty()) rest_.remove_prefix(width);
    return number;
  }
  void literal(char expected) {
    if (!error_.empty()) return;
    if (!rest_.starts_with(expected)) return cannot_parse(std::string_view(&expected, 1));
    rest_.remove_prefix(1);
  }
  void check(std::int64_t number, std::int64_t least, std::int64_t most, std::string_view part) {
    if (number < least || number > most) refuse(": " + std::string(part) + " out of range");
  }
  // Digits behind a point, of which nine count; zero if there is no point.
  std::int64_t fraction();
  // Z, or a sign and hours and minutes: seconds to the east.
  std::int64_t offset();
  void end() {
    if (error_.empty() && !rest_.empty()) refuse(": extra text: " + go_quote(rest_));
  }
  const std::string& error() const { return error_; }

 private:
  void cannot_parse(std::string_view layout) {
    refuse(" as \"2006-01-02T15:04:05Z07:00\": cannot parse " + go_quote(rest_) + " as " +
           go_quote(layout));
  }
  void refuse(const std::string& why) {
    if (error_.empty()) error_ = "parsing time " + go_quote(text_) + why;
  }

  std::string_view text_;
  std::string_view rest_;
  std::string error_;
};

std::int64_t TimeReader::fraction() {
  if (!error_.empty() || rest_.size() < 2 || rest_[0] != '.' || rest_[1] < '0' || rest_[1] > '9') {
    return 0;
  }
  rest_.remove_prefix(1);
  std::int64_t ns = 0;
  std::int64_t place = kSecondNs / 10;
  for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; place /= 10) {
    ns += (rest_.front() - '0') * place;
    rest_.remove_prefix(1);
  }
  return ns;
}

std::int64_t TimeReader::offset() {
  if (!error_.empty()) return 0;
  if (rest_.starts_with('Z')) {
    rest_.remove_prefix(1);
    return 0;
  }
  const std::string_view whole = rest_;
  const bool is_west = rest_.starts_with('-');
  const bool is_complete = rest_.size() >= 6 && rest_[3] == ':';
  if ((!is_west && !rest_.starts_with('+')) || !is_complete) {
    cannot_parse("Z07:00");
    return 0;
  }
  rest_.remove_prefix(1);
  for (const std::size_t place : {1U, 2U, 4U, 5U}) {
    if (whole[place] >= '0' && whole[place] <= '9') continue;
    rest_ = whole;
    cannot_parse("Z07:00");
    return 0;
  }
  const std::int64_t hours = digits(2, "Z07:00");
  literal(':');
  const std::int64_t minutes = digits(2, "Z07:00");
  check(hours, 0, 24, "time zone offset hour");
  check(minutes, 0, 60, "time zone offset minute");
  const std::int64_t seconds = (hours * 60 + minutes) * 60;
  return is_west ? -seconds : seconds;
}

// A time that was read: seconds from 1970 on, and nanoseconds of the same sign.
struct ReadTime {
  std::int64_t seconds = 0;
  std::int64_t ns = 0;

  // Nothing where 64 bits do not hold it.
  std::optional<WallNs> in_ns() const {
    WallNs time = 0;
    if (__builtin_mul_overflow(seconds, kSecondNs, &time) ||
        __builtin_add_overflow(time, ns, &time)) {
      return {};
    }
    return time;
  }
};

Result<ReadTime> read_time(std::string_view text);

}  // namespace

std::string format_time(WallNs time) {
  const Split parts = split(time);
  std::string text;
  append_digits(text, static_cast<int>(parts.date.year()), 4);
  text += '-';
  append_digits(text, static_cast<unsigned>(parts.date.month()), 2);
  text += '-';
  append_digits(text, static_cast<unsigned>(parts.date.day()), 2);
  text += 'T';
  append_digits(text, parts.second_of_day / 3600, 2);
  text += ':';
  append_digits(text, parts.second_of_day / 60 % 60, 2);
  text += ':';
  append_digits(text, parts.second_of_day % 60, 2);
  if (parts.ns != 0) {
    text += '.';
    append_digits(text, parts.ns, 9);
    text.erase(text.find_last_not_of('0') + 1);
  }
  text += 'Z';
  return text;
}

Result<WallNs> parse_time(std::string_view text) {
  const Result<ReadTime> read = read_time(text);
  if (!read) return tl::unexpected(read.error());
  const std::optional<WallNs> time = read->in_ns();
  if (time) return *time;
  return failure(ErrorKind::kInvalid, "time " + go_quote(text) + " is out of range");
}

Result<WallNs> parse_nearest_time(std::string_view text) {
  const Result<ReadTime> read = read_time(text);
  if (!read) return tl::unexpected(read.error());
  return read->in_ns().value_or(read->seconds < 0 ? kEarliestTime : kLatestTime);
}

namespace {

Result<ReadTime> read_time(std::string_view text) {
  TimeReader reader(text);
  const std::int64_t year = reader.digits(4, "2006");
  reader.literal('-');
  const std::int64_t month = reader.digits(2, "01");
  reader.check(month, reader.error().empty() ? 1 : 0, 12, "month");
  reader.literal('-');
  const std::int64_t day = reader.digits(2, "02");
  reader.literal('T');
  const std::int64_t hour = reader.digits(2, "15");
  reader.check(hour, 0, 23, "hour");
  reader.literal(':');
  const std::int64_t minute = reader.digits(2, "04");
  reader.check(minute, 0, 59, "minute");
  reader.literal(':');
  const std::int64_t second = reader.digits(2, "05");
  reader.check(second, 0, 59, "second");
  const std::int64_t ns = reader.fraction();
  const std::int64_t offset = reader.offset();
  reader.end();
  const auto date = std::chrono::year(static_cast<int>(year)) /
                    std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (!date.ok()) reader.check(0, 1, 1, "day");
  if (!reader.error().empty()) return failure(ErrorKind::kInvalid, reader.error());
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + (hour * 60 + minute) * 60 + second - offset;
  // Toward zero, so that the earliest second does not overflow.
  if (seconds < 0 && ns > 0) return ReadTime{.seconds = seconds + 1, .ns = ns - kSecondNs};
  return ReadTime{.seconds = seconds, .ns = ns};
}

}  // namespace

}  // namespace leat
