// If these fail, a client's no is heard as yes, or its delay is forgotten.
#include "proto/ack/ack_body.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(AckBody, KnowsEveryWord) {
  EXPECT_EQ(parse_ack_body("").kind, AckKind::kAck);
  EXPECT_EQ(parse_ack_body("+ACK").kind, AckKind::kAck);
  EXPECT_EQ(parse_ack_body("+OK").kind, AckKind::kAck);
  EXPECT_EQ(parse_ack_body("-NAK").kind, AckKind::kNak);
  EXPECT_EQ(parse_ack_body("+WPI").kind, AckKind::kProgress);
  EXPECT_EQ(parse_ack_body("+NXT").kind, AckKind::kNext);
  EXPECT_EQ(parse_ack_body("+TERM").kind, AckKind::kTerm);
  for (const std::string_view other : {"+ack", "ACK", "+WPIx", "-NA", " ", "+ACK "}) {
    EXPECT_EQ(parse_ack_body(other).kind, AckKind::kUnknown) << other;
  }
}

TEST(AckBody, ReadsTheDelayOfANak) {
  EXPECT_EQ(parse_ack_body(R"(-NAK {"delay":1500000000})").nak_delay, 1'500'000'000);
  EXPECT_EQ(parse_ack_body(R"(-NAK {"delay": 7 , "x": 1})").nak_delay, 7);
  EXPECT_EQ(parse_ack_body(R"(-NAK{"Delay": 7})").nak_delay, 7);
  EXPECT_EQ(parse_ack_body(R"(-NAK {"x": {"delay": 1}, "DELAY": 7})").nak_delay, 7);
  EXPECT_EQ(parse_ack_body(R"(-NAK {"delay": 9223372036854775807})").nak_delay, INT64_MAX);
  EXPECT_EQ(parse_ack_body("-NAK 10s").nak_delay, 10'000'000'000);
  EXPECT_EQ(parse_ack_body("-NAK 1m0.5s").nak_delay, 60'500'000'000);
  for (const std::string_view plain :
       {"-NAK", "-NAK ", "-NAK soon", "-NAK -5s", R"(-NAK {"delay":"5s"})", R"(-NAK {"delay":-1})",
        R"(-NAK {"delay":1)", "-NAK {", R"(-NAK {"delay":1.5})", R"(-NAK {"delay":1} x)",
        R"(-NAK {"delay":9223372036854775808})", R"(-NAK {"a":{"delay":1}})"}) {
    EXPECT_EQ(parse_ack_body(plain).kind, AckKind::kNak) << plain;
    EXPECT_EQ(parse_ack_body(plain).nak_delay, 0) << plain;
  }
}

TEST(AckBody, KeepsReasonAndRequest) {
  EXPECT_EQ(parse_ack_body("+TERM  bad input ").rest, "bad input");
  EXPECT_EQ(parse_ack_body("+NXT 5").rest, "5");
  EXPECT_EQ(parse_ack_body(R"(+NXT {"batch":1,"no_wait":true})").rest,
            R"({"batch":1,"no_wait":true})");
}

}  // namespace
}  // namespace leat
