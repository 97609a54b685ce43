// JetStream: of the server, and of an account.

#include <charconv>
#include <limits>

#include "core/base/duration.h"
#include "core/base/quote.h"
#include "core/config/blocks.h"

namespace leat {
namespace {

// A number of bytes, or a text such as "10G" (1024 each) that must end in K, M, G or T.
std::optional<std::int64_t> parse_size_text(std::string_view text, std::string& why) {
  if (text.empty()) return 0;
  const std::string_view digits = text.substr(0, text.size() - 1);
  std::int64_t number = 0;
  const std::string_view unsigned_digits =
      digits.starts_with('+') && !digits.starts_with("+-") ? digits.substr(1) : digits;
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(unsigned_digits.data(), end, number);
  if (parsed.ec == std::errc::result_out_of_range && parsed.ptr == end) {
    why = "strconv.ParseInt: parsing " + go_quote(digits) + ": value out of range";
    return std::nullopt;
  }
  if (parsed.ec != std::errc{} || parsed.ptr != end) {
    why = "strconv.ParseInt: parsing " + go_quote(digits) + ": invalid syntax";
    return std::nullopt;
  }
  const std::size_t power = std::string_view("KMGT").find(text.back());
  if (power == std::string_view::npos) {
    why = "sizes defined as strings must end in K, M, G, T";
    return std::nullopt;
  }
  if (__builtin_mul_overflow(number, std::int64_t{1} << (10 * (power + 1)), &number)) {
    why = "size is out of the range";
    return std::nullopt;
  }
  return number;
}

// Four files of less would hold a few entries each.
constexpr std::int64_t kJournalBytesMin = 1024 * 1024;

// Says what is wrong; then `size` is as it was.
void read_size(ConfigReader& reader, const ConfigField& field, const std::string& name,
               std::int64_t& size) {
  if (field.value.kind == ConfigKind::kInteger) {
    size = field.value.integer;
  } else if (field.value.kind == ConfigKind::kString) {
    std::string why;
    const auto parsed = parse_size_text(field.value.text, why);
    parsed ? void(size = *parsed) : reader.error(field.value.at, name + " " + why);
  } else {
    reader.error(field.value.at, name + " must be int64 or string");
  }
}

auto store_size(std::int64_t JetStreamOptions::*member, std::string name) {
  return [member, name](ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
    read_size(reader, field, name, block.*member);
  };
}

void ignore_size(ConfigReader& reader, const ConfigField& field, JetStreamOptions& /*block*/) {
  std::int64_t ignored = 0;
  read_size(reader, field, config_name(field.key), ignored);
}

// Numbers that tune machinery which this server does not have; what they are judged by stays.
void check_count(ConfigReader& reader, const ConfigField& field, std::int64_t least) {
  if (field.value.kind == ConfigKind::kInteger && field.value.integer >= least) return;
  const std::string sort = least == 0 ? "an absolute size" : "a parseable size";
  reader.error(field.value.at, "Expected " + sort + " for " + go_quote(field.key) + ", got " +
                                   config_shown(field.value));
}

void ignore_count(ConfigReader& reader, const ConfigField& field, JetStreamOptions& /*block*/) {
  check_count(reader, field, std::numeric_limits<std::int64_t>::min());
}

void ignore_meta_compact(ConfigReader& reader, const ConfigField& field, JetStreamOptions&) {
  check_count(reader, field, 0);
}

void ignore_meta_compact_size(ConfigReader& reader, const ConfigField& field, JetStreamOptions&) {
  std::int64_t ignored = 0;
  read_size(reader, field, config_name(field.key), ignored);
  if (ignored >= 0) return;
  reader.error(field.value.at, "Expected an absolute size for " + go_quote(field.key) + ", got " +
                                   config_shown(field.value));
}

void ignore_concurrent_io(ConfigReader& reader, const ConfigField& field, JetStreamOptions&) {
  constexpr std::int64_t kLeast = 4;
  constexpr std::int64_t kMost = 8192;
  const std::int64_t count = field.value.integer;
  if (field.value.kind == ConfigKind::kInteger && count >= kLeast && count <= kMost) return;
  reader.error(field.value.at, "Expected an absolute size for " + go_quote(field.key) +
                                   " between 4 and 8192, got " + config_shown(field.value));
}

void read_sync_interval(ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
  if (field.value.kind == ConfigKind::kString && config_name(field.value.text) == "always") {
    block.sync_interval_ns.reset();
    return;
  }
  if (const auto interval = reader.duration(field, field.key)) block.sync_interval_ns = *interval;
}

void read_journal_size(ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
  store_size(&JetStreamOptions::journal_bytes, "journal_size")(reader, field, block);
  if (block.journal_bytes >= kJournalBytesMin) return;
  reader.error(field.value.at, "journal_size must be at least " + std::to_string(kJournalBytesMin));
}

void read_disk_reserve(ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
  store_size(&JetStreamOptions::disk_reserve_bytes, "disk_reserve")(reader, field, block);
  if (block.disk_reserve_bytes < 0) {
    reader.error(field.value.at, "disk_reserve must not be negative");
  }
}

void read_index_memory(ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
  std::int64_t bytes = 0;
  read_size(reader, field, "index_memory", bytes);
  if (bytes < 0) reader.error(field.value.at, "index_memory must not be negative");
  block.index_bytes_max = bytes;
}

void read_strict(ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
  if (field.value.kind == ConfigKind::kBool) {
    block.strict = field.value.flag;
    return;
  }
  reader.error(field.value.at, "Expected 'true' or 'false' for bool value, got '" +
                                   config_shown(field.value) + "'");
}

const std::vector<ConfigRule<JetStreamLimits>>& server_limit_rules() {
  using Block = JetStreamLimits;
  static const std::vector<ConfigRule<Block>> rules = {
      {{"max_ack_pending"}, store_integer(&Block::ack_pending_max)},
      {{"max_ha_assets"}, store_integer(&Block::ha_assets_max)},
      {{"max_request_batch"}, store_integer(&Block::request_batch_max)},
      {{"default_max_consumers"}, store_integer(&Block::consumers_default_max)},
      {{"duplicate_window"},
       [](ConfigReader& reader, const ConfigField& field, Block& block) {
         const auto text = reader.text(field.value);
         if (!text) return;
         const Result<DurationNs> window = parse_duration(*text);
         if (window) block.duplicate_window_ns_max = *window;
         if (!window) reader.plain_error(window.error().text);
       }},
      {{"max_batch_inflight_per_stream", "max_batch_inflight_total", "max_batch_size",
        "max_batch_timeout", "batch"},
       refuse<Block>("batch publishing")},
  };
  return rules;
}

void read_server_limits(ConfigReader& reader, const ConfigField& field, JetStreamOptions& block) {
  if (field.value.kind != ConfigKind::kMap) {
    reader.error(field.value.at, "Expected a map to define JetStreamLimits, got " +
                                     std::string(config_kind_name(field.value)));
    return;
  }
  apply_rules<JetStreamLimits>(server_limit_rules(), reader, field.value, block.limits);
}

const std::vector<ConfigRule<JetStreamOptions>>& jetstream_rules() {
  using Block = JetStreamOptions;
  static const std::vector<ConfigRule<Block>> rules = {
      {{"strict"}, read_strict},
      {{"max_memory_store", "max_mem_store", "max_mem"},
       store_size(&Block::memory_bytes_max, "max_mem_store")},
      {{"max_file_store", "max_file"}, store_size(&Block::file_bytes_max, "max_file_store")},
      {{"domain"}, store_text(&Block::domain)},
      {{"enable", "enabled"}, store_flag(&Block::enabled)},
      {{"unique_tag"}, store_text(&Block::unique_tag)},
      {{"sync", "sync_interval"}, read_sync_interval},
      {{"journal_size"}, read_journal_size},
      {{"disk_reserve"}, read_disk_reserve},
      {{"index_memory"}, read_index_memory},
      {{"limits"}, read_server_limits},
      {{"key", "ek", "encryption_key", "prev_key", "prev_ek", "prev_encryption_key", "cipher"},
       refuse<Block>("encryption at rest")},
      {{"tpm"}, refuse<Block>("encryption at rest")},
      // These tune machinery that this server does not have.
      {{"extension_hint"},
       [](ConfigReader& reader, const ConfigField& field, Block&) { reader.text(field.value); }},
      {{"max_buffered_msgs", "request_queue_limit", "info_queue_limit"}, ignore_count},
      {{"max_outstanding_catchup", "max_buffered_size"}, ignore_size},
      {{"max_concurrent_io"}, ignore_concurrent_io},
      {{"meta_compact"}, ignore_meta_compact},
      {{"meta_compact_size"}, ignore_meta_compact_size},
      {{"meta_compact_sync"}, ignore_flag<Block>()},
  };
  return rules;
}

// ---- of an account

auto store_account_size(std::int64_t AccountJetStreamOptions::*member) {
  return [member](ConfigReader& reader, const ConfigField& field, AccountJetStreamOptions& block) {
    if (field.value.kind == ConfigKind::kInteger) {
      block.*member = field.value.integer;
      return;
    }
    reader.error(field.value.at, "Expected a parseable size for " + go_quote(field.key) + ", got " +
                                     config_shown(field.value));
  };
}

void check_cluster_traffic(ConfigReader& reader, const ConfigField& field,
                           AccountJetStreamOptions& /*block*/) {
  const bool is_text = field.value.kind == ConfigKind::kString;
  const std::string& text = field.value.text;
  if (is_text && (text.empty() || text == "system" || text == "owner")) return;
  reader.error(field.value.at, std::string(is_text ? "Expected" : "Expected either") +
                                   " 'system' or 'owner' string value for " + go_quote(field.key) +
                                   ", got " + config_shown(field.value));
}

const std::vector<ConfigRule<AccountJetStreamOptions>>& account_jetstream_rules() {
  using Block = AccountJetStreamOptions;
  static const std::vector<ConfigRule<Block>> rules = {
      {{"max_memory", "max_mem", "mem", "memory"}, store_account_size(&Block::memory_bytes_max)},
      {{"max_store", "max_file", "max_disk", "store", "disk"},
       store_account_size(&Block::file_bytes_max)},
      {{"max_streams", "streams"}, store_account_size(&Block::streams_max)},
      {{"max_consumers", "consumers"}, store_account_size(&Block::consumers_max)},
      {{"max_bytes_required", "max_stream_bytes", "max_bytes"},
       [](ConfigReader& reader, const ConfigField& field, Block& block) {
         if (field.value.kind == ConfigKind::kBool) {
           block.stream_bytes_required = field.value.flag;
           return;
         }
         reader.error(field.value.at, "Expected a parseable bool for " + go_quote(field.key) +
                                          ", got " + config_shown(field.value));
       }},
      {{"mem_max_stream_bytes", "memory_max_stream_bytes"},
       store_account_size(&Block::memory_stream_bytes_max)},
      {{"disk_max_stream_bytes", "store_max_stream_bytes"},
       store_account_size(&Block::file_stream_bytes_max)},
      {{"max_ack_pending"}, store_account_size(&Block::ack_pending_max)},
      {{"cluster_traffic"}, check_cluster_traffic},
  };
  return rules;
}

bool is_store_dir(std::string_view name) {
  return name == "store" || name == "store_dir" || name == "storedir";
}

// "enabled", "disabled", true, false; nothing: another kind of value, or a message was written.
std::optional<bool> read_switch(ConfigReader& reader, const ConfigValue& value) {
  if (value.kind == ConfigKind::kBool) return value.flag;
  if (value.kind == ConfigKind::kString) {
    const std::string word = config_name(value.text);
    if (word == "enabled" || word == "enable") return true;
    if (word == "disabled" || word == "disable") return false;
    reader.error(value.at,
                 "Expected 'enabled' or 'disabled' for string value, got '" + value.text + "'");
    return std::nullopt;
  }
  if (value.kind != ConfigKind::kMap) {
    reader.error(value.at, "Expected map, bool or string to define JetStream, got " +
                               std::string(config_kind_name(value)));
  }
  return std::nullopt;
}

}  // namespace

void read_jetstream(ConfigReader& reader, const ConfigField& field, ServerOptions& options) {
  JetStreamOptions& block = options.jetstream;
  if (field.value.kind != ConfigKind::kMap) {
    if (const auto on = read_switch(reader, field.value)) block.enabled = *on;
    return;
  }
  block.enabled = true;
  for (const ConfigField& inner : field.value.fields) {
    const std::string name = config_name(inner.key);
    if (!is_store_dir(name)) continue;
    const auto directory = reader.text(inner.value);
    if (!directory) continue;
    // It can also stand at the top level, but only in one of the two places.
    if (!block.store_dir.empty())
      reader.error(inner.value.at, "Duplicate 'store_dir' configuration");
    block.store_dir = *directory;
  }
  apply_rules<JetStreamOptions>(jetstream_rules(), reader, field.value, block,
                                [&](const ConfigField& inner) {
                                  const std::string name = config_name(inner.key);
                                  if (!is_store_dir(name)) reader.unknown(inner);
                                });
}

std::optional<AccountJetStreamOptions> read_account_jetstream(ConfigReader& reader,
                                                              const ConfigField& field) {
  AccountJetStreamOptions limits;
  if (field.value.kind != ConfigKind::kMap) {
    const auto on = read_switch(reader, field.value);
    return on && *on ? std::optional(limits) : std::nullopt;
  }
  apply_rules<AccountJetStreamOptions>(account_jetstream_rules(), reader, field.value, limits);
  return limits;
}

}  // namespace leat
