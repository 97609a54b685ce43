// Wrong here: a direct get that answers another message than was asked for, counts wrongly what is
// left, or answers a contradictory request as if it had understood it.
#include "streams/host/direct_get.h"

#include "core/base/duration.h"
#include "tests/unit/streams_host/world.h"

namespace leat {
namespace {

class DirectGetTest : public World {
 protected:
  // s.a s.b s.a s.c s.b s.d, a second apart, and the fourth deleted.
  void make_six() {
    make_stream(orders());
    for (const char* subject : {"s.a", "s.b", "s.a", "s.c", "s.b", "s.d"}) {
      shard_.advance(kSecond);
      times_.push_back(format_time(shard_.wall_ns()));
      publish(subject, "1234567");
    }
    stream().propose(DeleteMessageCommand{.seq = StreamSeq(4)}, [](const CommandOutcome&) {});
    shard_.run();
  }
  static std::string value_of(const std::string& headers, const std::string& name) {
    const std::size_t at = headers.find(name + ": ");
    if (at == std::string::npos) return "-";
    const std::size_t begin = at + name.size() + 2;
    return headers.substr(begin, headers.find('\r', begin) - begin);
  }
  // The answers in short: `sequence/pending/last` of a message, `=payload` of one without headers,
  // `status/pending/last/up to` of an end of batch, other statuses in their words. `@n` in the
  // body is the time of message n.
  std::string answers(std::string body, std::string_view subject = {}) {
    for (std::size_t n = 1; n <= times_.size(); ++n) {
      const std::string sign = "@" + std::to_string(n);
      if (const std::size_t at = body.find(sign); at != std::string::npos) {
        body.replace(at, sign.size(), times_[n - 1]);
      }
    }
    std::string text;
    for (const Got& got : direct(body, subject)) {
      const std::string& headers = got.headers;
      if (!text.empty()) text += ' ';
      if (headers.empty()) {
        text += "=" + got.payload;
      } else if (headers.starts_with("NATS/1.0 204")) {
        text += "EOB/" + value_of(headers, "Nats-Num-Pending") + "/" +
                value_of(headers, "Nats-Last-Sequence") + "/" +
                value_of(headers, "Nats-UpTo-Sequence");
      } else if (headers.starts_with("NATS/1.0 ")) {
        text += headers.substr(9, headers.find('\r') - 9);
      } else {
        text += value_of(headers, "Nats-Sequence") + "/" + value_of(headers, "Nats-Num-Pending") +
                "/" + value_of(headers, "Nats-Last-Sequence");
      }
    }
    return text;
  }

  std::vector<std::string> times_;
};

TEST_F(DirectGetTest, AValueThatIsReplacedWhileItIsReadIsAnsweredByTheNewOne) {
  StreamConfig config = orders();
  config.max_msgs_per_subject = 1;
  make_stream(config);
  publish("s.a", "old");
  stop_and_restart();
  store_.is_slow = true;
  EXPECT_TRUE(direct("", "s.a").empty());
  EXPECT_EQ(store_.blocks_read, 1u);
  publish("s.a", "new");
  store_.go_on();
  shard_.run();
  const std::vector<Got> got = client_->take();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].payload, "new") << got[0].headers;
}

TEST_F(DirectGetTest, ShowsWhereTheMessageStands) {
  make_stream(orders());
  publish("s.a", "1");
  publish("s.b", "2", {}, "NATS/1.0\r\nK: v\r\n\r\n");
  publish("s.a", "3");
  const std::vector<Got> got = direct(R"({"seq":2})");
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].subject, "_INBOX.d");
  EXPECT_TRUE(got[0].headers.starts_with(
      "NATS/1.0\r\nK: v\r\nNats-Stream: S\r\nNats-Subject: s.b\r\nNats-Sequence: 2\r\n"
      "Nats-Time-Stamp: 2023-11-14T22:13:"))
      << got[0].headers;
  EXPECT_TRUE(got[0].headers.ends_with("Z\r\n\r\n"));
  EXPECT_EQ(got[0].payload, "2");
  EXPECT_EQ(direct(R"({"last_by_subj":"s.a"})")[0].payload, "3");
  EXPECT_EQ(direct("", "s.a")[0].payload, "3");
  EXPECT_EQ(direct(R"({"next_by_subj":"s.>","seq":3})")[0].payload, "3");
  const std::vector<Got> bare = direct(R"({"seq":1,"no_hdr":true})");
  EXPECT_EQ(bare[0].headers, "");
  EXPECT_EQ(bare[0].payload, "1");
}

