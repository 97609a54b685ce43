#include "core/router/directory.h"

#include "core/env/mailbox.h"

namespace leat {

namespace {

// Requests about the set of streams belong to whoever places them, not to an owner of one stream.
bool is_for_first_shard(JsEndpoint endpoint) {
  switch (endpoint) {
    case JsEndpoint::kInfo:
    case JsEndpoint::kStreamCreate:
    case JsEndpoint::kStreamUpdate:
    case JsEndpoint::kStreamDelete:
    case JsEndpoint::kStreamNames:
    case JsEndpoint::kStreamList:
      return true;
    case JsEndpoint::kNone:
    case JsEndpoint::kUnknown:
    case JsEndpoint::kStreamInfo:
    case JsEndpoint::kStreamPurge:
    case JsEndpoint::kStreamMsgGet:
    case JsEndpoint::kStreamMsgDelete:
    case JsEndpoint::kConsumerCreate:
    case JsEndpoint::kConsumerDurableCreate:
    case JsEndpoint::kConsumerNames:
    case JsEndpoint::kConsumerList:
    case JsEndpoint::kConsumerInfo:
    case JsEndpoint::kConsumerDelete:
    case JsEndpoint::kConsumerMsgNext:
    case JsEndpoint::kDirectGet:
    case JsEndpoint::kAck:
    case JsEndpoint::kFlowControl:
    case JsEndpoint::kStreamSnapshot:
    case JsEndpoint::kStreamRestore:
    case JsEndpoint::kStreamLeaderStepdown:
    case JsEndpoint::kStreamPeerRemove:
    case JsEndpoint::kStreamPeerEvacuate:
    case JsEndpoint::kStreamCancelMove:
    case JsEndpoint::kConsumerPause:
    case JsEndpoint::kConsumerUnpin:
    case JsEndpoint::kConsumerReset:
    case JsEndpoint::kConsumerLeaderStepdown:
    case JsEndpoint::kConsumerPeerRemove:
    case JsEndpoint::kConsumerPeerEvacuate:
    case JsEndpoint::kSystemOnly:
      return false;
  }
  return false;
}

}  // namespace

void Directory::enable_account(AccountId account) {
  if (accounts_.size() <= account.value) accounts_.resize(account.value + 1);
  accounts_[account.value].is_enabled = true;
}

bool Directory::is_enabled(AccountId account) const {
  return account.value < accounts_.size() && accounts_[account.value].is_enabled;
}

void Directory::apply(const DirectoryChange& change) {
  if (accounts_.size() <= change.account.value) accounts_.resize(change.account.value + 1);
  TextMap<Stream>& streams = accounts_[change.account.value].streams;
  if (change.kind == DirectoryChange::Kind::kStreamClaimed) {
    streams[change.stream].owner = change.owner;
    return;
  }
  const auto found = streams.find(change.stream);
  if (found == streams.end()) return;
  switch (change.kind) {
    case DirectoryChange::Kind::kStreamClaimed:
      break;
    case DirectoryChange::Kind::kStreamReleased:
      streams.erase(found);
      break;
    case DirectoryChange::Kind::kConsumerClaimed:
      found->second.consumers.insert_or_assign(change.consumer, change.traffic);
      break;
    case DirectoryChange::Kind::kConsumerReleased:
      found->second.consumers.erase(change.consumer);
      break;
    case DirectoryChange::Kind::kDirectGetAllowed:
      found->second.allows_direct_get = true;
      break;
    case DirectoryChange::Kind::kDirectGetRefused:
      found->second.allows_direct_get = false;
      break;
  }
}

const Directory::Stream* Directory::find_stream(AccountId account, std::string_view name) const {
  if (account.value >= accounts_.size()) return nullptr;
  const TextMap<Stream>& streams = accounts_[account.value].streams;
  const auto found = streams.find(name);
  return found == streams.end() ? nullptr : &found->second;
}

Directory::Place Directory::place_of_consumer(const Stream& stream, const JsSubject& subject) {
  const auto consumer = stream.consumers.find(subject.consumer);
  if (consumer == stream.consumers.end()) return {};
  if (subject.endpoint == JsEndpoint::kConsumerMsgNext) return {Way::kPull, stream.owner};
  const ConsumerTraffic& traffic = consumer->second;
  const bool is_taken =
      subject.endpoint == JsEndpoint::kAck ? traffic.takes_acks : traffic.takes_flow_control;
  return is_taken ? Place{Way::kAck, stream.owner} : Place{};
}

Directory::Place Directory::find(AccountId account, const JsSubject& subject) const {
  if (!answers_api(account)) return {};
  if (subject.endpoint == JsEndpoint::kUnknown || subject.endpoint == JsEndpoint::kSystemOnly) {
    return {Way::kSwallowed, {}};
  }
  if (is_for_first_shard(subject.endpoint)) return {Way::kStreamApi, kFirstShard};
  const Stream* stream = find_stream(account, subject.stream);
  if (subject.endpoint == JsEndpoint::kAck || subject.endpoint == JsEndpoint::kFlowControl ||
      subject.endpoint == JsEndpoint::kConsumerMsgNext) {
    return stream == nullptr ? Place{} : place_of_consumer(*stream, subject);
  }
  if (subject.endpoint == JsEndpoint::kDirectGet) {
    if (stream == nullptr || !stream->allows_direct_get) return {};
    return {Way::kDirectGet, stream->owner};
  }
  return {Way::kStreamApi, stream == nullptr ? kFirstShard : stream->owner};
}

}  // namespace leat
