#include "core/router/message.h"

#include <string>

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
                    message.body.size() + 1);
  buffer.append(message.subject);
  buffer.append(message.reply);
  buffer.append(message.deliver_to);
  buffer.append(message.body);
  message_.frame = buffer.take_all();
  const std::string_view all = message_.frame.view();
  std::size_t at = 0;
  const auto next = [&](std::size_t size) {
    const std::string_view part = all.substr(at, size);
    at += size;
    return part;
  };
  message_.subject = next(message.subject.size());
  message_.reply = next(message.reply.size());
  message_.deliver_to = next(message.deliver_to.size());
  message_.body = next(message.body.size());
}

}  // namespace leat
