#include "core/session/session_log.h"

#include <array>

#include "core/base/log.h"
#include "core/session/session.h"

namespace leat {

namespace {

std::string words_of(const ClientOperation& operation) {
  const auto joined = [](std::string_view verb, auto... words) {
    std::string text(verb);
    (..., (words.empty() ? text : text.append(" ").append(words)));
    return text;
  };
  switch (operation.verb) {
    case ClientVerb::kPublish: {
      const std::string size = std::to_string(operation.body.size());
      if (operation.header_bytes == 0) {
        return joined("PUB", operation.subject, operation.reply, std::string_view(size));
      }
      const std::string header_size = std::to_string(operation.header_bytes);
      return joined("HPUB", operation.subject, operation.reply, std::string_view(header_size),
                    std::string_view(size));
    }
    case ClientVerb::kSubscribe:
      return joined("SUB", operation.subject, operation.queue, operation.sid);
    case ClientVerb::kUnsubscribe:
      if (operation.deliveries_max <= 0) return joined("UNSUB", operation.sid);
      return joined("UNSUB", operation.sid,
                    std::string_view(std::to_string(operation.deliveries_max)));
    case ClientVerb::kConnect:
      return "CONNECT {[REDACTED]}";
    case ClientVerb::kPing:
      return "PING";
    case ClientVerb::kPong:
      return "PONG";
    case ClientVerb::kInfo:
      return joined("INFO", operation.argument);
    case ClientVerb::kOk:
      return "+OK";
    case ClientVerb::kError:
      return joined("-ERR", operation.argument);
  }
  return {};
}

}  // namespace

void trace_operation(const Session& session, const ClientOperation& operation) {
  LEAT_LOG(kTrace) << session.log_prefix() << "<<- [" << words_of(operation) << "]";
}

std::string make_nonce(std::uint64_t (*random)()) {
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

}  // namespace leat
