#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time_zone.h"

namespace leat {

// Six fields by white space: second, minute, hour, day of month, month, day of week. A field is a
// list by commas of `*`, `?`, N, N-M, each with `/step`; months and days also by their first three
// letters, Sunday is 0. A plain value; pure.
//
// Where neither day field begins with a star (or both), a day matches that satisfies either of
// them; a step behind the star makes it a field without one.
class CronPattern {
 public:
  static std::optional<CronPattern> parse(std::string_view text);

  // The first second after this one that matches on the zone's clocks (null: UTC); none when there
  // is none before the end of the fifth year from then. An hour that a change of the clocks leaves
  // out does not match, one that comes twice matches twice.
  std::optional<std::int64_t> next(std::int64_t after_unix_s, const TimeZone* zone) const;

 private:
  struct Field {
    std::uint64_t bits = 0;
    bool is_star = false;
    bool holds(unsigned value) const { return (bits >> value & 1) != 0; }
  };
  struct Bounds;

  static std::optional<Field> parse_field(std::string_view text, const Bounds& bounds);
  static std::optional<Field> parse_range(std::string_view text, const Bounds& bounds);
  bool day_matches(unsigned day, unsigned weekday) const;

  Field second_;
  Field minute_;
  Field hour_;
  Field day_;
  Field month_;
  Field weekday_;
};

}  // namespace leat