TEST_F(DirectGetTest, RefusesInTheWordsOfTheSpec) {
  make_stream(orders());
  publish("s.a", "1");
  const auto status = [&](std::string_view body, std::string_view subject = {}) {
    const std::vector<Got> got = direct(body, subject);
    return got.size() == 1 ? got[0].headers : std::to_string(got.size()) + " answers";
  };
  EXPECT_EQ(status(R"({"seq":99})"), "NATS/1.0 404 Message Not Found\r\n\r\n");
  EXPECT_EQ(status("", "s.none"), "NATS/1.0 404 Message Not Found\r\n\r\n");
  EXPECT_EQ(status(R"({"multi_last":["x.y"]})"), "NATS/1.0 404 No Results\r\n\r\n");
  EXPECT_EQ(status(""), "NATS/1.0 408 Empty Request\r\n\r\n");
  EXPECT_EQ(status(R"({"seq":)"), "NATS/1.0 408 Malformed Request\r\n\r\n");
  EXPECT_EQ(status(R"({"seq":1,"last_by_subj":"s.a"})"), "NATS/1.0 408 Bad Request\r\n\r\n");
  EXPECT_EQ(status(R"({"batch":2,"last_by_subj":"s.a"})"), "NATS/1.0 408 Bad Request\r\n\r\n");
  EXPECT_EQ(status(R"({"seq":1})", "s.a"), "NATS/1.0 408 Bad Request\r\n\r\n");
  const std::vector<Got> level = publish("$JS.API.DIRECT.GET.S", R"({"seq":1})", "_INBOX.d",
                                         "NATS/1.0\r\nNats-Required-Api-Level: 9\r\n\r\n");
  EXPECT_EQ(level[0].headers, "NATS/1.0 412 Required Api Level\r\n\r\n");
}

TEST_F(DirectGetTest, InBatchesCountsDownAndEnds) {
  make_stream(orders());
  for (const char* subject : {"s.a", "s.b", "s.a", "s.c"}) publish(subject, subject);
  std::vector<Got> got = direct(R"({"seq":1,"batch":2})");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_TRUE(got[0].headers.ends_with("Nats-Num-Pending: 3\r\nNats-Last-Sequence: 0\r\n\r\n"));
  EXPECT_TRUE(got[1].headers.ends_with("Nats-Num-Pending: 2\r\nNats-Last-Sequence: 1\r\n\r\n"));
  EXPECT_EQ(got[2].headers,
            "NATS/1.0 204 EOB\r\nNats-Num-Pending: 2\r\nNats-Last-Sequence: 2\r\n\r\n");
  got = direct(R"({"next_by_subj":"s.a","seq":1,"batch":10})");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[2].headers,
            "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 3\r\n\r\n");
  got = direct(R"({"multi_last":["s.a","s.c"]})");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[2].headers,
            "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 4\r\n"
            "Nats-UpTo-Sequence: 4\r\n\r\n");
  got = direct(R"({"multi_last":["s.>"],"up_to_seq":2})");
  ASSERT_EQ(got.size(), 3u);
  EXPECT_TRUE(got[0].headers.find("Nats-Sequence: 1\r\n") != std::string::npos);
  EXPECT_TRUE(got[1].headers.find("Nats-Sequence: 2\r\n") != std::string::npos);
}

TEST_F(DirectGetTest, WithoutAllowDirectNobodyTakesADirectGet) {
  StreamConfig config = orders();
  config.allow_direct = false;
  make_stream(config);
  client_->publish("$JS.API.DIRECT.GET.S", R"({"seq":1})", "_INBOX.d");
  EXPECT_FALSE(client_->was_taken);
}

struct Asked {
  const char* body;
  const char* answers;
};

