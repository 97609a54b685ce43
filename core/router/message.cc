#include "core/router/message.h"

namespace leat {

namespace {

bool lies_in(std::string_view part, const Bytes& frame) {
  return part.empty() ||
         (part.data() >= frame.data() && part.data() + part.size() <= frame.data() + frame.size());
}

bool is_framed(const RoutedMessage& message) {
  const Bytes& frame = message.frame;
  return !frame.empty() && lies_in(message.subject, frame) && lies_in(message.reply, frame) &&
         lies_in(message.body, frame) && lies_in(message.deliver_to, frame);
}

}  // namespace

OwnedMessage::OwnedMessage(const RoutedMessage& message) : message_(message) {
  if (is_framed(message)) return;
  ByteBuffer buffer(message.subject.size() + message.reply.size() + message.deliver_to.size() +
                    message.body.size());
  copy_into(buffer);
}

OwnedMessage::OwnedMessage(const RoutedMessage& message, ByteBuffer& buffer) : message_(message) {
  if (!is_framed(message)) copy_into(buffer);
}

void OwnedMessage::copy_into(ByteBuffer& buffer) {
  const std::size_t before = buffer.filled().size();
  std::string_view* const parts[] = {&message_.subject, &message_.reply, &message_.deliver_to,
                                     &message_.body};
  for (const std::string_view* part : parts) buffer.append(*part);
  message_.frame = buffer.share(buffer.filled().substr(before));
  std::size_t at = 0;
  for (std::string_view* part : parts) {
    *part = message_.frame.view().substr(at, part->size());
    at += part->size();
  }
}

}  // namespace leat
