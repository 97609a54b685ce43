#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "consumers/core/pull_queue.h"
#include "consumers/host/outbox.h"
#include "core/base/ids.h"
#include "core/router/router.h"
#include "proto/ack/ack_subject.h"
#include "proto/client/headers.h"
#include "streams/host/message_view.h"

namespace leat {

// Where a consumer stands, as its heartbeats say.
struct DeliveredPosition {
  ConsumerSeq consumer_seq;
  StreamSeq stream_seq;
};

// Writes what one consumer sends: messages with their ack subjects, statuses and heartbeats; all
// through its outbox, so that they keep their order on the way to each subscriber. Owned by its
// consumer, on its shard. Keeps its buffers: nothing is allocated per message.
class Delivery {
 public:
  enum class Content : bool { kWhole, kHeadersOnly };

  struct Address {
    AccountId account;
    std::string_view stream;
    std::string_view consumer;
  };
  Delivery(Outbox& outbox, const Address& address, Content content);

  void set_content(Content content) { content_ = content; }

  // What max_bytes of a pull counts: subject, ack subject, headers and payload. Prepares the
  // message for send(); `ack` carries the numbers of this delivery.
  std::size_t prepare(const MessageView& message, const AckSubject& ack);
  // Sends what was prepared last; the views given there must still be valid.
  void send(std::string_view to);

  void send_notice(const PullNotice& notice, const DeliveredPosition& position);
  // `stalled`: the flow control subject that waits for its answer, or empty.
  void send_heartbeat(std::string_view to, const DeliveredPosition& position,
                      std::string_view stalled);
  void send_flow_control(std::string_view to, std::string_view reply);
  void send_status(std::string_view to, int status, std::string_view text);

 private:
  void send_block(std::string_view to, std::string_view reply, std::string_view block);

  Outbox& outbox_;
  AccountId account_;
  Content content_;
  std::string ack_subject_;  // prefix, then the numbers of the prepared message
  std::size_t ack_prefix_bytes_;
  HeaderBuilder headers_;  // blocks that are not sent as they are stored
  RoutedMessage prepared_;
  ConsumerSeq prepared_number_;
};

}  // namespace leat
