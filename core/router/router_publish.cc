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
    post(place.shard, TrafficMail{OwnedMessage(message, outgoing_), place.way});
    outgoing_.consume(outgoing_.filled().size());
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
  Fanout& fanout = begin_fanout();
  if (!accounts.remote.empty()) match_remote(accounts, message.route(), fanout);
  const Served served{.rule = Served::Rule::kAllBut, .names = fanout.drawn};
  outcome.taken |= deliver_here(accounts, message, served, fanout.refused);
  const ShardSet tried = fanout.refused.empty() ? 0 : ShardSet{1} << self_.value;
  for (const std::string_view group : fanout.refused) {
    hand_on_group(accounts, message.route(), group, tried, fanout);
  }
  if (fanout.shards != 0) {
    const bool is_sole = !outcome.taken && std::has_single_bit(fanout.shards);
    send_fanout({.message = OwnedMessage(message, outgoing_),
                 .groups = {},
                 .tried = tried,
                 .reach = RoutedMail::Reach::kPlainAndGroups,
                 .is_sole = is_sole},
                fanout);
    outcome.touched |= fanout.shards;
    outcome.taken = true;
  }
  end_fanout();
}

// Delivers to the plain subscribers of this shard and to one member of each group that it serves.
// True where somebody took the message.
bool Router::State::deliver_here(AccountTable& accounts, const RoutedMessage& message,
                                 const Served& served, std::vector<std::string_view>& refused) {
  const InterestMatch& match = accounts.local.match(message.route());
  if (match.empty()) return false;
  // Deliveries may publish; what is read of the match after one of them is copied before.
  const std::size_t begin = delivering_.size();
  const std::size_t first_group = group_ends_.size();
  if (served.reach == RoutedMail::Reach::kPlainAndGroups) {
    delivering_.insert(delivering_.end(), match.plain().begin(), match.plain().end());
  }
  const std::size_t plain_end = delivering_.size();
  for (std::size_t i = 0; i < match.group_count(); ++i) {
    const InterestMatch::Group group = match.group(i);
    if (!served.include(group.name)) continue;
    delivering_.insert(delivering_.end(), group.members.begin(), group.members.end());
    group_ends_.push_back({group.name, delivering_.size()});
  }
  const std::size_t last_group = group_ends_.size();
  bool is_taken = false;
  for (std::size_t at = begin; at < plain_end; ++at) {
    is_taken |= deliver_to_slot(delivering_[at], message);
  }
  std::size_t at = plain_end;
  for (std::size_t i = first_group; i < last_group; ++i) {
    const GroupEnd group = group_ends_[i];
    if (deliver_to_one(at, group.end, message)) {
      is_taken = true;
    } else {
      refused.push_back(group.name);
    }
    at = group.end;
  }
  delivering_.resize(begin);
  group_ends_.resize(first_group);
  return is_taken;
}

// Begins with any of the members and goes round until one takes the message.
bool Router::State::deliver_to_one(std::size_t begin, std::size_t end,
                                   const RoutedMessage& message) {
  const std::size_t count = end - begin;
  const std::size_t first = rng_.below(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (deliver_to_slot(delivering_[begin + (first + i) % count], message)) return true;
  }
  return false;
}

bool Router::State::deliver_to_slot(std::uint64_t slot, const RoutedMessage& message) {
  Sink* sink = slots_[slot].sink;
  return sink != nullptr && sink->deliver(message, slots_[slot].cookie);
}

// Which other shards take the message, and which queue groups are served there: of a group, every
// member everywhere has the same chance.
void Router::State::match_remote(AccountTable& accounts, std::string_view route, Fanout& fanout) {
  const InterestMatch& remote = accounts.remote.match(route);
  for (const Subscriber subscriber : remote.plain()) {
    fanout.shards |= ShardSet{1} << RemoteInterest(subscriber).shard.value;
  }
  if (remote.group_count() == 0) return;
  const InterestMatch& local = accounts.local.match(route);
  for (std::size_t i = 0; i < remote.group_count(); ++i) {
    const InterestMatch::Group group = remote.group(i);
    std::size_t local_members = 0;
    for (std::size_t j = 0; j < local.group_count(); ++j) {
      if (local.group(j).name == group.name) local_members = local.group(j).members.size();
    }
    draw_group(group, local_members, fanout);
  }
}

void Router::State::draw_group(const InterestMatch::Group& remote, std::size_t local_members,
                               Fanout& fanout) {
  std::uint64_t total = local_members;
  for (const Subscriber subscriber : remote.members) total += RemoteInterest(subscriber).weight;
  std::uint64_t draw = rng_.below(total);
  if (draw < local_members) return;
  draw -= local_members;
  for (const Subscriber subscriber : remote.members) {
    const RemoteInterest interest(subscriber);
    if (draw < interest.weight) return serve_elsewhere(interest.shard, remote.name, fanout);
    draw -= interest.weight;
  }
}

// All members here refused: the group goes to a shard that has not been asked. False: there is
// none.
bool Router::State::hand_on_group(AccountTable& accounts, std::string_view route,
                                  std::string_view group, ShardSet tried, Fanout& fanout) {
  const InterestMatch& remote = accounts.remote.match(route);
  for (std::size_t i = 0; i < remote.group_count(); ++i) {
    if (remote.group(i).name != group) continue;
    for (const Subscriber subscriber : remote.group(i).members) {
      const ShardId shard = RemoteInterest(subscriber).shard;
      if (((tried >> shard.value) & 1U) != 0) continue;
      serve_elsewhere(shard, group, fanout);
      return true;
    }
  }
  return false;
}

void Router::State::serve_elsewhere(ShardId shard, std::string_view group, Fanout& fanout) {
  fanout.shards |= ShardSet{1} << shard.value;
  NameList::append(fanout.drawn, group);
  NameList::append(fanout.by_shard[shard.value], group);
}

// One mail like `mail` to each shard of the fanout, with the groups that it serves.
void Router::State::send_fanout(const RoutedMail& mail, const Fanout& fanout) {
  for (ShardSet rest = fanout.shards; rest != 0; rest &= rest - 1) {
    const ShardId shard(static_cast<std::uint16_t>(std::countr_zero(rest)));
    RoutedMail copy = mail;
    const std::string& groups = fanout.by_shard[shard.value];
    if (!groups.empty()) {
      const std::size_t before = outgoing_.filled().size();
      outgoing_.append(groups);
      copy.groups = outgoing_.share(outgoing_.filled().substr(before));
    }
    post(shard, std::move(copy));
  }
  outgoing_.consume(outgoing_.filled().size());
}

Router::State::Fanout& Router::State::begin_fanout() {
  if (fanouts_in_use_ == fanouts_.size()) fanouts_.emplace_back().by_shard.resize(shard_count_);
  Fanout& fanout = fanouts_[fanouts_in_use_++];
  fanout.shards = 0;
  fanout.drawn.clear();
  fanout.refused.clear();
  for (std::string& groups : fanout.by_shard) groups.clear();
  return fanout;
}

void Router::State::answer(const ReplyHandle& to, std::string_view headers,
                           std::string_view payload) {
  if (!to) return;
  outgoing_.append(headers);
  outgoing_.append(payload);
  AnswerMail answer{to.account, to.subject, outgoing_.take_all(),
                    static_cast<std::uint32_t>(headers.size())};
  if (to.shard == self_) {
    publish_answer(answer);
  } else {
    post(to.shard, std::move(answer));
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
