// If these fail, requests, pulls or acknowledgements reach the wrong stream, or nobody.
#include "proto/api/js_subject.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

TEST(JsSubject, SplitsEveryShape) {
  struct Case {
    std::string_view subject;
    JsEndpoint endpoint;
    std::string_view stream;
    std::string_view consumer;
    std::string_view rest;
  };
  const Case cases[] = {
      {"$JS.API.INFO", JsEndpoint::kInfo, "", "", ""},
      {"$JS.API.STREAM.NAMES", JsEndpoint::kStreamNames, "", "", ""},
      {"$JS.API.STREAM.CREATE.ORD", JsEndpoint::kStreamCreate, "ORD", "", ""},
      {"$JS.API.STREAM.CREATE.a/b", JsEndpoint::kStreamCreate, "a/b", "", ""},
      {"$JS.API.STREAM.MSG.GET.ORD", JsEndpoint::kStreamMsgGet, "ORD", "", ""},
      {"$JS.API.CONSUMER.CREATE.C", JsEndpoint::kConsumerCreate, "C", "", ""},
      {"$JS.API.CONSUMER.CREATE.C.work", JsEndpoint::kConsumerCreate, "C", "work", ""},
      {"$JS.API.CONSUMER.CREATE.C.work.c.>", JsEndpoint::kConsumerCreate, "C", "work", "c.>"},
      {"$JS.API.CONSUMER.DURABLE.CREATE.C.old", JsEndpoint::kConsumerDurableCreate, "C", "old", ""},
      {"$JS.API.CONSUMER.MSG.NEXT.C.work", JsEndpoint::kConsumerMsgNext, "C", "work", ""},
      {"$JS.API.DIRECT.GET.KV_b", JsEndpoint::kDirectGet, "KV_b", "", ""},
      {"$JS.API.DIRECT.GET.KV_b.$KV.b.key", JsEndpoint::kDirectGet, "KV_b", "", "$KV.b.key"},
      {"$JS.API.STREAM.SNAPSHOT.S", JsEndpoint::kStreamSnapshot, "S", "", ""},
      {"$JS.API.CONSUMER.PEER.REMOVE.S.C", JsEndpoint::kConsumerPeerRemove, "S", "C", ""},
      {"$JS.API.META.LEADER.STEPDOWN", JsEndpoint::kSystemOnly, "", "", "LEADER.STEPDOWN"},
      {"$JS.ACK.S.C.1.22.3.1700000000000000000.4", JsEndpoint::kAck, "S", "C",
       "1.22.3.1700000000000000000.4"},
      {"$JS.ACK._.hash.S.C.1.22.3.1700.4", JsEndpoint::kAck, "S", "C", "1.22.3.1700.4"},
      {"$JS.ACK._.hash.S.C.1.22.3.1700.4.more", JsEndpoint::kAck, "S", "C", "1.22.3.1700.4.more"},
      {"$JS.FC.S.C.a1B2", JsEndpoint::kFlowControl, "S", "C", "a1B2"},
      {"$JS.FC._.hash.S.C.a1B2", JsEndpoint::kFlowControl, "S", "C", "a1B2"},
  };
  for (const Case& c : cases) {
    const JsSubject got = parse_js_subject(c.subject);
    EXPECT_EQ(got.endpoint, c.endpoint) << c.subject;
    EXPECT_EQ(got.stream, c.stream) << c.subject;
    EXPECT_EQ(got.consumer, c.consumer) << c.subject;
    EXPECT_EQ(got.rest, c.rest) << c.subject;
  }
}

TEST(JsSubject, WrongTokenCountsAreNoEndpoint) {
  for (const std::string_view subject :
       {"$JS.API.NOPE", "$JS.API.INFO.x", "$JS.API.STREAM.CREATE", "$JS.API.STREAM.CREATE.a.b",
        "$JS.API.STREAM.NAMES.x", "$JS.API.CONSUMER.INFO.S", "$JS.API.CONSUMER.INFO.S.C.D",
        "$JS.API.CONSUMER.CREATE", "$JS.API.DIRECT.GET", "$JS.API.STREAM.INFOX.S"}) {
    const JsSubject got = parse_js_subject(subject);
    EXPECT_EQ(got.endpoint, JsEndpoint::kUnknown) << subject;
    EXPECT_EQ(got.stream, "") << subject;
  }
}

TEST(JsSubject, OtherSubjectsAreNotJetStream) {
  for (const std::string_view subject :
       {"", "$JS", "$JS.", "$JS.API", "orders.new", "$JS.ACK", "$JS.ACK.S.C.1.2.3.4",
        "$JS.ACK.a.b.c.d.e.f.g.h", "$JS.FC.S.C", "$JS.EVENT.ADVISORY.API"}) {
    EXPECT_EQ(parse_js_subject(subject).endpoint, JsEndpoint::kNone) << subject;
  }
}

TEST(JsSubject, EveryAnsweredEndpointHasItsType) {
  EXPECT_EQ(response_type(JsEndpoint::kInfo), "io.nats.jetstream.api.v1.account_info_response");
  EXPECT_EQ(response_type(JsEndpoint::kConsumerDurableCreate),
            "io.nats.jetstream.api.v1.consumer_create_response");
  EXPECT_EQ(response_type(JsEndpoint::kStreamPeerRemove),
            "io.nats.jetstream.api.v1.stream_remove_peer_response");
  EXPECT_EQ(response_type(JsEndpoint::kConsumerMsgNext), "");
  EXPECT_EQ(endpoint_name(JsEndpoint::kStreamSnapshot), "STREAM.SNAPSHOT");
}

}  // namespace
}  // namespace leat
