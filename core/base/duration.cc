#include "core/base/duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "core/base/quote.h"

namespace leat {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t ns;
};

constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1'000},
                                         {"\u00b5s", 1'000},
                                         {"\u03bcs", 1'000},
                                         {"ms", 1'000'000},
                                         {"s", 1'000'000'000},
                                         {"m", 60'000'000'000},
                                         {"h", 3'600'000'000'000}}};

// The magnitude of the smallest duration; every positive one is smaller.
constexpr std::uint64_t kMagnitudeMax = std::uint64_t{1} << 63U;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the digits at the start of `text`. Nothing when they are more than a duration can hold.
std::optional<std::uint64_t> take_whole(std::string_view& text) {
  std::uint64_t number = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (number > kMagnitudeMax / 10) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(text.front() - '0');
    if (number > kMagnitudeMax) return std::nullopt;
    text.remove_prefix(1);
  }
  return number;
}

struct Fraction {
  std::uint64_t digits = 0;
  double scale = 1;
};

// Takes the digits behind a decimal point; those that do not fit any more are read and ignored.
Fraction take_fraction(std::string_view& text) {
  Fraction fraction;
  bool is_full = false;
  while (!text.empty() && is_digit(text.front())) {
    const auto digit = static_cast<std::uint64_t>(text.front() - '0');
    text.remove_prefix(1);
    is_full = is_full || fraction.digits > (kMagnitudeMax - 1) / 10 ||
              fraction.digits * 10 + digit > kMagnitudeMax;
    if (is_full) continue;
    fraction.digits = fraction.digits * 10 + digit;
    fraction.scale *= 10;
  }
  return fraction;
}

const Unit* find_unit(std::string_view name) {
  const auto* unit = std::find_if(kUnits.begin(), kUnits.end(),
                                  [name](const Unit& known) { return known.name == name; });
  return unit == kUnits.end() ? nullptr : unit;
}

struct ReadDuration {
  std::uint64_t magnitude = 0;
  std::string error;  // empty: none; the words before the quoted text
};

// Reads one number with its unit and adds it to `sum`. False: sum.error says why.
bool add_part(std::string_view& text, ReadDuration& sum) {
  const auto refuse = [&](std::string error) {
    sum.error = std::move(error);
    return false;
  };
  if (text.front() != '.' && !is_digit(text.front())) return refuse("invalid duration ");
  const std::size_t before = text.size();
  const auto whole = take_whole(text);
  if (!whole) return refuse("invalid duration ");
  bool has_digits = text.size() != before;
  Fraction fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    const std::size_t before_fraction = text.size();
    fraction = take_fraction(text);
    has_digits = has_digits || text.size() != before_fraction;
  }
  if (!has_digits) return refuse("invalid duration ");
  const auto* name_end =
      std::find_if(text.begin(), text.end(), [](char c) { return c == '.' || is_digit(c); });
  const std::string_view name = text.substr(0, static_cast<std::size_t>(name_end - text.begin()));
  if (name.empty()) return refuse("missing unit in duration ");
  const Unit* unit = find_unit(name);
  if (unit == nullptr) return refuse("unknown unit " + go_quote(name) + " in duration ");
  text.remove_prefix(name.size());
  if (*whole > kMagnitudeMax / unit->ns) return refuse("invalid duration ");
  const double part =
      static_cast<double>(fraction.digits) * (static_cast<double>(unit->ns) / fraction.scale);
  sum.magnitude += *whole * unit->ns + static_cast<std::uint64_t>(part);
  return sum.magnitude <= kMagnitudeMax || refuse("invalid duration ");
}

// "1.5" for 1500 and 3 digits: the fraction without trailing zeros.
std::string decimal_text(std::uint64_t number, std::uint64_t unit) {
  std::string text = std::to_string(number / unit);
  std::uint64_t rest = number % unit;
  if (rest == 0) return text;
  text += '.';
  while (rest != 0) {
    unit /= 10;
    text += static_cast<char>('0' + rest / unit);
    rest %= unit;
  }
  return text;
}

}  // namespace

Result<DurationNs> parse_duration(std::string_view text) {
  const std::string_view written = text;
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  ReadDuration sum;
  if (text.empty()) sum.error = "invalid duration ";
  while (sum.error.empty() && !text.empty()) {
    if (!add_part(text, sum)) break;
  }
  const bool fits = is_negative || sum.magnitude < kMagnitudeMax;
  if (sum.error.empty() && !fits) sum.error = "invalid duration ";
  if (!sum.error.empty()) {
    return failure(ErrorKind::kInvalid, "time: " + sum.error + go_quote(written));
  }
  return static_cast<DurationNs>(is_negative ? 0 - sum.magnitude : sum.magnitude);
}

std::string format_duration(DurationNs duration) {
  if (duration == 0) return "0s";
  const bool is_negative = duration < 0;
  const auto bits = static_cast<std::uint64_t>(duration);
  const std::uint64_t ns = is_negative ? 0 - bits : bits;
  std::string text = is_negative ? "-" : "";
  if (ns < 1'000) return text + std::to_string(ns) + "ns";
  if (ns < 1'000'000) return text + decimal_text(ns, 1'000) + "\u00b5s";
  if (ns < 1'000'000'000) return text + decimal_text(ns, 1'000'000) + "ms";
  constexpr std::uint64_t kMinute = 60'000'000'000;
  const std::uint64_t minutes = ns / kMinute;
  if (minutes >= 60) text += std::to_string(minutes / 60) + "h";
  if (minutes > 0) text += std::to_string(minutes % 60) + "m";
  return text + decimal_text(ns % kMinute, 1'000'000'000) + "s";
}

}  // namespace leat
