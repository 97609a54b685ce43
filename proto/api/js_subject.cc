#include "proto/api/js_subject.h"

#include <array>
#include <optional>

namespace leat {

namespace {

constexpr std::string_view kApiPrefix = "$JS.API.";
constexpr std::string_view kAckPrefix = "$JS.ACK.";
constexpr std::string_view kFlowControlPrefix = "$JS.FC.";

// What follows the words of an endpoint.
enum class Shape : std::uint8_t {
  kNothing,
  kStream,
  kStreamConsumer,
  kStreamMaybeConsumerFilter,
  kStreamMaybeSubject,
  kAnything,
};

struct SubjectRow {
  JsEndpoint endpoint;
  std::string_view words;
  Shape shape;
  std::string_view response_type;
};

#define LEAT_TYPE(x) "io.nats.jetstream.api.v1." x "_response"

// The busiest endpoints stand first: the table is searched from its head.
constexpr std::array kSubjectRows = {
    SubjectRow{JsEndpoint::kConsumerMsgNext, "CONSUMER.MSG.NEXT", Shape::kStreamConsumer, ""},
    SubjectRow{JsEndpoint::kDirectGet, "DIRECT.GET", Shape::kStreamMaybeSubject, ""},
    SubjectRow{JsEndpoint::kConsumerCreate, "CONSUMER.CREATE", Shape::kStreamMaybeConsumerFilter,
               LEAT_TYPE("consumer_create")},
    SubjectRow{JsEndpoint::kConsumerInfo, "CONSUMER.INFO", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_info")},
    SubjectRow{JsEndpoint::kConsumerDelete, "CONSUMER.DELETE", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_delete")},
    SubjectRow{JsEndpoint::kStreamInfo, "STREAM.INFO", Shape::kStream, LEAT_TYPE("stream_info")},
    SubjectRow{JsEndpoint::kStreamMsgGet, "STREAM.MSG.GET", Shape::kStream,
               LEAT_TYPE("stream_msg_get")},
    SubjectRow{JsEndpoint::kStreamMsgDelete, "STREAM.MSG.DELETE", Shape::kStream,
               LEAT_TYPE("stream_msg_delete")},
    SubjectRow{JsEndpoint::kStreamPurge, "STREAM.PURGE", Shape::kStream, LEAT_TYPE("stream_purge")},
    SubjectRow{JsEndpoint::kStreamCreate, "STREAM.CREATE", Shape::kStream,
               LEAT_TYPE("stream_create")},
    SubjectRow{JsEndpoint::kStreamUpdate, "STREAM.UPDATE", Shape::kStream,
               LEAT_TYPE("stream_update")},
    SubjectRow{JsEndpoint::kStreamDelete, "STREAM.DELETE", Shape::kStream,
               LEAT_TYPE("stream_delete")},
    SubjectRow{JsEndpoint::kStreamNames, "STREAM.NAMES", Shape::kNothing,
               LEAT_TYPE("stream_names")},
    SubjectRow{JsEndpoint::kStreamList, "STREAM.LIST", Shape::kNothing, LEAT_TYPE("stream_list")},
    SubjectRow{JsEndpoint::kConsumerDurableCreate, "CONSUMER.DURABLE.CREATE",
               Shape::kStreamConsumer, LEAT_TYPE("consumer_create")},
    SubjectRow{JsEndpoint::kConsumerNames, "CONSUMER.NAMES", Shape::kStream,
               LEAT_TYPE("consumer_names")},
    SubjectRow{JsEndpoint::kConsumerList, "CONSUMER.LIST", Shape::kStream,
               LEAT_TYPE("consumer_list")},
    SubjectRow{JsEndpoint::kInfo, "INFO", Shape::kNothing, LEAT_TYPE("account_info")},
    SubjectRow{JsEndpoint::kStreamSnapshot, "STREAM.SNAPSHOT", Shape::kStream,
               LEAT_TYPE("stream_snapshot")},
    SubjectRow{JsEndpoint::kStreamRestore, "STREAM.RESTORE", Shape::kStream,
               LEAT_TYPE("stream_restore")},
    SubjectRow{JsEndpoint::kStreamLeaderStepdown, "STREAM.LEADER.STEPDOWN", Shape::kStream,
               LEAT_TYPE("stream_leader_stepdown")},
    SubjectRow{JsEndpoint::kStreamPeerRemove, "STREAM.PEER.REMOVE", Shape::kStream,
               LEAT_TYPE("stream_remove_peer")},
    SubjectRow{JsEndpoint::kStreamPeerEvacuate, "STREAM.PEER.EVACUATE", Shape::kStream,
               LEAT_TYPE("stream_evacuate_peer")},
    SubjectRow{JsEndpoint::kStreamCancelMove, "STREAM.CANCEL_MOVE", Shape::kStream,
               LEAT_TYPE("stream_cancel_move")},
    SubjectRow{JsEndpoint::kConsumerPause, "CONSUMER.PAUSE", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_pause")},
    SubjectRow{JsEndpoint::kConsumerUnpin, "CONSUMER.UNPIN", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_unpin")},
    SubjectRow{JsEndpoint::kConsumerReset, "CONSUMER.RESET", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_reset")},
    SubjectRow{JsEndpoint::kConsumerLeaderStepdown, "CONSUMER.LEADER.STEPDOWN",
               Shape::kStreamConsumer, LEAT_TYPE("consumer_leader_stepdown")},
    SubjectRow{JsEndpoint::kConsumerPeerRemove, "CONSUMER.PEER.REMOVE", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_remove_peer")},
    SubjectRow{JsEndpoint::kConsumerPeerEvacuate, "CONSUMER.PEER.EVACUATE", Shape::kStreamConsumer,
               LEAT_TYPE("consumer_evacuate_peer")},
    SubjectRow{JsEndpoint::kSystemOnly, "META", Shape::kAnything, ""},
    SubjectRow{JsEndpoint::kSystemOnly, "SERVER", Shape::kAnything, ""},
    SubjectRow{JsEndpoint::kSystemOnly, "ACCOUNT", Shape::kAnything, ""},
};

#undef LEAT_TYPE

// Takes tokens off the head of a subject.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text), is_done_(text.empty()) {}

  bool is_done() const { return is_done_; }
  std::string_view rest() const { return rest_; }

  // Empty when there is none left.
  std::string_view take() {
    const std::size_t dot = rest_.find('.');
    const std::string_view token = rest_.substr(0, dot);
    if (dot == std::string_view::npos) {
      rest_ = {};
      is_done_ = true;
    } else {
      rest_.remove_prefix(dot + 1);
    }
    return token;
  }

 private:
  std::string_view rest_;
  bool is_done_;
};

// The text behind the words of an endpoint: nothing where another word follows at once.
std::optional<std::string_view> behind(std::string_view text, std::string_view words) {
  if (!text.starts_with(words)) return std::nullopt;
  text.remove_prefix(words.size());
  if (text.empty()) return text;
  if (text.front() != '.') return std::nullopt;
  return text.substr(1);
}

bool fill(JsSubject& out, std::string_view text, Shape shape) {
  Tokens tokens(text);
  switch (shape) {
    case Shape::kNothing:
      return text.empty();
    case Shape::kStream:
      out.stream = tokens.take();
      return !out.stream.empty() && tokens.is_done();
    case Shape::kStreamConsumer:
      out.stream = tokens.take();
      out.consumer = tokens.take();
      return !out.stream.empty() && !out.consumer.empty() && tokens.is_done();
    case Shape::kStreamMaybeConsumerFilter:
      out.stream = tokens.take();
      if (!tokens.is_done()) out.consumer = tokens.take();
      out.rest = tokens.rest();
      return !out.stream.empty();
    case Shape::kStreamMaybeSubject:
      out.stream = tokens.take();
      out.rest = tokens.rest();
      return !out.stream.empty();
    case Shape::kAnything:
      out.rest = text;
      return true;
  }
  return false;
}

JsSubject parse_api(std::string_view text) {
  for (const SubjectRow& row : kSubjectRows) {
    const auto tail = behind(text, row.words);
    if (!tail) continue;
    JsSubject out;
    if (fill(out, *tail, row.shape)) {
      out.endpoint = row.endpoint;
      return out;
    }
    break;
  }
  return JsSubject{.endpoint = JsEndpoint::kUnknown};
}

// Both forms, told apart by their number of tokens: 7 behind the prefix, or 9 and more.
JsSubject parse_ack(std::string_view text) {
  std::size_t dots = 0;
  for (const char c : text) dots += c == '.' ? 1 : 0;
  if (dots != 6 && dots < 8) return {};
  Tokens tokens(text);
  if (dots != 6) {
    tokens.take();
    tokens.take();
  }
  JsSubject out{.endpoint = JsEndpoint::kAck};
  out.stream = tokens.take();
  out.consumer = tokens.take();
  out.rest = tokens.rest();
  return out;
}

// `<stream>.<consumer>.<random>`, or with a domain and an account before it.
JsSubject parse_flow_control(std::string_view text) {
  std::size_t dots = 0;
  for (const char c : text) dots += c == '.' ? 1 : 0;
  if (dots != 2 && dots != 4) return {};
  Tokens tokens(text);
  if (dots == 4) {
    tokens.take();
    tokens.take();
  }
  JsSubject out{.endpoint = JsEndpoint::kFlowControl};
  out.stream = tokens.take();
  out.consumer = tokens.take();
  out.rest = tokens.rest();
  return out;
}

const SubjectRow* find_row(JsEndpoint endpoint) {
  for (const SubjectRow& row : kSubjectRows) {
    if (row.endpoint == endpoint) return &row;
  }
  return nullptr;
}

}  // namespace

JsSubject parse_js_subject(std::string_view subject) {
  if (subject.starts_with(kAckPrefix)) return parse_ack(subject.substr(kAckPrefix.size()));
  if (subject.starts_with(kApiPrefix)) return parse_api(subject.substr(kApiPrefix.size()));
  if (subject.starts_with(kFlowControlPrefix)) {
    return parse_flow_control(subject.substr(kFlowControlPrefix.size()));
  }
  return {};
}

std::string_view endpoint_name(JsEndpoint endpoint) {
  const SubjectRow* row = find_row(endpoint);
  return row == nullptr ? std::string_view() : row->words;
}

std::string_view response_type(JsEndpoint endpoint) {
  const SubjectRow* row = find_row(endpoint);
  return row == nullptr ? std::string_view() : row->response_type;
}

}  // namespace leat
