#pragma once

#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "core/env/scheduler.h"
#include "core/router/mail.h"
#include "core/router/peer.h"

namespace leat {

// The peers of one router and the mail to them: gathered in the order of posting, sent when the
// turn ends, one batch to each peer. Owned by its router, on the shard's thread.
class PeerMail {
 public:
  explicit PeerMail(Scheduler& scheduler) : scheduler_(scheduler) {}

  // By PeerId; null in the router's own place. Called once, before anything is posted.
  void connect(std::vector<std::unique_ptr<RouterPeer>> peers);

  void post(PeerId to, RouterMail mail);
  void post_to_all(const RouterMail& mail);
  bool has_room(PeerId peer) const { return peers_[peer.value]->has_room(); }

  // Where what the mail of a turn refers to is written, many messages in one block; see take_bytes.
  ByteBuffer& bytes() { return bytes_; }
  // The bytes written there so far are used: the mail that needs them holds its share.
  void bytes_are_shared() { bytes_.consume(bytes_.filled().size()); }

 private:
  void send_all();

  Scheduler& scheduler_;
  std::vector<std::unique_ptr<RouterPeer>> peers_;
  std::vector<std::vector<RouterMail>> outboxes_;  // by peer
  ByteBuffer bytes_;
  bool is_sending_due_ = false;
};

}  // namespace leat
