#pragma once

#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/rng.h"
#include "core/router/account_interests.h"
#include "core/router/fanout.h"
#include "core/router/mail.h"
#include "core/router/peer_mail.h"
#include "core/subject/interest.h"

namespace leat {

// What the peers of a router want: of each (account, subject, queue), and of a queue how many
// members it has there. Decides which peers a publish goes to. Owned by its router, on the shard's
// thread.
class PeerInterest {
 public:
  PeerInterest(const PeerMail& mail, Rng& rng) : mail_(mail), rng_(rng) {}

  // A peer tells of its interest. True: it has come or has ended.
  bool take(PeerId from, const InterestMail& mail);

  // Null: no peer has interest in this account. For matching.
  Interest* find(AccountId account) const { return interests_.find(account); }
  bool has_js_viewer(AccountId account) const { return interests_.has_js_viewer(account); }

  // Adds the peers that take a message which `remote` matches, and the queue groups that they
  // serve: of a group, every member everywhere has the same chance, those of `local` too.
  void choose(const InterestMatch& remote, const InterestMatch* local, Fanout& fanout);
  // All members of the group here refused: it goes to a peer that has not been asked. False: there
  // is none.
  bool hand_on(const InterestMatch& remote, std::string_view group,
               const std::vector<ShardId>& tried, Fanout& fanout) const;

 private:
  // What one peer has of one (subject, queue), packed into a subscriber.
  struct Entry {
    PeerId peer;
    std::uint32_t weight = 0;

    explicit Entry(Subscriber packed)
        : peer(static_cast<std::uint32_t>(packed)),
          weight(static_cast<std::uint32_t>(packed >> kPeerBits)) {}
    static Subscriber packed(PeerId peer, std::uint32_t weight) {
      return (Subscriber{weight} << kPeerBits) | peer.value;
    }
    static constexpr unsigned kPeerBits = 32;
  };

  void draw(const InterestMatch::Group& remote, std::size_t local_members, Fanout& fanout);

  const PeerMail& mail_;
  Rng& rng_;
  AccountInterests interests_;  // subscriber: Entry, one for each (peer, subject, queue)
};

}  // namespace leat
