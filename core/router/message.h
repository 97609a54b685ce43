#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace leat {

// Who published: a connection of a shard, or the server itself (connection 0).
struct Origin {
  ShardId shard;
  ConnectionId connection;
  bool echo = true;            // false: do not deliver to subscriptions of the same connection
  bool no_responders = false;  // answer 503 when nobody takes a message that has a reply subject
};

// A publish on its way. The views are valid during the call that receives them. Where `frame` is
// not empty all views point into it and keeping the frame keeps them; otherwise whoever keeps the
// message copies it (OwnedMessage does either).
struct RoutedMessage {
  AccountId account;
  std::string_view subject;
  std::string_view reply;          // empty: none
  std::string_view body;           // header block, then payload
  std::uint32_t header_bytes = 0;  // length of the header block at the start of body
  Origin origin;
  Bytes frame;
  // Where it is matched when that is not `subject`: a consumer delivers to an inbox or a deliver
  // subject, and the subscriber is shown the subject of the stored message. Empty: `subject`.
  std::string_view deliver_to{};

  // What interest, queue groups and subscriptions are matched against, here and on other shards.
  std::string_view route() const { return deliver_to.empty() ? subject : deliver_to; }
  std::string_view headers() const { return body.substr(0, header_bytes); }
  std::string_view payload() const { return body.substr(header_bytes); }
};

// A message that owns its bytes and may travel to another shard.
class OwnedMessage {
 public:
  explicit OwnedMessage(const RoutedMessage& message);
  // The same; a message without a frame is copied behind what `buffer` holds, which saves a block.
  OwnedMessage(const RoutedMessage& message, ByteBuffer& buffer);
  const RoutedMessage& message() const { return message_; }

 private:
  void copy_into(ByteBuffer& buffer);

  RoutedMessage message_;  // its frame is never empty
};

// Where the answer to a request goes: it is published in the router of the shard on which the
// request arrived, so that a subscriber there needs no second hop.
struct ReplyHandle {
  AccountId account;
  ShardId shard;
  Bytes subject;  // empty: no answer is wanted

  explicit operator bool() const { return !subject.empty(); }
};

}  // namespace leat