TEST_F(DirectGetTest, OneMessage) {
  make_six();
  const Asked all[] = {
      {R"({"seq":3})", "3/-/-"},
      {R"({"seq":4})", "404 Message Not Found"},
      {R"({"seq":0})", "408 Empty Request"},
      {R"({"last_by_subj":"s.*"})", "6/-/-"},
      {R"({"last_by_subj":"s.c"})", "404 Message Not Found"},
      {R"({"next_by_subj":"s.b"})", "2/-/-"},
      {R"({"next_by_subj":"s.b","seq":3})", "5/-/-"},
      {R"({"next_by_subj":"s.a","seq":4})", "404 Message Not Found"},
      {R"({"start_time":"@3"})", "3/-/-"},
      {R"({"start_time":"@4"})", "5/-/-"},
      {R"({"start_time":"@3","next_by_subj":"s.b"})", "5/-/-"},
      {R"({"start_time":"2099-01-01T00:00:00Z"})", "404 Message Not Found"},
      {R"({"start_time":"2099-01-01T00:00:00Z","next_by_subj":"s.b"})", "404 Message Not Found"},
      {R"({"seq":1,"no_hdr":true})", "=1234567"},
      {R"({"seq":1,"max_bytes":1})", "1/-/-"},
      {R"({"seq":1,"up_to_seq":1})", "1/-/-"},
  };
  for (const Asked& asked : all) EXPECT_EQ(answers(asked.body), asked.answers) << asked.body;
}

TEST_F(DirectGetTest, ABatchEndsByNumberBytesOrStream) {
  make_six();
  // A message counts ten bytes here: subject and payload as they are stored.
  const Asked all[] = {
      {R"({"seq":2,"batch":9})", "2/3/0 3/2/2 5/1/3 6/0/5 EOB/0/6/-"},
      {R"({"seq":4,"batch":1})", "5/1/0 EOB/1/5/-"},
      {R"({"batch":1,"start_time":"@3"})", "3/2/0 EOB/2/3/-"},
      {R"({"batch":1,"start_time":"2099-01-01T00:00:00Z"})", "404 Message Not Found"},
      {R"({"next_by_subj":"s.b","batch":9})", "2/1/0 5/0/2 EOB/0/5/-"},
      {R"({"next_by_subj":"s.b","seq":3,"batch":9})", "5/0/0 EOB/0/5/-"},
      {R"({"next_by_subj":"s.x","batch":9})", "404 Message Not Found"},
      {R"({"seq":7,"batch":9})", "404 Message Not Found"},
      {R"({"seq":1,"batch":9,"max_bytes":20})", "1/4/0 2/3/1 EOB/3/2/-"},
      {R"({"seq":1,"batch":9,"max_bytes":21})", "1/4/0 2/3/1 3/2/2 EOB/2/3/-"},
      {R"({"seq":1,"batch":9,"max_bytes":-1})", "1/4/0 EOB/4/1/-"},
      {R"({"seq":1,"batch":-1})", "EOB/5/0/-"},
      {R"({"seq":7,"batch":-1})", "EOB/0/0/-"},
      {R"({"seq":5,"batch":9,"no_hdr":true})", "=1234567 =1234567 EOB/0/6/-"},
  };
  for (const Asked& asked : all) EXPECT_EQ(answers(asked.body), asked.answers) << asked.body;
}

