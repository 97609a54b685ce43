// What would be wrong: a client cannot parse what it gets, or an -ERR has other words than it
// knows.
#include "proto/client/writer.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

template <typename Write>
std::string written(Write write) {
  ByteBuffer out(64);
  write(out);
  return std::string(out.filled());
}

TEST(ClientWriter, Deliveries) {
  EXPECT_EQ(written([](ByteBuffer& out) {
              write_delivery(out, {.subject = "foo", .sid = "1"}, "hello");
              write_delivery(out, {.subject = "foo", .sid = "1", .reply = "r"}, "");
              write_delivery(out, {.subject = "h", .sid = "a9", .header_bytes = 12},
                             "NATS/1.0\r\n\r\nbody");
              write_delivery(out, {.subject = "h", .sid = "1", .reply = "r", .header_bytes = 12},
                             "NATS/1.0\r\n\r\n");
            }),
            "MSG foo 1 5\r\nhello\r\nMSG foo 1 r 0\r\n\r\n"
            "HMSG h a9 12 16\r\nNATS/1.0\r\n\r\nbody\r\nHMSG h 1 r 12 12\r\nNATS/1.0\r\n\r\n\r\n");
}

TEST(ClientWriter, NoRespondersToTheByte) {
  EXPECT_EQ(
      written([](ByteBuffer& out) { write_no_responders(out, "_INBOX.a", "2", "nobody.here"); }),
      "HMSG _INBOX.a 2 43 43\r\nNATS/1.0 503\r\nNats-Subject: nobody.here\r\n\r\n\r\n");
}

TEST(ClientWriter, Words) {
  EXPECT_EQ(written([](ByteBuffer& out) {
              write_ok(out);
              write_ping(out);
              write_pong(out);
              write_error(out, "Invalid Subject");
              write_info(out, "{}");
            }),
            "+OK\r\nPING\r\nPONG\r\n-ERR 'Invalid Subject'\r\nINFO {} \r\n");
}

}  // namespace
}  // namespace leat
