// Limits of connections, and how they are kept alive and let go.

#include <limits>

#include "core/base/duration.h"
#include "core/config/blocks.h"

namespace leat {
namespace {

using Rule = ConfigRule<ServerOptions>;

// A rule over a field of LimitOptions.
template <typename Number>
auto store_limit(Number LimitOptions::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
    if (auto value = reader.integer(field.value)) {
      options.limits.*member = static_cast<Number>(*value);
    }
  };
}

// Zero and absent both mean the default.
auto store_limit_or_default(std::int64_t LimitOptions::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
    const auto value = reader.integer(field.value);
    if (!value) return;
    if (*value > std::numeric_limits<std::int32_t>::max()) {
      reader.error(field.value.at, field.key + " value is too big");
      return;
    }
    options.limits.*member = *value == 0 ? LimitOptions().*member : *value;
  };
}

auto store_limit_duration(DurationNs LimitOptions::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
    const auto value = reader.duration(field);
    if (value) options.limits.*member = *value == 0 ? LimitOptions().*member : *value;
  };
}

void read_connections(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  // Zero is a number like others: nobody may connect. Less than zero means the same.
  if (const auto value = reader.integer(field.value)) {
    options.limits.connections_max = *value < 0 ? 0 : *value;
  }
}

void read_subscription_tokens(ConfigReader& reader, const ConfigField& field,
                              ServerOptions& options) {
  const auto value = reader.integer(field.value);
  if (!value) return;
  constexpr std::int64_t kTokensMax = 255;
  if (*value > kTokensMax) {
    reader.error(field.value.at, field.key + " value is too big");
  } else if (*value <= 0) {
    reader.error(field.value.at, field.key + " value can not be negative");
  } else {
    options.limits.subscription_tokens_max = *value;
  }
}

void read_pings(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const auto value = reader.integer(field.value);
  if (!value) return;
  constexpr std::int64_t kPingsMax = 1'000'000;
  options.limits.pings_outstanding_max =
      *value == 0 ? limits::kPingsOutstanding : static_cast<int>(std::min(*value, kPingsMax));
}

void read_lame_duck(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  const std::string name = config_name(field.key);
  const auto text = reader.text(field.value);
  if (!text) return;
  const Result<DurationNs> parsed = parse_duration(*text);
  if (!parsed) {
    reader.error(field.value.at, "error parsing " + name + ": " + parsed.error().text);
    return;
  }
  if (name == "lame_duck_grace_period") {
    if (*parsed < 0) {
      reader.error(field.value.at, "invalid lame_duck_grace_period, needs to be positive");
    }
    options.lame_duck_grace_ns = *parsed;
    return;
  }
  if (*parsed < 30 * kSecondNs) {
    reader.error(field.value.at, "invalid lame_duck_duration of " + format_duration(*parsed) +
                                     ", minimum is 30 seconds");
  }
  options.lame_duck_duration_ns = *parsed;
}

void read_write_timeout(ConfigReader& reader, const ConfigField& field, ServerOptions&) {
  const auto text = reader.text(field.value);
  if (!text) return;
  const std::string& policy = *text;
  if (policy == "default" || policy == "close") return;
  if (policy == "retry") {
    reader.unbuilt(field, "retry of slow writes to clients");
    return;
  }
  reader.error(field.value.at, "write_timeout must be 'default', 'close' or 'retry'");
}

}  // namespace

const std::vector<Rule>& limit_rules() {
  static const std::vector<Rule> rules = {
      {{"max_connections", "max_conn"}, read_connections},
      {{"max_subscriptions", "max_subs"}, store_limit(&LimitOptions::subscriptions_max)},
      {{"max_subscription_tokens", "max_sub_tokens"}, read_subscription_tokens},
      {{"max_control_line"}, store_limit_or_default(&LimitOptions::control_line_bytes_max)},
      {{"max_payload"}, store_limit_or_default(&LimitOptions::payload_bytes_max)},
      {{"max_pending"},
       [](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
         const auto value = reader.integer(field.value);
         if (value && *value != 0) options.limits.pending_bytes_max = *value;
       }},
      {{"max_closed_clients"}, store_limit(&LimitOptions::closed_clients_max)},
      {{"ping_interval"}, store_limit_duration(&LimitOptions::ping_interval_ns)},
      {{"ping_max"}, read_pings},
      {{"write_deadline"}, store_limit_duration(&LimitOptions::write_deadline_ns)},
      {{"write_timeout"}, read_write_timeout},
      {{"no_fast_producer_stall"},
       [](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
         if (const auto off = reader.flag(field.value)) options.limits.fast_producer_stall = !*off;
       }},
      {{"lame_duck_duration", "lame_duck_grace_period"}, read_lame_duck},
      {{"no_header_support"},
       [](ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
         if (const auto off = reader.flag(field.value)) options.headers = !*off;
       }},
  };
  return rules;
}

}  // namespace leat
