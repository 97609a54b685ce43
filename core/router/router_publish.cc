// The way of one publish through the router of the shard where it arrived.
#include <bit>

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
  AccountTable* accounts = find_table(message.account);
  if (message.route().starts_with(kJsPrefix) && route_js(message, outcome)) {
    // Its owner has it; only who looks at everything sees a copy.
    if (accounts == nullptr || accounts->js_viewers == 0) return outcome;
  }
  if (accounts != nullptr) publish_to_matches(*accounts, message, outcome);
  return outcome;
}

// True where the subject belongs to JetStream, whether or not somebody took it.
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
    outcome.touched |= ShardSet{1} << place.shard.value;
    post(place.shard, TrafficMail{OwnedMessage(message), place.way});
  }
  return true;
}

void Router::State::hand_to_traffic_sink(Directory::Way way, const RoutedMessage& message) {
  StreamTrafficSink* sink = traffic_sinks.at(static_cast<std::size_t>(traffic_of(way)));
  LEAT_CHECK(sink != nullptr) << "no sink for traffic of kind " << static_cast<int>(way);
  sink->deliver(parse_js_subject(message.route()), message);
}

void Router::State::publish_to_matches(AccountTable& accounts, const RoutedMessage& message,
                                       PublishOutcome& outcome) {
  fanout_.shards = 0;
  fanout_.groups.clear();
  drawn_remotely_.clear();
  if (!accounts.remote.empty()) match_remote(accounts, message, drawn_remotely_);
  if (fanout_.shards != 0) send_fanout(message, outcome);
  const InterestMatch& match = accounts.local.match(message.route());
  if (match.empty()) return;
  // Deliveries may publish; what is read of the match after one of them is copied before.
  const std::size_t start = delivering_.size();
  const std::span<const Subscriber> plain = match.plain();
  delivering_.insert(delivering_.end(), plain.begin(), plain.end());
  const std::size_t plain_count = plain.size();
  std::vector<std::size_t> group_ends;
  for (std::size_t i = 0; i < match.group_count(); ++i) {
    const InterestMatch::Group group = match.group(i);
    bool is_elsewhere = false;
    for (const std::string& name : drawn_remotely_) is_elsewhere |= name == group.name;
    if (is_elsewhere) continue;
    delivering_.insert(delivering_.end(), group.members.begin(), group.members.end());
    group_ends.push_back(delivering_.size());
  }
  std::size_t at = start;
  for (; at < start + plain_count; ++at) {
    outcome.taken |= deliver_to_slot(delivering_[at], message);
  }
  for (const std::size_t end : group_ends) {
    const std::size_t count = end - at;
    const std::size_t first = rng_.below(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!deliver_to_slot(delivering_[at + (first + i) % count], message)) continue;
      outcome.taken = true;
      break;
    }
    at = end;
  }
  delivering_.resize(start);
}

bool Router::State::deliver_to_slot(std::uint64_t slot, const RoutedMessage& message) {
  Sink* sink = slots_[slot].sink;
  return sink != nullptr && sink->deliver(message, slots_[slot].cookie);
}

// Which other shards take the message, and which queue groups are served there: of a group, every
// member everywhere has the same chance.
void Router::State::match_remote(AccountTable& accounts, const RoutedMessage& message,
                                 std::vector<std::string>& drawn_remotely) {
  const InterestMatch& remote = accounts.remote.match(message.route());
  if (remote.empty()) return;
  for (const Subscriber subscriber : remote.plain()) {
    fanout_.shards |= ShardSet{1} << accounts.remotes[subscriber].shard.value;
  }
  if (remote.group_count() == 0) return;
  const InterestMatch& local = accounts.local.match(message.route());
  for (std::size_t i = 0; i < remote.group_count(); ++i) {
    const InterestMatch::Group group = remote.group(i);
    std::span<const Subscriber> members;
    for (std::size_t j = 0; j < local.group_count(); ++j) {
      if (local.group(j).name == group.name) members = local.group(j).members;
    }
    if (draw_group(accounts, group, members)) drawn_remotely.emplace_back(group.name);
  }
}

// True when another shard's member was drawn.
bool Router::State::draw_group(AccountTable& accounts, const InterestMatch::Group& remote,
                               std::span<const Subscriber> local) {
  std::uint64_t total = local.size();
  for (const Subscriber subscriber : remote.members) total += accounts.remotes[subscriber].weight;
  std::uint64_t draw = rng_.below(total);
  if (draw < local.size()) return false;
  draw -= local.size();
  for (const Subscriber subscriber : remote.members) {
    const RemoteInterest& interest = accounts.remotes[subscriber];
    if (draw < interest.weight) {
      fanout_.shards |= ShardSet{1} << interest.shard.value;
      fanout_.groups.emplace_back(interest.shard, std::string(remote.name));
      return true;
    }
    draw -= interest.weight;
  }
  return false;
}

void Router::State::send_fanout(const RoutedMessage& message, PublishOutcome& outcome) {
  const OwnedMessage owned(message);
  const bool is_sole = std::has_single_bit(fanout_.shards);
  for (ShardSet rest = fanout_.shards; rest != 0; rest &= rest - 1) {
    const ShardId shard(static_cast<std::uint16_t>(std::countr_zero(rest)));
    RoutedMail mail{owned, {}, is_sole};
    for (const auto& [to, group] : fanout_.groups) {
      if (to == shard) mail.groups.push_back(group);
    }
    post(shard, std::move(mail));
  }
  outcome.touched |= fanout_.shards;
  outcome.taken = true;
}

void Router::State::answer(const ReplyHandle& to, std::string_view headers,
                           std::string_view payload) {
  if (!to) return;
  if (to.shard == self_) {
    answers_.append(headers);
    answers_.append(payload);
    const Bytes body = answers_.take_all();
    publish_answer({to.account, to.subject, body, static_cast<std::uint32_t>(headers.size())});
    return;
  }
  answers_.append(headers);
  answers_.append(payload);
  post(to.shard, AnswerMail{to.account, to.subject, answers_.take_all(),
                            static_cast<std::uint32_t>(headers.size())});
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
