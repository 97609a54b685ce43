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
  enum class Reach : std::uint8_t {
    kPlainAndGroups,  // all plain subscribers there, and a member of each group that is named
    kGroupsOnly       // handed on by a shard whose members had gone or refused
  };
  OwnedMessage message;
  Bytes groups;                // the queue groups that the receiver serves, as a NameList
  std::vector<ShardId> tried;  // whose members of these groups refused
  Reach reach = Reach::kPlainAndGroups;
  bool is_sole = false;  // nobody else took it: the receiver sees to the 503 where nobody does
};

// Traffic of a stream that the receiver owns.
struct TrafficMail {
  OwnedMessage message;
  Directory::Way way = Directory::Way::kNobody;
};

struct InterestWords {
  std::string subject;
  std::string queue;  // empty: plain
};

// The number of the sender's subscriptions of this subject and queue; 0 ends its interest. A plain
// one may come again with another number, of which only "none" and "some" count.
struct InterestMail {
  AccountId account;
  InterestWords words;
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
