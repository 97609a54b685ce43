#include "streams/core/cron_pattern.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <span>
#include <string>

namespace leat {

struct CronPattern::Bounds {
  unsigned min;
  unsigned max;
  std::span<const std::string_view> names;  // of min and what follows
};

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 3600;
constexpr int kYearsAhead = 5;
constexpr std::string_view kBlanks = " \t\n\v\f\r";
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed",
                                                       "thu", "fri", "sat"};

std::optional<unsigned> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  unsigned number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

// What stands before the separator; `rest` begins behind it, and is empty when there is none.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

// The clocks of a zone at one moment.
struct LocalTime {
  int year;
  unsigned month;
  unsigned day;
  unsigned weekday;
  unsigned hour;
  unsigned minute;
  unsigned second;
};

std::int64_t offset_of(const TimeZone* zone, std::int64_t unix_s) {
  return zone == nullptr ? 0 : zone->offset_s(unix_s);
}

LocalTime local_time(const TimeZone* zone, std::int64_t unix_s) {
  const std::chrono::sys_seconds shown{std::chrono::seconds(unix_s + offset_of(zone, unix_s))};
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date(day);
  const auto of_day = static_cast<unsigned>((shown - day).count());
  return {.year = static_cast<int>(date.year()),
          .month = static_cast<unsigned>(date.month()),
          .day = static_cast<unsigned>(date.day()),
          .weekday = std::chrono::weekday(day).c_encoding(),
          .hour = of_day / 3600,
          .minute = of_day / 60 % 60,
          .second = of_day % 60};
}

// When the clocks show the beginning of this day. Where they skip or repeat it, it is right by the
// offset before or after the change.
std::int64_t begin_of(const TimeZone* zone, std::chrono::sys_days day) {
  const std::int64_t shown = std::chrono::sys_seconds(day).time_since_epoch().count();
  return shown - offset_of(zone, shown - offset_of(zone, shown));
}

std::chrono::sys_days first_of_next_month(const LocalTime& time) {
  const std::chrono::year_month month(std::chrono::year(time.year), std::chrono::month(time.month));
  return std::chrono::sys_days((month + std::chrono::months(1)) / std::chrono::day(1));
}

std::chrono::sys_days next_day(const LocalTime& time) {
  const std::chrono::year_month_day date(
      std::chrono::year(time.year), std::chrono::month(time.month), std::chrono::day(time.day));
  return std::chrono::sys_days(date) + std::chrono::days(1);
}

}  // namespace

std::optional<CronPattern> CronPattern::parse(std::string_view text) {
  struct Place {
    Field CronPattern::*field;
    Bounds bounds;
  };
  static const std::array<Place, 6> kPlaces = {{{&CronPattern::second_, {0, 59, {}}},
                                                {&CronPattern::minute_, {0, 59, {}}},
                                                {&CronPattern::hour_, {0, 23, {}}},
                                                {&CronPattern::day_, {1, 31, {}}},
                                                {&CronPattern::month_, {1, 12, kMonths}},
                                                {&CronPattern::weekday_, {0, 6, kWeekdays}}}};
  CronPattern pattern;
  for (const Place& place : kPlaces) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin);
    const std::size_t size = std::min(text.find_first_of(kBlanks), text.size());
    const std::optional<Field> field = parse_field(text.substr(0, size), place.bounds);
    if (!field) return std::nullopt;
    pattern.*place.field = *field;
    text.remove_prefix(size);
  }
  if (text.find_first_not_of(kBlanks) != std::string_view::npos) return std::nullopt;
  return pattern;
}

// Empty parts of the list count for nothing.
std::optional<CronPattern::Field> CronPattern::parse_field(std::string_view text,
                                                           const Bounds& bounds) {
  Field field;
  while (!text.empty()) {
    const std::string_view part = take_until(text, ',');
    if (part.empty()) continue;
    const std::optional<Field> range = parse_range(part, bounds);
    if (!range) return std::nullopt;
    field.bits |= range->bits;
    field.is_star = field.is_star || range->is_star;
  }
  return field;
}

std::optional<CronPattern::Field> CronPattern::parse_range(std::string_view text,
                                                           const Bounds& bounds) {
  const auto number_or_name = [&bounds](std::string_view word) -> std::optional<unsigned> {
    const auto* const found = std::find(
        bounds.names.data(), bounds.names.data() + bounds.names.size(), in_small_letters(word));
    const auto place = static_cast<std::size_t>(found - bounds.names.data());
    if (place < bounds.names.size()) return bounds.min + static_cast<unsigned>(place);
    return parse_number(word);
  };
  const bool has_step = text.find('/') != std::string_view::npos;
  std::string_view step_text = text;
  std::string_view range = take_until(step_text, '/');
  const bool has_end = range.find('-') != std::string_view::npos;
  const std::string_view low = take_until(range, '-');
  Field field;
  std::optional<unsigned> begin = bounds.min;
  std::optional<unsigned> end = bounds.max;
  if (low == "*" || low == "?") {
    field.is_star = true;
  } else {
    begin = number_or_name(low);
    end = has_end ? number_or_name(range) : begin;
    // N/step goes on to the end.
    if (has_step && !has_end) end = bounds.max;
  }
  const std::optional<unsigned> step = has_step ? parse_number(step_text) : 1;
  if (!begin || !end || !step || *step == 0) return std::nullopt;
  if (*begin < bounds.min || *end > bounds.max || *begin > *end) return std::nullopt;
  if (*step > 1) field.is_star = false;
  for (std::uint64_t i = *begin; i <= *end; i += *step) field.bits |= std::uint64_t{1} << i;
  return field;
}

bool CronPattern::day_matches(unsigned day, unsigned weekday) const {
  const bool by_day = day_.holds(day);
  const bool by_weekday = weekday_.holds(weekday);
  if (day_.is_star || weekday_.is_star) return by_day && by_weekday;
  return by_day || by_weekday;
}

std::optional<std::int64_t> CronPattern::next(std::int64_t after_unix_s,
                                              const TimeZone* zone) const {
  if (second_.bits == 0 || minute_.bits == 0 || hour_.bits == 0 || month_.bits == 0) {
    return std::nullopt;
  }
  std::int64_t at = after_unix_s + 1;
  const int last_year = local_time(zone, at).year + kYearsAhead;
  for (;;) {
    const LocalTime time = local_time(zone, at);
    if (time.year > last_year) return std::nullopt;
    const std::int64_t next_hour = at + kHour - time.minute * kMinute - time.second;
    // A day that begins with a change of the clocks may seem to begin in the past.
    if (!month_.holds(time.month)) {
      at = std::max(begin_of(zone, first_of_next_month(time)), next_hour);
    } else if (!day_matches(time.day, time.weekday)) {
      at = std::max(begin_of(zone, next_day(time)), next_hour);
    } else if (!hour_.holds(time.hour)) {
      at = next_hour;
    } else if (!minute_.holds(time.minute)) {
      at += kMinute - time.second;
    } else if (!second_.holds(time.second)) {
      ++at;
    } else {
      return at;
    }
  }
}

}  // namespace leat
