#include "core/session/login.h"

namespace leat {

namespace {

// 11 bytes that nobody can guess as 15 characters of base64url: what a client signs.
std::string random_nonce(const RandomSource& random) {
  constexpr std::size_t kCharacters = 15;  // of 6 bits each
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string nonce;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < kCharacters; ++i) {
    if (i % 10 == 0) bits = random();
    // The last character carries 4 bits of the eleven bytes, so its low two are zero.
    const std::uint64_t mask = i + 1 == kCharacters ? 0x3C : 0x3F;
    nonce += kAlphabet[bits & mask];
    bits >>= 6;
  }
  return nonce;
}

}  // namespace

void Login::make_nonce(const RandomSource& random) {
  if (authenticator_.nonce_wanted()) nonce_ = random_nonce(random);
}

void Login::become(Identity identity, Change change) {
  account_ = identity.account;
  const std::unique_ptr<PermissionCheck> before = std::move(permissions_);
  if (identity.permissions != nullptr) {
    permissions_ = std::make_unique<PermissionCheck>(identity.permissions);
    if (change == Change::kSame && before != nullptr) permissions_->take_replies_of(*before);
  }
  filters_deliveries_ = permissions_ != nullptr && permissions_->filters_deliveries();
  identity_ = std::make_unique<Identity>(std::move(identity));
}

}  // namespace leat
