#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/session/session_settings.h"
#include "proto/client/parser.h"
#include "proto/client/writer.h"

namespace leat {

class Session;

// Trace lines of what a client says, "<<- [SUB foo 1]", without anything secret, and of what it is
// told, "->> [PONG]". A line with the body follows that of a message, as far as the settings say.
class SessionTrace {
 public:
  SessionTrace(const Session& session, const SessionSettings& settings)
      : session_(session), settings_(settings) {}
  void received(const ClientOperation& operation) const;
  void delivered(const DeliveryLine& line, std::string_view body) const;
  void told(std::string_view words) const;

 private:
  void body(std::string_view way, std::string_view headers, std::string_view whole) const;

  const Session& session_;
  const SessionSettings& settings_;
};

}  // namespace leat
