#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/router/directory.h"
#include "core/router/message.h"

namespace leat {

// What the routers of two shards say to each other. Everything between two shards goes through one
// queue, so that what is said first is taken first: interest before the publishes that need it, and
// a token behind all that came before.

// A publish that the other shard has interest in.
struct RoutedMail {
  OwnedMessage message;
  std::vector<std::string> groups;  // queue groups that the receiver serves
  bool is_sole = false;  // nobody else took it: the receiver answers 503 where nobody does
};

// Traffic of a stream that the receiver owns.
struct TrafficMail {
  OwnedMessage message;
  Directory::Way way = Directory::Way::kNobody;
};

// The number of the sender's subscriptions of this subject and queue; 0 ends its interest.
struct InterestMail {
  AccountId account;
  std::string subject;
  std::string queue;
  std::uint32_t weight = 0;
};

// An answer that is published where its request arrived.
struct AnswerMail {
  AccountId account;
  Bytes subject;
  Bytes body;
  std::uint32_t header_bytes = 0;
};

struct TokenMail {
  std::uint64_t token = 0;
  bool is_returned = false;
};

struct NobodyTookMail {
  ConnectionId publisher;
  Bytes subject;
  Bytes reply;
};

using RouterMail = std::variant<RoutedMail, TrafficMail, InterestMail, AnswerMail, DirectoryChange,
                                TokenMail, NobodyTookMail>;

}  // namespace leat
