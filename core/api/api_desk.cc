#include "core/api/api_desk.h"

#include <utility>

#include "core/api/api_account.h"
#include "core/api/api_consumer.h"
#include "core/api/api_stream.h"
#include "core/base/base62.h"
#include "core/base/limits.h"
#include "streams/host/required_level.h"

namespace leat {

namespace {

bool makes_consumer(JsEndpoint endpoint) {
  return endpoint == JsEndpoint::kConsumerCreate || endpoint == JsEndpoint::kConsumerDurableCreate;
}

// Refused before anything is looked at by a server that is in no cluster, as this one always is.
bool needs_cluster(JsEndpoint endpoint) {
  return endpoint == JsEndpoint::kStreamLeaderStepdown ||
         endpoint == JsEndpoint::kStreamPeerRemove || endpoint == JsEndpoint::kStreamPeerEvacuate ||
         endpoint == JsEndpoint::kStreamCancelMove ||
         endpoint == JsEndpoint::kConsumerLeaderStepdown ||
         endpoint == JsEndpoint::kConsumerPeerRemove ||
         endpoint == JsEndpoint::kConsumerPeerEvacuate;
}

}  // namespace

ApiDesk::ApiDesk(const Dependencies& deps, std::shared_ptr<const ApiSettings> settings)
    : deps_(deps), settings_(std::move(settings)), rng_(deps.random_seed) {
  deps_.router.set_traffic_sink(StreamTraffic::kStreamApi, *this);
}

ApiDesk::~ApiDesk() = default;

void ApiDesk::connect(const std::vector<ApiDesk*>& desks) {
  for (ApiDesk* desk : desks) desk->desks_ = desks;
}

void ApiDesk::deliver(const JsSubject&, const RoutedMessage& message) {
  waiting_.emplace_back(lifetime_.ref(), message);
  if (std::exchange(is_serve_planned_, true)) return;
  deps_.scheduler.post([self = lifetime_.ref()] {
    if (self) self->serve();
  });
}

void ApiDesk::serve() {
  is_serve_planned_ = false;
  while (waiting_.size() > limits::kApiRequestsPending) {
    waiting_.back().refuse(ApiErrorCode::kStreamTooManyRequests);
    waiting_.pop_back();
  }
  for (std::size_t served = 0; !waiting_.empty() && served < limits::kApiRequestsPerTurn;
       ++served) {
    ApiCall call = std::move(waiting_.front());
    waiting_.pop_front();
    dispatch(std::move(call));
  }
  if (waiting_.empty() || std::exchange(is_serve_planned_, true)) return;
  deps_.scheduler.post([self = lifetime_.ref()] {
    if (self) self->serve();
  });
}

void ApiDesk::dispatch(ApiCall call) {
  const JsEndpoint endpoint = call.endpoint();
  if (asks_for_higher_level(call.headers())) {
    // The peer reads the body of these first.
    if (makes_consumer(endpoint)) {
      auto request = decode_consumer_create_request(call.body(), settings_->strictness);
      if (!request) return call.refuse(request.error());
    }
    return call.refuse(ApiErrorCode::kRequiredApiLevel);
  }
  if (needs_cluster(endpoint)) return call.refuse(ApiErrorCode::kClusterRequired);
  if (!deps_.router.has_jetstream(call.account())) return refuse_without_jetstream(std::move(call));
  switch (endpoint) {
    case JsEndpoint::kInfo:
    case JsEndpoint::kStreamNames:
    case JsEndpoint::kStreamList:
      return ApiAccount(*this).serve(std::move(call));
    case JsEndpoint::kStreamCreate:
    case JsEndpoint::kStreamUpdate:
    case JsEndpoint::kStreamDelete:
    case JsEndpoint::kStreamInfo:
    case JsEndpoint::kStreamPurge:
    case JsEndpoint::kStreamMsgGet:
    case JsEndpoint::kStreamMsgDelete:
    case JsEndpoint::kStreamSnapshot:
    case JsEndpoint::kStreamRestore:
      return ApiStream(*this).serve(std::move(call));
    case JsEndpoint::kConsumerCreate:
    case JsEndpoint::kConsumerDurableCreate:
    case JsEndpoint::kConsumerNames:
    case JsEndpoint::kConsumerList:
    case JsEndpoint::kConsumerInfo:
    case JsEndpoint::kConsumerDelete:
    case JsEndpoint::kConsumerPause:
    case JsEndpoint::kConsumerUnpin:
    case JsEndpoint::kConsumerReset:
      return ApiConsumer(*this).serve(std::move(call));
    case JsEndpoint::kNone:
    case JsEndpoint::kUnknown:
    case JsEndpoint::kConsumerMsgNext:
    case JsEndpoint::kDirectGet:
    case JsEndpoint::kAck:
    case JsEndpoint::kFlowControl:
    case JsEndpoint::kSystemOnly:
    case JsEndpoint::kStreamLeaderStepdown:
    case JsEndpoint::kStreamPeerRemove:
    case JsEndpoint::kStreamPeerEvacuate:
    case JsEndpoint::kStreamCancelMove:
    case JsEndpoint::kConsumerLeaderStepdown:
    case JsEndpoint::kConsumerPeerRemove:
    case JsEndpoint::kConsumerPeerEvacuate:
      break;
  }
  call.refuse(ApiErrorCode::kBadRequest);  // the router sends nothing else here
}

// What the peer looks at first in these two cases is looked at first here.
void ApiDesk::refuse_without_jetstream(ApiCall call) const {
  const JsEndpoint endpoint = call.endpoint();
  if (makes_consumer(endpoint)) {
    const auto request = decode_consumer_create_request(call.body(), settings_->strictness);
    if (!request) return call.refuse(request.error());
  }
  if (endpoint == JsEndpoint::kConsumerInfo && !is_empty_request(call.body())) {
    return call.refuse(ApiErrorCode::kNotEmptyRequest);
  }
  call.refuse(ApiErrorCode::kNotEnabledForAccount);
}

Stream* ApiDesk::find_stream(ApiCall& call) {
  Stream* stream = deps_.streams.find(call.account(), call.stream());
  if (stream != nullptr) return stream;
  const StreamDamage* damage = deps_.streams.offline(call.account(), call.stream());
  if (damage == nullptr) {
    call.refuse(ApiErrorCode::kStreamNotFound);
  } else {
    call.refuse(api_error(ApiErrorCode::kStreamOfflineReason, {damage->text}));
  }
  return nullptr;
}

Stream* ApiDesk::find_whole_stream(ApiCall& call) {
  Stream* stream = find_stream(call);
  if (stream == nullptr || !stream->is_read_only()) return stream;
  call.refuse(stream->read_only_error());
  return nullptr;
}

void ApiDesk::answered(const RoutedMessage& request, JsEndpoint endpoint, std::string_view reply,
                       Outcome outcome) {
  if (!request.reply.empty()) {
    deps_.router.answer(ReplyHandle{.account = request.account,
                                    .shard = request.origin.shard,
                                    .subject = Bytes::copy_of(request.reply)},
                        {}, reply);
  }
  if (endpoint == JsEndpoint::kStreamMsgGet && outcome == Outcome::kGood) return;
  Counts& counts = counts_[request.account];
  ++counts.total;
  if (outcome == Outcome::kRefused) ++counts.errors;
  if (is_wanted(request.account, kApiAuditSubject)) audit(request, reply);
}

AccountFigures ApiDesk::figures(AccountId account) const {
  AccountFigures figures = deps_.streams.usage(account);
  if (const auto found = counts_.find(account); found != counts_.end()) {
    figures.api_total = found->second.total;
    figures.api_errors = found->second.errors;
  }
  return figures;
}

bool ApiDesk::is_wanted(AccountId account, std::string_view subject) const {
  return deps_.router.has_interest(account, subject, {});
}

AdvisoryStamp ApiDesk::stamp(std::string& id) {
  id = random_nuid(rng_);
  return {.id = id, .timestamp = now(), .domain = settings_->domain};
}

void ApiDesk::publish(AccountId account, const Advisory& advisory) {
  RoutedMessage message;
  message.account = account;
  message.subject = advisory.subject;
  message.body = advisory.body;
  message.origin.shard = deps_.mailbox.self();
  deps_.router.publish(message);
}

void ApiDesk::audit(const RoutedMessage& request, std::string_view reply) {
  std::string id;
  publish(request.account,
          api_audit_advisory(stamp(id), {.server = settings_->server_name,
                                         .account = deps_.assignments.account_name(request.account),
                                         .subject = request.subject,
                                         .request = request.payload(),
                                         .response = reply}));
}

}  // namespace leat
