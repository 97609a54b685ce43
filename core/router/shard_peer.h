#pragma once

#include <utility>
#include <vector>

#include "core/env/mailbox.h"
#include "core/router/peer.h"

namespace leat {

// Another shard of this server, reached by mailbox. Owned by the router that sends to it, used on
// the thread of that one; `receiver` is only touched by mail that runs on the other shard, and
// outlives it.
class ShardPeer final : public RouterPeer {
 public:
  ShardPeer(Mailbox& mailbox, ShardId to, MailReceiver& receiver)
      : mailbox_(mailbox), to_(to), receiver_(receiver) {}

  void send(std::vector<RouterMail> mail) override {
    mailbox_.send(to_,
                  [receiver = &receiver_, from = peer_of(mailbox_.self()),
                   mail = std::move(mail)]() mutable { receiver->take(from, std::move(mail)); });
  }
  // A mailbox has no bound: the connections that fill it are held by the barrier.
  bool has_room() const override { return true; }

 private:
  Mailbox& mailbox_;
  ShardId to_;
  MailReceiver& receiver_;
};

}  // namespace leat
