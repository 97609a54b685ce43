// What the routers of the shards say to each other, and what becomes of it.
#include <bit>
#include <utility>

#include "core/base/check.h"
#include "core/router/router_state.h"

namespace leat {

void Router::State::post(ShardId to, RouterMail mail) {
  outbox_[to.value].push_back(std::move(mail));
  if (is_flush_due_) return;
  is_flush_due_ = true;
  scheduler_.at_turn_end([this] { flush_mail(); });
}

void Router::State::flush_mail() {
  is_flush_due_ = false;
  for (std::uint16_t shard = 0; shard < shard_count_; ++shard) {
    if (outbox_[shard].empty()) continue;
    mailbox_.send(ShardId(shard), [to = routers_.at(shard), from = self_,
                                   mail = std::exchange(outbox_[shard], {})]() mutable {
      to->state_->take(from, std::move(mail));
    });
  }
}

void Router::State::take(ShardId from, std::vector<RouterMail> mail) {
  for (RouterMail& one : mail) take_one(from, one);
}

void Router::State::take_one(ShardId from, RouterMail& mail) {
  if (auto* routed = std::get_if<RoutedMail>(&mail)) {
    take_routed(*routed);
  } else if (auto* traffic = std::get_if<TrafficMail>(&mail)) {
    take_traffic(*traffic);
  } else if (auto* interest = std::get_if<InterestMail>(&mail)) {
    take_interest(from, *interest);
  } else if (auto* answer = std::get_if<AnswerMail>(&mail)) {
    publish_answer(*answer);
  } else if (auto* change = std::get_if<DirectoryChange>(&mail)) {
    directory.apply(*change);
  } else if (auto* token = std::get_if<TokenMail>(&mail)) {
    take_token(from, *token);
  } else if (auto* nobody = std::get_if<NobodyTookMail>(&mail)) {
    if (no_responder_listener != nullptr) {
      no_responder_listener->nobody_took(nobody->publisher, nobody->subject.view(),
                                         nobody->reply.view());
    }
  }
}

void Router::State::take_routed(const RoutedMail& mail) {
  const RoutedMessage& message = mail.message.message();
  AccountTable* accounts = find_table(message.account);
  if (accounts == nullptr) {
    if (mail.is_sole) tell_nobody_took(message);
    return;
  }
  Fanout& fanout = begin_fanout();
  const Served served{
      .reach = mail.reach, .rule = Served::Rule::kOnly, .names = mail.groups.view()};
  const bool is_taken = deliver_here(*accounts, message, served, fanout.refused);
  if (!mail.groups.empty()) note_absent_groups(*accounts, mail, fanout);
  const ShardSet tried = mail.tried | (ShardSet{1} << self_.value);
  for (const std::string_view group : fanout.refused) {
    hand_on_group(*accounts, message.route(), group, tried, fanout);
  }
  if (fanout.shards != 0) {
    send_fanout({.message = mail.message,
                 .groups = {},
                 .tried = tried,
                 .reach = RoutedMail::Reach::kGroupsOnly,
                 .is_sole = mail.is_sole && !is_taken && std::has_single_bit(fanout.shards)},
                fanout);
  } else if (!is_taken && mail.is_sole) {
    tell_nobody_took(message);
  }
  end_fanout();
}

// Groups that were named and have no member here any more.
void Router::State::note_absent_groups(AccountTable& accounts, const RoutedMail& mail,
                                       Fanout& fanout) {
  const InterestMatch& match = accounts.local.match(mail.message.message().route());
  NameList::for_each(mail.groups.view(), [&](std::string_view name) {
    for (std::size_t i = 0; i < match.group_count(); ++i) {
      if (match.group(i).name == name) return;
    }
    fanout.refused.push_back(name);
  });
}

// The stream or consumer may have gone while the mail was under way.
void Router::State::take_traffic(const TrafficMail& mail) {
  const RoutedMessage& message = mail.message.message();
  const Directory::Place place = directory.find(message.account, parse_js_subject(message.route()));
  if (place.way == mail.way && place.shard == self_) {
    hand_to_traffic_sink(mail.way, message);
  } else if (place.way == Directory::Way::kNobody) {
    tell_nobody_took(message);
  } else if (place.way != Directory::Way::kSwallowed) {
    post(place.shard, TrafficMail{mail.message, place.way});
  }
}

void Router::State::tell_nobody_took(const RoutedMessage& message) {
  if (message.reply.empty() || !message.origin.no_responders) return;
  NobodyTookMail mail{message.origin.connection, Bytes::copy_of(message.route()),
                      Bytes::copy_of(message.reply)};
  if (message.origin.shard != self_) return post(message.origin.shard, std::move(mail));
  if (no_responder_listener == nullptr) return;
  no_responder_listener->nobody_took(mail.publisher, mail.subject.view(), mail.reply.view());
}

void Router::State::take_interest(ShardId from, const InterestMail& mail) {
  AccountTable& accounts = table(mail.account);
  const auto& [subject, queue] = mail.words;
  const SubscriptionHandle known = accounts.remote.find(subject, queue, from.value);
  const Subscriber packed = RemoteInterest::packed(from, mail.weight);
  if (known && mail.weight != 0) {
    if (accounts.remote.subscriber(known) != packed) accounts.remote.set_subscriber(known, packed);
    return;
  }
  if (!known && mail.weight == 0) return;
  if (known) {
    accounts.remote.remove(known);
    if (may_match_js(subject)) --accounts.js_viewers;
  } else {
    accounts.remote.insert(subject, queue, packed);
    if (may_match_js(subject)) ++accounts.js_viewers;
  }
  note_interest_change(mail.account, subject);
}

void Router::State::take_token(ShardId from, const TokenMail& mail) {
  if (!mail.is_returned) {
    post(from, TokenMail{mail.token, true});
    return;
  }
  const auto barrier = barriers_.find(mail.token);
  LEAT_CHECK(barrier != barriers_.end()) << "token " << mail.token << " returned twice";
  barrier->second.missing &= ~(ShardSet{1} << from.value);
  if (barrier->second.missing != 0) return;
  Task done = std::move(barrier->second.done);
  barriers_.erase(barrier);
  done();
}

}  // namespace leat
