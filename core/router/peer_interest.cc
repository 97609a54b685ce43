#include "core/router/peer_interest.h"

#include <algorithm>
#include <optional>

namespace leat {

bool PeerInterest::take(PeerId from, const InterestMail& mail) {
  const auto& [subject, queue] = mail.words;
  SubscriptionHandle known;
  Interest* interest = interests_.find(mail.account);
  if (interest != nullptr) {
    interest->for_each_alike(subject, queue, [&](SubscriptionHandle handle, Subscriber packed) {
      if (Entry(packed).peer == from) known = handle;
    });
  }
  if (!known) {
    if (mail.weight == 0) return false;
    interests_.insert(mail.account, subject, queue, Entry::packed(from, mail.weight));
    return true;
  }
  if (mail.weight == 0) {
    interests_.remove(mail.account, subject, known);
    return true;
  }
  const Subscriber packed = Entry::packed(from, mail.weight);
  if (interest->subscriber(known) != packed) interest->set_subscriber(known, packed);
  return false;
}

void PeerInterest::choose(const InterestMatch& remote, const InterestMatch* local, Fanout& fanout) {
  for (const Subscriber packed : remote.plain()) fanout.add(Entry(packed).peer);
  for (std::size_t i = 0; i < remote.group_count(); ++i) {
    const InterestMatch::Group group = remote.group(i);
    const auto own = local == nullptr ? std::nullopt : local->find_group(group.name);
    draw(group, own ? own->members.size() : 0, fanout);
  }
}

void PeerInterest::draw(const InterestMatch::Group& remote, std::size_t local_members,
                        Fanout& fanout) {
  std::uint64_t with_room = local_members;
  std::uint64_t total = local_members;
  for (const Subscriber packed : remote.members) {
    const Entry entry(packed);
    total += entry.weight;
    if (mail_.has_room(entry.peer)) with_room += entry.weight;
  }
  // Where nobody has room, all wait alike.
  const bool skips_full = with_room > 0 && with_room < total;
  std::uint64_t draw = rng_.below(skips_full ? with_room : total);
  if (draw < local_members) return;
  draw -= local_members;
  for (const Subscriber packed : remote.members) {
    const Entry entry(packed);
    if (skips_full && !mail_.has_room(entry.peer)) continue;
    if (draw < entry.weight) return fanout.add(entry.peer, remote.name);
    draw -= entry.weight;
  }
}

bool PeerInterest::hand_on(const InterestMatch& remote, std::string_view group,
                           const std::vector<ShardId>& tried, Fanout& fanout) const {
  const auto elsewhere = remote.find_group(group);
  if (!elsewhere) return false;
  for (const Subscriber packed : elsewhere->members) {
    const PeerId peer = Entry(packed).peer;
    const auto is_this = [peer](ShardId shard) { return peer_of(shard) == peer; };
    if (std::any_of(tried.begin(), tried.end(), is_this)) continue;
    fanout.add(peer, group);
    return true;
  }
  return false;
}

}  // namespace leat
