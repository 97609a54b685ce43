// What becomes of the mail of a router's peers.
#include <utility>

#include "core/base/check.h"
#include "core/router/router_state.h"

namespace leat {

void Router::State::take(PeerId from, std::vector<RouterMail> mail) {
  for (RouterMail& one : mail) take_one(from, one);
}

void Router::State::take_one(PeerId from, RouterMail& mail) {
  if (auto* routed = std::get_if<RoutedMail>(&mail)) {
    take_routed(*routed);
  } else if (auto* traffic = std::get_if<TrafficMail>(&mail)) {
    take_traffic(*traffic);
  } else if (auto* interest = std::get_if<InterestMail>(&mail)) {
    if (remote_.take(from, *interest)) {
      note_interest_change(interest->account, interest->words.subject);
    }
  } else if (auto* answer = std::get_if<AnswerMail>(&mail)) {
    publish_answer(*answer);
  } else if (auto* change = std::get_if<DirectoryChange>(&mail)) {
    directory.apply(*change);
  } else if (auto* token = std::get_if<TokenMail>(&mail)) {
    LEAT_CHECK(from.value < shard_count_) << "a token of peer " << from;
    barrier.take(ShardId(static_cast<std::uint16_t>(from.value)), *token);
  } else if (auto* nobody = std::get_if<NobodyTookMail>(&mail)) {
    take_nobody_took(*nobody);
  }
}

void Router::State::take_routed(const RoutedMail& mail) {
  const RoutedMessage& message = mail.message.message();
  fanout_.clear();
  refused_.clear();
  Interest* own = local.find(message.account);
  const InterestMatch* match = own == nullptr ? nullptr : &own->match(message.route());
  const bool wants_plain = mail.reach == RoutedMail::Reach::kPlainAndGroups;
  using Served = LocalSubscribers::Served;
  const Served served{.plain = wants_plain ? Served::Plain::kAll : Served::Plain::kNone,
                      .groups = Served::Groups::kOnly,
                      .names = mail.groups.view()};
  const bool is_taken = match != nullptr && local.deliver(*match, message, served, refused_);
  if (!mail.groups.empty()) note_absent_groups(match, mail.groups.view());
  std::vector<ShardId> tried = mail.tried;
  if (!refused_.empty()) {
    tried.push_back(self_);
    hand_on_refused(message, tried);
  }
  if (!fanout_.empty()) {
    const bool is_sole = mail.is_sole && !is_taken && fanout_.peers().size() == 1;
    send_fanout({.message = mail.message,
                 .groups = {},
                 .tried = std::move(tried),
                 .reach = RoutedMail::Reach::kGroupsOnly,
                 .is_sole = is_sole});
  } else if (!is_taken && mail.is_sole) {
    tell_nobody_took(message);
  }
}

// Groups that were named and have no member here any more.
void Router::State::note_absent_groups(const InterestMatch* match, std::string_view groups) {
  NameList::for_each(groups, [&](std::string_view name) {
    if (match == nullptr || !match->find_group(name)) refused_.push_back(name);
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
    mail_.post(peer_of(place.shard), TrafficMail{mail.message, place.way});
  }
}

void Router::State::tell_nobody_took(const RoutedMessage& message) {
  if (message.reply.empty() || !message.origin.no_responders) return;
  NobodyTookMail mail{message.origin.connection, Bytes::copy_of(message.route()),
                      Bytes::copy_of(message.reply)};
  if (message.origin.shard == self_) {
    take_nobody_took(mail);
  } else {
    mail_.post(peer_of(message.origin.shard), std::move(mail));
  }
}

void Router::State::take_nobody_took(const NobodyTookMail& mail) {
  if (no_responder_listener == nullptr) return;
  no_responder_listener->nobody_took(mail.publisher, mail.subject.view(), mail.reply.view());
}

}  // namespace leat
