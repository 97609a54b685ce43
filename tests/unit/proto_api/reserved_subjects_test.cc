// Wrong in the world: a client has the server send a request, an acknowledgement or an answer in
// the name of somebody who may do more than the client.
#include "proto/api/reserved_subjects.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(ReservedSubjects, DeliveriesGoNowhereThatMeansSomethingToServers) {
  for (const std::string_view subject :
       {"$JS.API", "$JS.API.INFO", "$JS.hub.API", "$JS.hub.API.STREAM.PURGE.S", "$JS.ACK",
        "$JS.ACK.S.C.1.2.3.4.5", "$JS.FC.S.C.x", "$JS.SNAPSHOT.ACK.x", "$JS.EVENT",
        "$JS.EVENT.ADVISORY.API", "_R_.x", "_GR_.a.b.c", "$GR.a"}) {
    EXPECT_TRUE(is_reserved_destination(subject)) << subject;
  }
  for (const std::string_view subject :
       {"$JS", "$JS.", "$JS.M.x", "$JS.S.x", "$JS.x.y", "$JS.APIX", "$JS.x.APIX", "$JS.x.y.API",
        "$SYS.x", "$KV.x", "_R_", "_GR_.", "_INBOX.a", "x.$JS.API", ""}) {
    EXPECT_FALSE(is_reserved_destination(subject)) << subject;
  }
}

TEST(ReservedSubjects, NoReplyIsUnderJetStream) {
  for (const std::string_view reply :
       {"$JS.x", "$JS.API.INFO", "$JS.ACK.x", "_R_.", "_R_.x", "_GR_.x", "$GR.x"}) {
    EXPECT_TRUE(is_reserved_reply(reply)) << reply;
  }
  for (const std::string_view reply : {"", "$JS", "$JS.", "$JSC.x", "_GR_.", "$GR.", "_INBOX.x"}) {
    EXPECT_FALSE(is_reserved_reply(reply)) << reply;
  }
}

}  // namespace
}  // namespace leat
