#pragma once

#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/router/message.h"
#include "proto/ack/ack_body.h"
#include "proto/ack/ack_subject.h"
#include "proto/record/entry.h"
#include "streams/host/stream.h"

namespace leat {

// The acks that came for one consumer in one turn, to become one command. Owned by its consumer.
// Keeps its memory; texts are copied into one buffer.
class AckBatch {
 public:
  void add(const AckSubject& subject, const AckBody& body, const RoutedMessage& message);
  // Of nobody who waits for an answer, and without a text.
  void add_unanswered(const AckItem& item);
  bool empty() const { return items_.empty(); }
  // Proposes what was gathered and begins anew.
  void propose(Stream& stream, ConsumerId consumer);

 private:
  std::string_view keep(std::string_view text);

  std::vector<AckItem> items_;
  std::vector<Stream::AckSender> senders_;
  ByteBuffer buffer_{ByteBuffer::Sizes{.first = 128, .full = 4096}};
  std::vector<Bytes> texts_;  // what items and senders point into
};

}  // namespace leat
