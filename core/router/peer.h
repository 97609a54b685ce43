#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/router/mail.h"

namespace leat {

// Whom a router sends to, by its place among the router's peers: the shards of this server come
// first, each with its own number. Dense, valid in one process life; 0 is the first shard and not
// "none". A router has a place of its own, to which nothing is sent.
using PeerId = StrongId<struct PeerIdTag, std::uint32_t>;

inline PeerId peer_of(ShardId shard) { return PeerId(shard.value); }

// One peer of a router: another shard of this server. (A server of the cluster will be another
// implementation.) Used on the thread of the router that sends to it.
class RouterPeer {
 public:
  virtual ~RouterPeer() = default;
  // Hands `mail` on in its order, behind everything that was sent before. Called once a turn at
  // most. Never blocks; what is sent to a peer that has gone is lost.
  virtual void send(std::vector<RouterMail> mail) = 0;
  // False: what is sent now waits for long. A member of a queue group that lives there is passed
  // over while others have room; whatever has nobody else to go to is sent all the same.
  virtual bool has_room() const = 0;
};

// What a router's peers send to it. Called on the thread of the router.
class MailReceiver {
 public:
  virtual ~MailReceiver() = default;
  virtual void take(PeerId from, std::vector<RouterMail> mail) = 0;
};

}  // namespace leat
