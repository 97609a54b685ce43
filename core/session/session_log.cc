#include "core/session/session_log.h"

#include <algorithm>

#include "core/base/log.h"
#include "core/base/quote.h"
#include "core/session/session.h"

namespace leat {

namespace {

constexpr std::string_view kHeaderEnd = "\r\n\r\n";

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

void SessionTrace::received(const ClientOperation& operation) const {
  LEAT_LOG(kTrace) << session_.log_prefix() << "<<- [" << words_of(operation) << "]";
  if (operation.verb != ClientVerb::kPublish) return;
  body("<<-", operation.body.substr(0, operation.header_bytes), operation.body);
}

void SessionTrace::delivered(const DeliveryLine& line, std::string_view whole) const {
  std::string text(line.header_bytes == 0 ? "MSG " : "HMSG ");
  text.append(line.subject).append(" ").append(line.sid);
  if (!line.reply.empty()) text.append(" ").append(line.reply);
  if (line.header_bytes != 0) text.append(" ").append(std::to_string(line.header_bytes));
  told(text.append(" ").append(std::to_string(line.body_bytes)));
  body("->>", whole.substr(0, line.header_bytes), whole);
}

void SessionTrace::told(std::string_view words) const {
  LEAT_LOG(kTrace) << session_.log_prefix() << "->> [" << words << "]";
}

void SessionTrace::body(std::string_view way, std::string_view headers,
                        std::string_view whole) const {
  std::string_view shown = whole;
  if (settings_.traced_body == SessionSettings::TracedBody::kHeaders) {
    shown = headers.substr(0, headers.size() - std::min(headers.size(), kHeaderEnd.size()));
  }
  if (shown.empty()) return;
  const std::size_t max = settings_.traced_bytes_max;
  const bool is_cut = max != 0 && shown.size() > max;
  LEAT_LOG(kTrace) << session_.log_prefix() << way << " MSG_PAYLOAD: [\""
                   << go_quote_body(is_cut ? shown.substr(0, max) : shown) << (is_cut ? "..." : "")
                   << "\"]";
}

}  // namespace leat
