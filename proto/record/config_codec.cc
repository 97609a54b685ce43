#include "proto/record/config_codec.h"

#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/base/encoding.h"

namespace leat {

namespace {

// Writes one field when it differs from its default.
class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) {}

  template <typename T>
  void field(std::uint8_t number, const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      if (!value.empty()) text(number, value);
    } else if constexpr (std::is_same_v<T, StreamSeq>) {
      if (value) scalar(number, static_cast<std::int64_t>(value.value));
    } else {
      if (value != T()) scalar(number, static_cast<std::int64_t>(value));
    }
  }
  void field(std::uint8_t number, const std::vector<std::string>& values) {
    for (const std::string& value : values) text(number, value);
  }
  void field(std::uint8_t number, const std::vector<DurationNs>& values) {
    for (const DurationNs value : values) scalar(number, value);
  }
  void field(std::uint8_t number, const std::optional<WallNs>& value) {
    if (value) scalar(number, *value);
  }
  void field(std::uint8_t number, const Metadata& metadata) {
    for (const auto& [key, value] : metadata) {
      std::string pair;
      encoding::append_text(pair, key);
      pair += value;
      text(number, pair);
    }
  }

 private:
  void text(std::uint8_t number, std::string_view value) {
    out_ += static_cast<char>(number);
    encoding::append_text(out_, value);
  }
  void scalar(std::uint8_t number, std::int64_t value) {
    char bytes[encoding::kVarintBytesMax];
    char* const end = encoding::store_varint(bytes, encoding::zigzag(value));
    text(number, std::string_view(bytes, static_cast<std::size_t>(end - bytes)));
  }

  std::string& out_;
};

// The last value of each kind: what is above it was written by a later version, or is damage.
constexpr Retention last_of(Retention) { return Retention::kWorkQueue; }
constexpr Discard last_of(Discard) { return Discard::kNew; }
constexpr StorageType last_of(StorageType) { return StorageType::kMemory; }
constexpr Compression last_of(Compression) { return Compression::kS2; }
constexpr DeliverPolicy last_of(DeliverPolicy) { return DeliverPolicy::kLastPerSubject; }
constexpr AckPolicy last_of(AckPolicy) { return AckPolicy::kFlowControl; }
constexpr ReplayPolicy last_of(ReplayPolicy) { return ReplayPolicy::kOriginal; }
constexpr PriorityPolicy last_of(PriorityPolicy) { return PriorityPolicy::kPrioritized; }

// Takes one field that was read into the member with the same number.
class FieldReader {
 public:
  FieldReader(std::uint8_t number, std::string_view value) : number_(number), value_(value) {}

  bool is_known() const { return is_known_; }
  bool is_good() const { return is_good_; }

  template <typename T>
  void field(std::uint8_t number, T& target) {
    if (number != number_) return;
    is_known_ = true;
    if constexpr (std::is_same_v<T, std::string>) {
      target = value_;
    } else if constexpr (std::is_same_v<T, StreamSeq>) {
      target = StreamSeq(static_cast<std::uint64_t>(scalar()));
    } else if constexpr (std::is_enum_v<T>) {
      const std::int64_t value = scalar();
      is_good_ = is_good_ && value >= 0 && value <= static_cast<std::int64_t>(last_of(T()));
      target = static_cast<T>(value);
    } else if constexpr (std::is_same_v<T, bool>) {
      target = scalar() != 0;
    } else {
      const std::int64_t value = scalar();
      is_good_ = is_good_ && std::in_range<T>(value);
      target = static_cast<T>(value);
    }
  }
  void field(std::uint8_t number, std::vector<std::string>& target) {
    if (number != number_) return;
    is_known_ = true;
    target.emplace_back(value_);
  }
  void field(std::uint8_t number, std::vector<DurationNs>& target) {
    if (number != number_) return;
    is_known_ = true;
    target.push_back(scalar());
  }
  void field(std::uint8_t number, std::optional<WallNs>& target) {
    if (number != number_) return;
    is_known_ = true;
    target = scalar();
  }
  void field(std::uint8_t number, Metadata& target) {
    if (number != number_) return;
    is_known_ = true;
    encoding::Cursor in(value_);
    const std::string_view key = in.text();
    is_good_ = is_good_ && in.is_good();
    target.emplace(key, in.rest());
  }

 private:
  std::int64_t scalar() {
    encoding::Cursor in(value_);
    const std::int64_t value = in.signed_varint();
    is_good_ = is_good_ && in.is_good() && in.at_end();
    return value;
  }

  std::uint8_t number_;
  std::string_view value_;
  bool is_known_ = false;
  bool is_good_ = true;
};

