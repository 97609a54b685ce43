#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/limits.h"

namespace leat {

enum class ClientVerb : std::uint8_t {
  kConnect,
  kPublish,  // PUB and HPUB
  kSubscribe,
  kUnsubscribe,
  kPing,
  kPong,
  kInfo,
  kOk,
  kError,
};

// One operation of a client. All views point into the input it was parsed from.
//
//   PUB foo.bar reply.to 5\r\nhello\r\n          HPUB foo 12 17\r\n<12 bytes>hello\r\n
//       `--------- frame ------'                      `--------- frame -------'
struct ClientOperation {
  ClientVerb verb = ClientVerb::kPing;
  std::string_view argument;  // CONNECT, INFO, -ERR: all behind the verb
  std::string_view subject;   // PUB, HPUB, SUB
  std::string_view reply;     // PUB, HPUB; empty: none
  std::string_view queue;     // SUB; empty: none
  std::string_view sid;       // SUB, UNSUB
  std::string_view body;      // PUB, HPUB: header block, then payload
  std::string_view frame;     // PUB, HPUB: subject to the end of the body, in one piece
  std::uint32_t header_bytes = 0;
  std::int64_t deliveries_max = 0;  // UNSUB; 0 or less: at once
};

// What a call of the parser came to. The last four end the connection.
enum class ParseOutcome : std::uint8_t {
  kOperation,         // operation() is complete; consume consumed_bytes() when done with it
  kNeedMore,          // consume consumed_bytes() now, call again with what follows
  kUnknownOperation,  // -ERR 'Unknown Protocol Operation'
  kBadArguments,      // closed without a word
  kControlLine,       // -ERR 'maximum control line exceeded'
  kPayload,           // -ERR 'Maximum Payload Violation'
};

// The bounds of one connection; they may change between two calls.
struct ParserRules {
  std::size_t control_line_bytes_max = limits::kControlLineBytes;
  std::int64_t payload_bytes_max = limits::kPayloadBytes;  // -1: no limit
  bool headers_allowed = false;                            // false: HPUB is kBadArguments
};

// The client side of the protocol, cut into operations. Owned by one session, on its thread. It
// keeps no bytes: input that is not consumed must stand at the start of the next call's input (it
// may have moved). Between calls it remembers how far it has looked, so that no byte is looked at
// twice, and the control line of a publish whose payload is under way.
class ClientParser {
 public:
  ParserRules& rules() { return rules_; }
  const ParserRules& rules() const { return rules_; }

  ParseOutcome parse(std::string_view input);

  const ClientOperation& operation() const { return operation_; }
  std::size_t consumed_bytes() const { return consumed_; }
  // After kNeedMore: how long the input has to be at least, where that is known; otherwise 0.
  std::size_t wanted_bytes() const { return publish_.open ? publish_.end : 0; }
  // Whether the next byte begins an operation.
  bool at_start() const { return !publish_.open && !skipping_ && scanned_ == 0; }

 private:
  // A publish whose control line is parsed, in offsets from the start of the input.
  struct OpenPublish {
    bool open = false;
    std::size_t frame_begin = 0;  // where its subject begins
    std::size_t subject_size = 0;
    std::size_t reply_begin = 0;
    std::size_t reply_size = 0;
    std::size_t body_begin = 0;
    std::size_t end = 0;  // with CR LF
  };
  struct PublishSizes {
    std::string_view subject;
    std::int64_t header = 0;
    std::int64_t body = 0;
  };

  ParseOutcome parse_line(std::string_view line, std::string_view input);
  ParseOutcome parse_partial_line(std::string_view input);
  ParseOutcome skip_to_line_end(std::string_view input);
  ParseOutcome parse_publish(std::string_view argument, std::string_view input);
  ParseOutcome parse_header_publish(std::string_view argument, std::string_view input);
  ParseOutcome accept_publish(const PublishSizes& sizes, std::string_view input);
  ParseOutcome finish_publish(std::string_view input);
  ParseOutcome parse_subscribe(std::string_view argument);
  ParseOutcome parse_unsubscribe(std::string_view argument);

  ParserRules rules_;
  ClientOperation operation_;
  OpenPublish publish_;
  std::size_t consumed_ = 0;
  std::size_t scanned_ = 0;  // bytes of the line under way that hold no LF
  bool skipping_ = false;    // inside what follows PING, PONG or +OK
};

}  // namespace leat
