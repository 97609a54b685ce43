// Wrong would be: a server id that the nkey libraries of clients refuse.
#include "core/runtime/server_identity.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(ServerIdentity, TextHasPrefixLengthAndChecksum) {
  // An example key of the public documentation, taken apart and put together again.
  constexpr std::string_view kKey =
      "\xef\x4e\x44\x52\x4b\x72\xe4\x40\xf9\x6d\xae\x7b\xba\x23\x7c\x66\x66\xa4\x07\x01\xcb\x13\x65"
      "\xa4\x22\x44\xf8\x4e\x7a\x67\xda\xb1";
  EXPECT_EQ(nkey_text(0xA0, kKey), "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
}

TEST(ServerIdentity, EveryLifeHasItsOwnNames) {
  const ServerIdentity first = random_server_identity();
  const ServerIdentity second = random_server_identity();
  EXPECT_EQ(first.server_id.size(), 56U);
  EXPECT_EQ(first.server_id[0], 'N');
  EXPECT_EQ(first.xkey.size(), 56U);
  EXPECT_EQ(first.xkey[0], 'X');
  EXPECT_NE(first.server_id, second.server_id);
}

}  // namespace
}  // namespace leat
