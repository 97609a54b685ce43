// What would be wrong: a client is misread, or one that breaks the protocol is not told so exactly.
#include "proto/client/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leat {
namespace {

// One line of words for each operation, and how the input ended.
struct Reading {
  std::vector<std::string> operations;
  ParseOutcome end = ParseOutcome::kNeedMore;
};

std::string words_of(const ClientOperation& op) {
  const auto text = [](std::string_view view) { return std::string(view); };
  switch (op.verb) {
    case ClientVerb::kPublish:
      return "PUB " + text(op.subject) + " [" + text(op.reply) + "] " +
             std::to_string(op.header_bytes) + " <" + text(op.body) + ">";
    case ClientVerb::kSubscribe:
      return "SUB " + text(op.subject) + " [" + text(op.queue) + "] " + text(op.sid);
    case ClientVerb::kUnsubscribe:
      return "UNSUB " + text(op.sid) + " " + std::to_string(op.deliveries_max);
    case ClientVerb::kConnect:
      return "CONNECT " + text(op.argument);
    case ClientVerb::kInfo:
      return "INFO " + text(op.argument);
    case ClientVerb::kError:
      return "-ERR " + text(op.argument);
    case ClientVerb::kPing:
      return "PING";
    case ClientVerb::kPong:
      return "PONG";
    case ClientVerb::kOk:
      return "+OK";
  }
  return "";
}

// Feeds `input` in pieces of `piece` bytes, each piece into memory of its own, as a buffer that
// moves would.
Reading read_in_pieces(const std::string& input, std::size_t piece, const ParserRules& rules) {
  Reading reading;
  ClientParser parser;
  parser.rules() = rules;
  std::string held;
  for (std::size_t at = 0; at < input.size(); at += piece) {
    held = std::string(held) + input.substr(at, piece);
    while (true) {
      reading.end = parser.parse(held);
      if (reading.end != ParseOutcome::kOperation && reading.end != ParseOutcome::kNeedMore) {
        return reading;
      }
      if (reading.end == ParseOutcome::kOperation) {
        reading.operations.push_back(words_of(parser.operation()));
      }
      held.erase(0, parser.consumed_bytes());
      if (reading.end == ParseOutcome::kNeedMore) break;
    }
  }
  return reading;
}

ParserRules with_headers() {
  ParserRules rules;
  rules.headers_allowed = true;
  return rules;
}

// Every way of cutting the input into equal pieces has to read the same.
Reading read(const std::string& input, const ParserRules& rules = with_headers()) {
  const Reading whole = read_in_pieces(input, input.size(), rules);
  for (std::size_t piece = 1; piece < input.size(); ++piece) {
    const Reading cut = read_in_pieces(input, piece, rules);
    EXPECT_EQ(cut.operations, whole.operations) << "pieces of " << piece << " of " << input;
    EXPECT_EQ(cut.end, whole.end) << "pieces of " << piece << " of " << input;
  }
  return whole;
}

using Operations = std::vector<std::string>;

TEST(ClientParser, ReadsEveryVerb) {
  const Reading reading = read(
      "CONNECT {\"verbose\":false}\r\nPING\r\nPONG\r\n+OK\r\nINFO {}\r\nSUB foo 1\r\n"
      "SUB foo.* workers 2\r\nUNSUB 1\r\nUNSUB 2 5\r\nPUB foo 5\r\nhello\r\n"
      "PUB foo reply 0\r\n\r\nHPUB foo 12 17\r\nNATS/1.0\r\n\r\nhello\r\n-ERR 'x'\r\n");
  EXPECT_EQ(
      reading.operations,
      (Operations{"CONNECT {\"verbose\":false}", "PING", "PONG", "+OK", "INFO {}", "SUB foo [] 1",
                  "SUB foo.* [workers] 2", "UNSUB 1 0", "UNSUB 2 5", "PUB foo [] 0 <hello>",
                  "PUB foo [reply] 0 <>", "PUB foo [] 12 <NATS/1.0\r\n\r\nhello>", "-ERR 'x'"}));
  EXPECT_EQ(reading.end, ParseOutcome::kNeedMore);
}

TEST(ClientParser, VerbsInAnyCaseRunsOfBlanksBareLineFeeds) {
  const Reading reading =
      read("pub   foo.a   reply.to 2\nok\r\npUb\tfoo.b\t1\r\nt\r\nsUb  a \t b\nunSUB\t1   2\n");
  EXPECT_EQ(reading.operations, (Operations{"PUB foo.a [reply.to] 0 <ok>", "PUB foo.b [] 0 <t>",
                                            "SUB a [] b", "UNSUB 1 2"}));
}

TEST(ClientParser, ACrIsPartOfWhatAPublishNamesAndABlankOfASubscription) {
  EXPECT_EQ(
      read("PUB fo\ro re\rply 1\r\nx\r\nHPUB a\r 0 1\r\nx\r\nSUB a\rq 1\r\r\nUNSUB 1\r2\r\n")
          .operations,
      (Operations{"PUB fo\ro [re\rply] 0 <x>", "PUB a\r [] 0 <x>", "SUB a [q] 1", "UNSUB 1 2"}));
  for (const char* input :
       {"PUB foo 0\r\r\n", "PUB foo \r0\r\n", "HPUB foo 0 0\r\r\n", "HPUB foo 0\r 0\r\n"}) {
    EXPECT_EQ(read(input).end, ParseOutcome::kBadArguments) << input;
  }
}

TEST(ClientParser, SwallowsWhatFollowsPingPongAndOk) {
  const std::string garbage(10'000, 'x');
  EXPECT_EQ(read_in_pieces("PING" + garbage + "\r\nPONG y\n+OKz\r\nPING\rxx\n", 7, {}).operations,
            (Operations{"PING", "PONG", "+OK", "PING"}));
}

TEST(ClientParser, PayloadMayHoldAnything) {
  const std::string body = std::string("PUB x 1\r\n\0\n\r", 12);
  const Reading reading = read("PUB foo 12\r\n" + body + "\r\nPING\r\n");
  EXPECT_EQ(reading.operations, (Operations{"PUB foo [] 0 <" + body + ">", "PING"}));
}

TEST(ClientParser, ASizeIsANumberHoweverItIsWritten) {
  EXPECT_EQ(read("PUB foo 005\r\nhello\r\n").operations.at(0), "PUB foo [] 0 <hello>");
}

TEST(ClientParser, PayloadNotFollowedByCrLf) {
  EXPECT_EQ(read("PUB foo 2\r\nabcd\r\n").end, ParseOutcome::kUnknownOperation);
  EXPECT_EQ(read("PUB foo 2\r\nab\nPING").end, ParseOutcome::kUnknownOperation);
  EXPECT_EQ(read("PUB foo 2\r\nab\rP").end, ParseOutcome::kUnknownOperation);
}

TEST(ClientParser, UnknownVerbsAreKnownAtOnce) {
  for (const char* input :
       {"F", "\r\n", "\n", "MSG foo 1 0\r\n", "RS+ $G foo\r\n", "PX", "PUBx", "UNSUB\r\n",
        "PUB\r\n", "SUB\n", "HPUB\r\n", "+OX", "-ERR\r\n", "-ERRx", "PIN\r\n", "LS+ x\r\n", "A"}) {
    EXPECT_EQ(read(input).end, ParseOutcome::kUnknownOperation) << input;
  }
  for (const char* input : {"P", "pu", "PUB", "PUB foo", "CONNECTx", "INFO", "UNSU", "-ER"}) {
    EXPECT_EQ(read(input).end, ParseOutcome::kNeedMore) << input;
  }
}

TEST(ClientParser, BadArguments) {
  for (const char* input :
       {"PUB foo\r\n", "PUB \r\n", "PUB foo bar baz 1\r\n", "PUB foo 1234567890\r\n",
        "PUB foo -1\r\n", "PUB foo +1\r\n", "PUB foo 1x\r\n", "SUB foo\r\n", "SUB a b c d\r\n",
        "UNSUB \r\n", "UNSUB 1 2 3\r\n", "HPUB foo 5 3\r\n", "HPUB foo 5\r\n", "HPUB foo x 5\r\n",
        "HPUB a b c 1 2\r\n"}) {
    EXPECT_EQ(read(input).end, ParseOutcome::kBadArguments) << input;
  }
}

TEST(ClientParser, HpubNeedsHeaders) {
  EXPECT_EQ(read("HPUB foo 12 12\r\nNATS/1.0\r\n\r\n\r\n", {}).end, ParseOutcome::kBadArguments);
}

TEST(ClientParser, UnsubMaximumThatIsNoNumberMeansAtOnce) {
  EXPECT_EQ(read("UNSUB 1 abc\r\nUNSUB 1 0\r\n").operations,
            (Operations{"UNSUB 1 -1", "UNSUB 1 0"}));
}

TEST(ClientParser, PayloadLimitCountsHeadersAndComesBeforeThePayload) {
  ParserRules rules = with_headers();
  rules.payload_bytes_max = 16;
  EXPECT_EQ(read("PUB foo 16\r\n0123456789abcdef\r\n", rules).end, ParseOutcome::kNeedMore);
  EXPECT_EQ(read("PUB foo 17\r\n", rules).end, ParseOutcome::kPayload);
  EXPECT_EQ(read("HPUB foo 12 17\r\n", rules).end, ParseOutcome::kPayload);
  rules.payload_bytes_max = -1;
  EXPECT_EQ(read("PUB foo 17\r\n", rules).end, ParseOutcome::kNeedMore);
}

TEST(ClientParser, ControlLineLimitCountsArgumentsOnly) {
  ParserRules rules;
  rules.control_line_bytes_max = 16;
  EXPECT_EQ(read("SUB  " + std::string(14, 'a') + " 1\r\n", rules).operations.size(), 1U);
  EXPECT_EQ(read("SUB " + std::string(15, 'a') + " 1\r\n", rules).end, ParseOutcome::kControlLine);
  EXPECT_EQ(read("CONNECT " + std::string(17, '{'), rules).end, ParseOutcome::kControlLine);
  EXPECT_EQ(read("CONNECT " + std::string(16, '{') + "\r", rules).end, ParseOutcome::kNeedMore);
  EXPECT_EQ(read("SUB " + std::string(100, ' ') + "foo 1\r\n", rules).operations,
            (Operations{"SUB foo [] 1"}));
}

TEST(ClientParser, EndlessBlanksAreNotHeldForEver) {
  ClientParser parser;
  const std::string blanks = "SUB" + std::string(limits::kLeadingBlanks + 8192, ' ');
  EXPECT_EQ(parser.parse(blanks), ParseOutcome::kControlLine);
}

TEST(ClientParser, FrameReachesFromSubjectToEndOfBody) {
  ClientParser parser;
  const std::string input = "PUB foo.bar re 5\r\nhello\r\nPING\r\n";
  ASSERT_EQ(parser.parse(input), ParseOutcome::kOperation);
  EXPECT_EQ(parser.operation().frame, "foo.bar re 5\r\nhello");
  EXPECT_EQ(parser.consumed_bytes(), 25U);
}

TEST(ClientParser, SaysHowMuchAPayloadNeeds) {
  ClientParser parser;
  EXPECT_TRUE(parser.at_start());
  ASSERT_EQ(parser.parse("PUB foo 1000\r\nabc"), ParseOutcome::kNeedMore);
  EXPECT_EQ(parser.consumed_bytes(), 0U);
  EXPECT_EQ(parser.wanted_bytes(), 14U + 1000 + 2);
  EXPECT_FALSE(parser.at_start());
}

}  // namespace
}  // namespace leat