TEST_F(DirectGetTest, TheLastOfSeveralAsOfThen) {
  make_six();
  const Asked all[] = {
      {R"({"multi_last":["s.>"]})", "3/2/0 5/1/3 6/0/5 EOB/0/6/6"},
      {R"({"multi_last":["s.a","s.a"]})", "3/0/0 EOB/0/3/6"},
      {R"({"multi_last":["s.*"],"batch":1})", "3/2/0 EOB/2/3/6"},
      {R"({"multi_last":["s.*"],"batch":-1})", "3/2/0 5/1/3 6/0/5 EOB/0/6/6"},
      {R"({"multi_last":["s.*"],"max_bytes":1})", "3/2/0 EOB/2/3/6"},
      {R"({"multi_last":["s.a"],"no_hdr":true})", "3/0/0 EOB/0/3/6"},
      {R"({"multi_last":["s.*"],"seq":5})", "5/1/0 6/0/5 EOB/0/6/6"},
      {R"({"multi_last":["s.*"],"seq":9})", "EOB/0/0/6"},
      {R"({"multi_last":["s.*"],"start_time":"@6"})", "3/2/0 5/1/3 6/0/5 EOB/0/6/6"},
      {R"({"multi_last":["s.*"],"up_to_seq":2})", "1/1/0 2/0/1 EOB/0/2/2"},
      {R"({"multi_last":["s.*"],"up_to_seq":4})", "2/1/0 3/0/2 EOB/0/3/4"},
      {R"({"multi_last":["s.*"],"up_to_seq":7})", "404 No Results"},
      {R"({"multi_last":["s.*"],"up_to_time":"@3"})", "1/1/0 2/0/1 EOB/0/2/2"},
      {R"({"multi_last":["s.*"],"up_to_time":"@1"})", "404 No Results"},
      {R"({"multi_last":["s.*"],"up_to_time":"2099-01-01T00:00:00Z"})",
       "3/2/0 5/1/3 6/0/5 EOB/0/6/6"},
      {R"({"multi_last":["s.x"]})", "404 No Results"},
  };
  for (const Asked& asked : all) EXPECT_EQ(answers(asked.body), asked.answers) << asked.body;
}

TEST_F(DirectGetTest, Contradictions) {
  make_six();
  const char* const all[] = {
      R"({"seq":1,"last_by_subj":"s.a"})",
      R"({"seq":1,"start_time":"@1"})",
      R"({"last_by_subj":"s.a","start_time":"@1"})",
      R"({"last_by_subj":"s.a","next_by_subj":"s.a"})",
      R"({"last_by_subj":"s.a","batch":1})",
      R"({"last_by_subj":"s.a","multi_last":["s.a"]})",
      R"({"next_by_subj":"s.a","multi_last":["s.a"]})",
      R"({"multi_last":["s.a"],"up_to_seq":1,"up_to_time":"@1"})",
  };
  for (const char* body : all) EXPECT_EQ(answers(body), "408 Bad Request") << body;
}

TEST_F(DirectGetTest, BehindASubjectTheBodySelectsNothingElse) {
  make_six();
  for (const char* body :
       {"", "{}", R"({"max_bytes":1})", R"({"seq":0})", R"({"multi_last":[]})"}) {
    EXPECT_EQ(answers(body, "s.a"), "3/-/-") << body;
  }
  EXPECT_EQ(answers(R"({"no_hdr":true})", "s.a"), "=1234567");
  for (const char* body :
       {R"({"seq":1})", R"({"batch":1})", R"({"batch":-1})", R"({"last_by_subj":"s.a"})",
        R"({"next_by_subj":"s.a"})", R"({"multi_last":["s.a"]})", R"({"start_time":"@1"})",
        R"({"up_to_seq":1})", R"({"up_to_time":"@1"})"}) {
    EXPECT_EQ(answers(body, "s.a"), "408 Bad Request") << body;
  }
}

TEST_F(DirectGetTest, MoreSubjectsThanAnAnswerHoldsAreRefused) {
  make_stream(orders());
  for (int i = 0; i < 1025; ++i) client_->publish("s." + std::to_string(i), "x");
  shard_.run();
  EXPECT_EQ(answers(R"({"multi_last":["s.*"]})"), "413 Too Many Results");
  EXPECT_EQ(answers(R"({"multi_last":["s.*"],"seq":1025})"), "413 Too Many Results");
  EXPECT_EQ(direct(R"({"multi_last":["s.*"],"up_to_seq":1024})").size(), 1025u);
}

TEST_F(DirectGetTest, ABatchReachesOverBlocksThatAreOnlyInTheStore) {
  make_stream(orders());
  const std::string large(200'000, 'x');
  for (int i = 0; i < 12; ++i) client_->publish("s.a", large);
  shard_.run();
  stop_and_restart();
  EXPECT_EQ(answers(R"({"seq":1,"batch":3})"), "1/11/0 2/10/1 3/9/2 EOB/9/3/-");
  EXPECT_EQ(direct(R"({"seq":1,"batch":20})").size(), 13u);
}

}  // namespace
}  // namespace leat
