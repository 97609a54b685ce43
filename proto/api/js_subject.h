#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

// What a subject under `$JS.` asks for.
enum class JsEndpoint : std::uint8_t {
  kNone,     // not a subject of JetStream
  kUnknown,  // under `$JS.API.`, and no endpoint: swallowed without an answer
  kInfo,
  kStreamCreate,
  kStreamUpdate,
  kStreamNames,
  kStreamList,
  kStreamInfo,
  kStreamDelete,
  kStreamPurge,
  kStreamMsgGet,
  kStreamMsgDelete,
  kConsumerCreate,         // CREATE.<S>, CREATE.<S>.<C>, CREATE.<S>.<C>.<filter...> (in `rest`)
  kConsumerDurableCreate,  // DURABLE.CREATE.<S>.<C>
  kConsumerNames,
  kConsumerList,
  kConsumerInfo,
  kConsumerDelete,
  kConsumerMsgNext,
  kDirectGet,  // `rest` is the subject whose last message is asked for, or empty
  kAck,        // `rest`: <delivered>.<sseq>.<cseq>.<ts>.<pending>, in both forms
  kFlowControl,
  // Known and not built: answered at once with an error that names them.
  kStreamSnapshot,
  kStreamRestore,
  kStreamLeaderStepdown,
  kStreamPeerRemove,
  kStreamPeerEvacuate,
  kStreamCancelMove,
  kConsumerPause,
  kConsumerUnpin,
  kConsumerReset,
  kConsumerLeaderStepdown,
  kConsumerPeerRemove,
  kConsumerPeerEvacuate,
  // Endpoints of the system account: swallowed without an answer in any other one.
  kSystemOnly,
};

// The parts of such a subject; views into it.
struct JsSubject {
  JsEndpoint endpoint = JsEndpoint::kNone;
  std::string_view stream{};
  std::string_view consumer{};
  std::string_view rest{};
};

// Splits a literal subject. Allocates nothing and cannot fail: what is no endpoint, or has the
// wrong number of tokens for one, is kUnknown or kNone.
JsSubject parse_js_subject(std::string_view subject);

// The words of the endpoint as users know them, such as `STREAM.SNAPSHOT`.
std::string_view endpoint_name(JsEndpoint endpoint);

// The `type` of the endpoint's answers, `io.nats.jetstream.api.v1.<x>_response`; empty for
// endpoints without a JSON answer.
std::string_view response_type(JsEndpoint endpoint);

}  // namespace leat
