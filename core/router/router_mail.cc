// What the routers of the shards say to each other, and what becomes of it.
#include <algorithm>

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
    take_routed(from, *routed);
  } else if (auto* traffic = std::get_if<TrafficMail>(&mail)) {
    take_traffic(from, *traffic);
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

void Router::State::take_routed(ShardId from, const RoutedMail& mail) {
  const RoutedMessage& message = mail.message.message();
  bool is_taken = false;
  if (AccountTable* accounts = find_table(message.account)) {
    const InterestMatch& match = accounts->local.match(message.route());
    // Copied for the same reason as in publish_to_matches().
    const std::vector<Subscriber> plain(match.plain().begin(), match.plain().end());
    std::vector<std::vector<Subscriber>> groups;
    for (std::size_t i = 0; i < match.group_count(); ++i) {
      const InterestMatch::Group group = match.group(i);
      if (std::find(mail.groups.begin(), mail.groups.end(), group.name) == mail.groups.end()) {
        continue;
      }
      groups.emplace_back(group.members.begin(), group.members.end());
    }
    for (const Subscriber subscriber : plain) is_taken |= deliver_to_slot(subscriber, message);
    for (const std::vector<Subscriber>& members : groups) {
      is_taken |= deliver_to_one(members, message);
    }
  }
  if (!is_taken && mail.is_sole) tell_nobody_took(from, message);
}

bool Router::State::deliver_to_one(std::span<const Subscriber> members,
                                   const RoutedMessage& message) {
  const std::size_t first = rng_.below(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (deliver_to_slot(members[(first + i) % members.size()], message)) return true;
  }
  return false;
}

// The stream or consumer may have gone while the mail was under way.
void Router::State::take_traffic(ShardId from, const TrafficMail& mail) {
  const RoutedMessage& message = mail.message.message();
  const Directory::Place place = directory.find(message.account, parse_js_subject(message.route()));
  if (place.way == mail.way && place.shard == self_) {
    hand_to_traffic_sink(mail.way, message);
  } else if (place.way == Directory::Way::kNobody) {
    tell_nobody_took(from, message);
  } else if (place.way != Directory::Way::kSwallowed) {
    post(place.shard, TrafficMail{mail.message, place.way});
  }
}

void Router::State::tell_nobody_took(ShardId from, const RoutedMessage& message) {
  if (message.reply.empty() || !message.origin.no_responders) return;
  post(from, NobodyTookMail{message.origin.connection, Bytes::copy_of(message.route()),
                            Bytes::copy_of(message.reply)});
}

void Router::State::take_interest(ShardId from, const InterestMail& mail) {
  AccountTable& accounts = table(mail.account);
  const std::tuple<ShardId, std::string, std::string> name(from, mail.subject, mail.queue);
  const auto known = accounts.remote_by_name.find(name);
  if (known == accounts.remote_by_name.end()) {
    if (mail.weight == 0) return;
    if (accounts.free_remotes.empty()) {
      accounts.free_remotes.push_back(static_cast<std::uint32_t>(accounts.remotes.size()));
      accounts.remotes.emplace_back();
    }
    const std::uint32_t number = accounts.free_remotes.back();
    accounts.free_remotes.pop_back();
    const auto inserted = accounts.remote.insert(mail.subject, mail.queue, number);
    accounts.remotes[number] = {from, mail.weight, inserted.handle};
    accounts.remote_by_name.emplace(name, number);
  } else if (mail.weight == 0) {
    accounts.remote.remove(accounts.remotes[known->second].handle);
    accounts.free_remotes.push_back(known->second);
    accounts.remote_by_name.erase(known);
  } else {
    accounts.remotes[known->second].weight = mail.weight;
    return;
  }
  note_interest_change(mail.account, mail.subject);
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