// The numbers of the fields, once for both directions.
template <typename Visitor, typename Config>
void visit_stream_fields(Visitor& visitor, Config& config) {
  visitor.field(1, config.name);
  visitor.field(2, config.description);
  visitor.field(3, config.subjects);
  visitor.field(4, config.retention);
  visitor.field(5, config.max_consumers);
  visitor.field(6, config.max_msgs);
  visitor.field(7, config.max_bytes);
  visitor.field(8, config.max_age);
  visitor.field(9, config.max_msgs_per_subject);
  visitor.field(10, config.max_msg_size);
  visitor.field(11, config.discard);
  visitor.field(12, config.storage);
  visitor.field(13, config.num_replicas);
  visitor.field(14, config.no_ack);
  visitor.field(15, config.duplicate_window);
  visitor.field(16, config.compression);
  visitor.field(17, config.allow_direct);
  visitor.field(18, config.discard_new_per_subject);
  visitor.field(19, config.sealed);
  visitor.field(20, config.deny_delete);
  visitor.field(21, config.deny_purge);
  visitor.field(22, config.allow_rollup_hdrs);
  visitor.field(23, config.allow_msg_ttl);
  visitor.field(24, config.metadata);
  visitor.field(25, config.allow_msg_schedules);
  visitor.field(26, config.mirror_direct);
}

template <typename Visitor, typename Config>
void visit_consumer_fields(Visitor& visitor, Config& config) {
  visitor.field(1, config.durable_name);
  visitor.field(2, config.name);
  visitor.field(3, config.description);
  visitor.field(4, config.deliver_policy);
  visitor.field(5, config.opt_start_seq);
  visitor.field(6, config.opt_start_time);
  visitor.field(7, config.ack_policy);
  visitor.field(8, config.ack_wait);
  visitor.field(9, config.max_deliver);
  visitor.field(10, config.backoff);
  visitor.field(11, config.filter_subject);
  visitor.field(12, config.filter_subjects);
  visitor.field(13, config.replay_policy);
  visitor.field(14, config.max_waiting);
  visitor.field(15, config.max_ack_pending);
  visitor.field(16, config.flow_control);
  visitor.field(17, config.headers_only);
  visitor.field(18, config.max_batch);
  visitor.field(19, config.max_expires);
  visitor.field(20, config.max_bytes);
  visitor.field(21, config.deliver_subject);
  visitor.field(22, config.deliver_group);
  visitor.field(23, config.idle_heartbeat);
  visitor.field(24, config.inactive_threshold);
  visitor.field(25, config.num_replicas);
  visitor.field(26, config.mem_storage);
  visitor.field(27, config.metadata);
  visitor.field(28, config.rate_limit_bps);
  visitor.field(29, config.sample_freq);
  visitor.field(30, config.direct);
  visitor.field(31, config.sourcing);
  visitor.field(32, config.pause_until);
  visitor.field(33, config.priority_groups);
  visitor.field(34, config.priority_policy);
  visitor.field(35, config.priority_timeout);
}

template <typename Config, typename Visit>
Result<Config> parse_fields(std::string_view encoded, Visit visit) {
  Config config;
  encoding::Cursor in(encoded);
  while (!in.at_end()) {
    const std::uint8_t number = in.byte();
    const std::string_view value = in.text();
    if (!in.is_good()) break;
    FieldReader reader(number, value);
    visit(reader, config);
    if (!reader.is_known()) {
      return failure(ErrorKind::kUnsupported,
                     "configuration field " + std::to_string(number) + " is not known");
    }
    if (!reader.is_good()) {
      return failure(ErrorKind::kCorruption,
                     "configuration field " + std::to_string(number) + " cannot be read");
    }
  }
  if (!in.is_good()) return failure(ErrorKind::kCorruption, "configuration ends inside a field");
  return config;
}

}  // namespace

void append_stream_config(const StreamConfig& config, std::string& out) {
  FieldWriter writer(out);
  visit_stream_fields(writer, config);
}

Result<StreamConfig> parse_stream_config(std::string_view encoded) {
  return parse_fields<StreamConfig>(encoded, [](FieldReader& reader, StreamConfig& config) {
    visit_stream_fields(reader, config);
  });
}

void append_consumer_config(const ConsumerConfig& config, std::string& out) {
  FieldWriter writer(out);
  visit_consumer_fields(writer, config);
}

Result<ConsumerConfig> parse_consumer_config(std::string_view encoded) {
  return parse_fields<ConsumerConfig>(encoded, [](FieldReader& reader, ConsumerConfig& config) {
    visit_consumer_fields(reader, config);
  });
}

}  // namespace leat
