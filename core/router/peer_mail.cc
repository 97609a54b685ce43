#include "core/router/peer_mail.h"

#include <utility>

#include "core/base/check.h"

namespace leat {

void PeerMail::connect(std::vector<std::unique_ptr<RouterPeer>> peers) {
  LEAT_CHECK(peers_.empty()) << "peers are connected once";
  peers_ = std::move(peers);
  outboxes_.resize(peers_.size());
}

void PeerMail::post(PeerId to, RouterMail mail) {
  LEAT_CHECK(to.value < outboxes_.size()) << to;
  outboxes_[to.value].push_back(std::move(mail));
  if (std::exchange(is_sending_due_, true)) return;
  scheduler_.at_turn_end([this] { send_all(); });
}

void PeerMail::post_to_all(const RouterMail& mail) {
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
    if (peers_[peer] != nullptr) post(PeerId(static_cast<std::uint32_t>(peer)), mail);
  }
}

void PeerMail::send_all() {
  is_sending_due_ = false;
  for (std::size_t peer = 0; peer < peers_.size(); ++peer) {
    if (!outboxes_[peer].empty()) peers_[peer]->send(std::exchange(outboxes_[peer], {}));
  }
}

}  // namespace leat
