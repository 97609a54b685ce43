// The way of one publish through the router of the shard where it arrived.
#include "core/base/check.h"
#include "core/router/router_state.h"

namespace leat {

namespace {
constexpr std::string_view kJsPrefix = "$JS.";

StreamTraffic traffic_of(Directory::Way way) {
  switch (way) {
    case Directory::Way::kAck:
      return StreamTraffic::kAck;
    case Directory::Way::kPull:
      return StreamTraffic::kPull;
    case Directory::Way::kDirectGet:
      return StreamTraffic::kDirectGet;
    case Directory::Way::kStreamApi:
    case Directory::Way::kNobody:
    case Directory::Way::kSwallowed:
      break;
  }
  return StreamTraffic::kStreamApi;
}
}  // namespace

PublishOutcome Router::State::publish(const RoutedMessage& message) {
  PublishOutcome outcome;
  if (message.route().starts_with(kJsPrefix) && route_js(message, outcome)) {
    // Its owner has it; only who looks at everything sees a copy.
    if (!local.has_js_viewer(message.account) && !remote_.has_js_viewer(message.account)) {
      return outcome;
    }
  }
  publish_to_matches(message, outcome);
  return outcome;
}

bool Router::State::route_js(const RoutedMessage& message, PublishOutcome& outcome) {
  const JsSubject subject = parse_js_subject(message.route());
  if (subject.endpoint == JsEndpoint::kNone) return false;
  const Directory::Place place = directory.find(message.account, subject);
  if (place.way == Directory::Way::kNobody) return true;
  outcome.taken = true;
  if (place.way == Directory::Way::kSwallowed) return true;
  if (place.shard == self_) {
    hand_to_traffic_sink(place.way, message);
  } else {
    outcome.touched.add(place.shard);
    mail_.post(peer_of(place.shard), TrafficMail{OwnedMessage(message, mail_.bytes()), place.way});
    mail_.bytes_are_shared();
  }
  return true;
}

void Router::State::hand_to_traffic_sink(Directory::Way way, const RoutedMessage& message) {
  StreamTrafficSink* sink = traffic_sinks.at(static_cast<std::size_t>(traffic_of(way)));
  LEAT_CHECK(sink != nullptr) << "no sink for traffic of kind " << static_cast<int>(way);
  sink->deliver(parse_js_subject(message.route()), message);
}

void Router::State::publish_to_matches(const RoutedMessage& message, PublishOutcome& outcome) {
  Interest* own = local.find(message.account);
  Interest* wanted = remote_.find(message.account);
  if (own == nullptr && wanted == nullptr) return;
  fanout_.clear();
  refused_.clear();
  const InterestMatch* match = own == nullptr ? nullptr : &own->match(message.route());
  if (wanted != nullptr && !wanted->empty()) {
    remote_.choose(wanted->match(message.route()), match, fanout_);
  }
  if (match != nullptr && !match->empty()) {
    outcome.taken |= local.deliver(*match, message, {.names = fanout_.drawn()}, refused_);
  }
  std::vector<ShardId> tried;
  if (!refused_.empty()) {
    tried.push_back(self_);
    hand_on_refused(message, tried);
  }
  if (fanout_.empty()) return;
  const bool is_sole = !outcome.taken && fanout_.peers().size() == 1;
  send_fanout({.message = OwnedMessage(message, mail_.bytes()),
               .groups = {},
               .tried = std::move(tried),
               .reach = RoutedMail::Reach::kPlainAndGroups,
               .is_sole = is_sole});
  for (const PeerId peer : fanout_.peers()) touch(peer, outcome);
  outcome.taken = true;
}

// The barrier is among the shards of one server: other peers are nothing to wait for.
void Router::State::touch(PeerId peer, PublishOutcome& outcome) const {
  if (peer.value < shard_count_) {
    outcome.touched.add(ShardId(static_cast<std::uint16_t>(peer.value)));
  }
}

void Router::State::hand_on_refused(const RoutedMessage& message,
                                    const std::vector<ShardId>& tried) {
  Interest* wanted = remote_.find(message.account);
  if (wanted == nullptr) return;
  const InterestMatch& match = wanted->match(message.route());
  for (const std::string_view group : refused_) remote_.hand_on(match, group, tried, fanout_);
}

void Router::State::send_fanout(const RoutedMail& mail) {
  for (const PeerId peer : fanout_.peers()) {
    RoutedMail copy = mail;
    const std::string_view groups = fanout_.groups_of(peer);
    if (!groups.empty()) {
      ByteBuffer& bytes = mail_.bytes();
      const std::size_t before = bytes.filled().size();
      bytes.append(groups);
      copy.groups = bytes.share(bytes.filled().substr(before));
    }
    mail_.post(peer, std::move(copy));
  }
  mail_.bytes_are_shared();
}

void Router::State::answer(const ReplyHandle& to, std::string_view headers,
                           std::string_view payload) {
  if (!to) return;
  ByteBuffer& bytes = mail_.bytes();
  bytes.append(headers);
  bytes.append(payload);
  AnswerMail answer{to.account, to.subject, bytes.take_all(),
                    static_cast<std::uint32_t>(headers.size())};
  if (to.shard == self_) {
    publish_answer(answer);
  } else {
    mail_.post(peer_of(to.shard), std::move(answer));
  }
}

void Router::State::publish_answer(const AnswerMail& answer) {
  RoutedMessage message;
  message.account = answer.account;
  message.subject = answer.subject.view();
  message.body = answer.body.view();
  message.header_bytes = answer.header_bytes;
  message.origin.shard = self_;
  publish(message);
}

}  // namespace leat
