// What would be wrong: tools that read the monitoring port of NATS find other fields, figures or
// words of errors here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/monitor/accountz.h"
#include "core/monitor/connz.h"
#include "core/monitor/healthz.h"
#include "core/monitor/jsz.h"
#include "core/monitor/pages.h"
#include "core/monitor/varz.h"
#include "proto/json/json_reader.h"

namespace leat {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr WallNs kStart = 1'700'000'000'000'000'000;
constexpr DurationNs kSecond = 1'000'000'000;

using Query = std::vector<std::pair<std::string, std::string>>;

MonitorFacts facts(ServerOptions options = {}) {
  MonitorFacts out;
  out.options = std::make_shared<const ServerOptions>(std::move(options));
  out.server.server_id = "NID";
  out.server.server_name = "m";
  out.server.host = "0.0.0.0";
  out.server.port = 4222;
  out.store_dir = "/d/jetstream";
  out.jetstream_accounts = {"$G"};
  out.start = kStart;
  out.config_loaded = kStart;
  return out;
}

HttpRequest request(Query query) { return HttpRequest{.path = "/x", .query = std::move(query)}; }

ConnectionSnapshot connection(std::uint64_t cid, const std::string& user, std::uint64_t sent) {
  ConnectionSnapshot out;
  out.cid = ConnectionId(cid);
  out.ip = "127.0.0.1";
  out.port = 5000;
  out.start = kStart + static_cast<WallNs>(cid) * kSecond;
  out.last_activity = out.start;
  out.user = user;
  out.account = user.empty() ? "$G" : "A";
  out.in.messages = sent;
  return out;
}

SubscriptionSnapshot subscription(const std::string& subject, const std::string& queue) {
  SubscriptionSnapshot out;
  out.subject = subject;
  out.queue = queue;
  out.sid = "1";
  return out;
}

std::string connz_of(const Query& query, MonitorSnapshot snapshot) {
  const Result<ConnzQuery> parsed = parse_connz_query(request(query));
  if (!parsed) return parsed.error().text;
  return connz_json(facts(), *parsed, std::move(snapshot), kStart + 100 * kSecond);
}

MonitorSnapshot three_connections() {
  MonitorSnapshot snapshot;
  snapshot.open = {connection(3, "b", 5), connection(1, "", 9), connection(2, "a", 7)};
  return snapshot;
}

// The cids in the order in which they stand in the page.
std::vector<int> cids(const std::string& page) {
  std::vector<int> out;
  std::size_t at = 0;
  while ((at = page.find("\"cid\": ", at)) != std::string::npos) {
    out.push_back(std::atoi(page.c_str() + at + 7));
    ++at;
  }
  return out;
}

TEST(Connz, SortsFiltersAndPages) {
  EXPECT_EQ(cids(connz_of({}, three_connections())), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(cids(connz_of({{"sort", "msgs_from"}}, three_connections())),
            (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(cids(connz_of({{"sort", "last"}}, three_connections())), (std::vector<int>{3, 2, 1}));
  EXPECT_EQ(cids(connz_of({{"limit", "1"}, {"offset", "1"}}, three_connections())),
            std::vector<int>{2});
  EXPECT_EQ(cids(connz_of({{"offset", "9"}}, three_connections())), std::vector<int>{});
  EXPECT_EQ(cids(connz_of({{"cid", "3"}}, three_connections())), std::vector<int>{3});
  EXPECT_EQ(cids(connz_of({{"user", "a"}}, three_connections())), std::vector<int>{2});
  EXPECT_EQ(cids(connz_of({{"acc", "A"}}, three_connections())), (std::vector<int>{2, 3}));
  EXPECT_THAT(connz_of({{"limit", "2"}}, three_connections()),
              HasSubstr("\"num_connections\": 2,\n  \"total\": 3,\n  \"offset\": 0,\n"));
}

// Connections 1 to 3; 1 has lived longest, 2 shortest though it came before 3, and is closed.
MonitorSnapshot lives() {
  MonitorSnapshot snapshot = three_connections();
  snapshot.closed = {snapshot.open[2]};
  snapshot.open.pop_back();
  snapshot.closed[0].stop = snapshot.closed[0].start + kSecond;
  return snapshot;
}

TEST(Connz, TheShortestLifeIsFirstByUptime) {
  EXPECT_EQ(cids(connz_of({{"sort", "uptime"}}, three_connections())), (std::vector<int>{3, 2, 1}));
  EXPECT_EQ(cids(connz_of({{"sort", "uptime"}, {"state", "any"}}, lives())),
            (std::vector<int>{2, 3, 1}));
  EXPECT_EQ(cids(connz_of({{"sort", "idle"}}, three_connections())), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(cids(connz_of({{"sort", "start"}}, three_connections())), (std::vector<int>{1, 2, 3}));
}

TEST(Connz, ConnectionsThatAreAlikeAreInTheOrderOfTheSort) {
  for (const char* descending : {"subs", "pending", "msgs_to", "bytes_to", "bytes_from", "rtt"}) {
    EXPECT_EQ(cids(connz_of({{"sort", descending}}, three_connections())),
              (std::vector<int>{3, 2, 1}))
        << descending;
  }
  MonitorSnapshot closed;
  closed.closed = three_connections().open;
  EXPECT_EQ(cids(connz_of({{"sort", "reason"}, {"state", "closed"}}, closed)),
            (std::vector<int>{1, 2, 3}));
}

TEST(Connz, TheTotalIsOfWhatTheFiltersLetThrough) {
  const auto total = [](const Query& query) {
    const std::string page = connz_of(query, three_connections());
    return std::atoi(page.c_str() + page.find("\"total\": ") + 9);
  };
  EXPECT_EQ(total({}), 3);
  EXPECT_EQ(total({{"cid", "3"}}), 1);
  EXPECT_EQ(total({{"cid", "9"}}), 0);
  EXPECT_EQ(total({{"user", "a"}}), 1);
  EXPECT_EQ(total({{"acc", "A"}, {"limit", "1"}}), 2);
  EXPECT_EQ(total({{"cid", "3"}, {"user", "a"}}), 0);
  EXPECT_EQ(total({{"mqtt_client", "m"}}), 0);
}

// An open connection is not looked for among the closed ones, nor the other way round.
TEST(Connz, ACidKeepsTheStateThatWasAskedFor) {
  const Result<ConnzQuery> open = parse_connz_query(request({{"cid", "3"}}));
  EXPECT_TRUE(open->wants_open() && !open->wants_closed());
  const Result<ConnzQuery> any = parse_connz_query(request({{"cid", "3"}, {"state", "ALL"}}));
  EXPECT_TRUE(any->wants_open() && any->wants_closed());
  EXPECT_EQ(connz_of({{"cid", "-1"}}, {}),
            "Error decoding uint64 for 'cid': strconv.ParseUint: parsing \"-1\": invalid syntax");
}

TEST(Connz, AnUnknownAccountHasNoList) {
  Result<ConnzQuery> query = parse_connz_query(request({{"acc", "zz"}}));
  query->is_known_account = false;
  const std::string page = connz_json(facts(), *query, MonitorSnapshot(), kStart);
  EXPECT_THAT(page, HasSubstr("\"server_id\": \"\""));
  EXPECT_THAT(page, HasSubstr("\"connections\": null\n}"));
}

TEST(Connz, FieldsOfAConnection) {
  MonitorSnapshot snapshot;
  ConnectionSnapshot one = connection(7, "u", 3);
  one.rtt_ns = 741'000;
  one.name = "n";
  one.subscription_count = 1;
  one.subscriptions = {subscription("x.>", "q")};
  snapshot.open = {one};
  const std::string plain = connz_of({}, snapshot);
  EXPECT_THAT(plain, HasSubstr("      \"cid\": 7,\n      \"kind\": \"Client\",\n      \"type\": "
                               "\"nats\",\n      \"ip\": \"127.0.0.1\",\n"));
  EXPECT_THAT(plain, HasSubstr("\"rtt\": \"741µs\",\n      \"uptime\": \"1m33s\",\n"));
  EXPECT_THAT(plain, Not(HasSubstr("authorized_user")));
  EXPECT_THAT(plain, Not(HasSubstr("subscriptions_list")));
  EXPECT_THAT(plain, Not(HasSubstr("\"stop\"")));
  const std::string detail = connz_of({{"subs", "Detail"}, {"auth", "true"}}, snapshot);
  EXPECT_THAT(detail, HasSubstr("\"authorized_user\": \"u\",\n      \"account\": \"A\",\n"));
  EXPECT_THAT(detail, HasSubstr("\"subject\": \"x.\\u003e\",\n          \"qgroup\": \"q\",\n"));
  EXPECT_THAT(detail, HasSubstr("\"name_tag\": \"A\""));
  EXPECT_THAT(connz_of({{"subs", "1"}}, snapshot),
              HasSubstr("\"subscriptions_list\": [\n        \"x.\\u003e\"\n      ]"));
}

TEST(Connz, ClosedConnectionsSayWhyAndWhen) {
  MonitorSnapshot snapshot;
  ConnectionSnapshot one = connection(1, "", 0);
  one.stop = one.start + 5 * kSecond;
  one.reason = CloseReason::kClientClosed;
  snapshot.closed = {one};
  const std::string page = connz_of({{"state", "closed"}, {"sort", "stop"}}, snapshot);
  EXPECT_THAT(page, HasSubstr("\"reason\": \"Client Closed\""));
  EXPECT_THAT(page, HasSubstr("\"uptime\": \"5s\""));
}

TEST(Connz, MistakesOfAQuery) {
  EXPECT_EQ(connz_of({{"sort", "foo"}}, {}), "invalid sorting option: foo");
  EXPECT_EQ(connz_of({{"sort", "stop"}}, {}), "sort by stop only valid on closed connections");
  EXPECT_EQ(connz_of({{"limit", "x"}}, {}),
            "Error decoding int for 'limit': strconv.Atoi: parsing \"x\": invalid syntax");
  EXPECT_EQ(connz_of({{"state", "foo"}}, {}), "Error decoding state for foo");
  EXPECT_EQ(connz_of({{"subs", "foo"}}, {}),
            "Error decoding boolean for 'subs': strconv.ParseBool: parsing \"foo\": invalid "
            "syntax");
}

TEST(Varz, FieldsAndFigures) {
  ServerOptions options;
  options.server_tags = {"a:b"};
  options.config_digest = "sha256:00";
  MonitorFacts about = facts(options);
  about.auth_required = true;
  MonitorSnapshot snapshot;
  snapshot.counts.in.messages = 6;
  snapshot.counts.in.bytes = 611;
  snapshot.counts.slow_consumers_pending = 2;
  snapshot.router_subscriptions = 9;
  ProcessFigures figures;
  figures.open_connections = 1;
  figures.total_connections = 4;
  figures.http_requests = {{"/varz", 1}};
  figures.disk_waits = {.waiting = 1, .waits = 4, .wait_ns = 900, .wait_ns_max = 500};
  const std::string page = varz_json(about, snapshot, figures, kStart + 3661 * kSecond);
  ASSERT_TRUE(parse_json(page)) << page;
  for (const char* field :
       {"\"server_id\": \"NID\"",
        "\"server_name\": \"m\"",
        "\"port\": 4222",
        "\"auth_required\": true",
        "\"max_connections\": 65536",
        "\"ping_interval\": 120000000000",
        "\"auth_timeout\": 2,",
        "\"max_payload\": 1048576",
        "\"jetstream\": {},",
        "\"uptime\": \"1h1m1s\"",
        "\"in_msgs\": 6",
        "\"in_bytes\": 611",
        "\"slow_consumers\": 2",
        "\"connections\": 1",
        "\"total_connections\": 4",
        "\"subscriptions\": 9",
        "\"config_digest\": \"sha256:00\"",
        "\"a:b\"",
        "\"system_account\": \"$SYS\"",
        "\"/varz\": 1",
        "\"disk_io_wait_stats\": {\n    \"waiters\": 1,\n    \"waits\": 4,\n    "
        "\"wait_time\": 900,\n    \"max_wait_time\": 500\n  }"}) {
    EXPECT_THAT(page, HasSubstr(field));
  }
}

MonitorSnapshot one_stream() {
  MonitorSnapshot snapshot;
  AccountPart part;
  part.file_bytes = 38;
  part.streams = 1;
  part.consumers = 1;
  part.messages = 1;
  part.bytes = 38;
  part.api_total = 5;
  StreamPart stream;
  stream.info.config.name = "s1";
  stream.info.created = kStart;
  stream.info.state.messages = 1;
  ConsumerInfo consumer;
  consumer.stream_name = "s1";
  consumer.name = "c1";
  consumer.num_pending = 1;
  stream.consumers = {consumer};
  part.stream_parts = {stream};
  snapshot.jetstream["$G"] = part;
  return snapshot;
}

MonitorFacts jetstream_facts() {
  ServerOptions options;
  options.jetstream.enabled = true;
  options.jetstream.memory_bytes_max = 64;
  return facts(options);
}

MonitorGeneration jetstream_generation() {
  return {.facts = std::make_shared<const MonitorFacts>(jetstream_facts()),
          .accounts = AccountTable::first(std::vector<std::string>{"A"})};
}

std::string jsz_of(const Query& query) {
  const Result<JszQuery> parsed = parse_jsz_query(request(query));
  if (!parsed) return parsed.error().text;
  return jsz_json(jetstream_facts(), *parsed, one_stream(), kStart);
}

TEST(Jsz, TotalsAndDetails) {
  const std::string totals = jsz_of({});
  ASSERT_TRUE(parse_json(totals)) << totals;
  EXPECT_THAT(totals, HasSubstr("\"storage\": 38"));
  EXPECT_THAT(totals, HasSubstr("\"store_dir\": \"/d/jetstream\""));
  EXPECT_THAT(totals, HasSubstr("\"sync_always\": true"));
  EXPECT_THAT(totals, HasSubstr("\"default_max_consumers\": 1000"));
  EXPECT_THAT(totals, HasSubstr("\"streams\": 1,\n  \"consumers\": 1,\n  \"messages\": 1,\n"));
  EXPECT_THAT(totals, Not(HasSubstr("account_details")));
  EXPECT_THAT(jsz_of({{"accounts", "1"}}), Not(HasSubstr("stream_detail")));
  const std::string streams = jsz_of({{"streams", "true"}});
  EXPECT_THAT(streams, HasSubstr("\"stream_detail\""));
  EXPECT_THAT(streams, HasSubstr("\"last_ts\": \"0001-01-01T00:00:00Z\""));
  EXPECT_THAT(streams, Not(HasSubstr("consumer_detail")));
  EXPECT_THAT(streams, Not(HasSubstr("\"retention\"")));
  const std::string all = jsz_of({{"consumers", "1"}, {"config", "1"}});
  ASSERT_TRUE(parse_json(all)) << all;
  EXPECT_THAT(all, HasSubstr("\"stream_name\": \"s1\""));
  EXPECT_THAT(all, HasSubstr("\"retention\""));
  EXPECT_THAT(jsz_of({{"acc", "zz"}}), Not(HasSubstr("account_details")));
}

TEST(Jsz, WithoutJetStreamItSaysSo) {
  const std::string page = jsz_json(facts(), JszQuery(), MonitorSnapshot(), kStart);
  EXPECT_THAT(page, HasSubstr("\"disabled\": true"));
  EXPECT_THAT(page, HasSubstr("\"config\": {\n    \"max_memory\": 0,\n    \"max_storage\": 0\n"));
}

struct Health {
  Query query;
  int status;
  const char* body;
};

TEST(Healthz, InAllItsForms) {
  const Health table[] = {
      {{}, 200, R"({"status":"ok"})"},
      {{{"js-enabled-only", "1"}}, 200, R"({"status":"ok"})"},
      {{{"account", "$G"}, {"stream", "s1"}, {"consumer", "c1"}}, 200, R"({"status":"ok"})"},
      {{{"account", "zz"}},
       404,
       R"({"status":"unavailable","error":"JetStream account \"zz\" not found"})"},
      {{{"account", "$G"}, {"stream", "zz"}},
       404,
       R"({"status":"unavailable","error":"JetStream stream \"zz\" not found on account \"$G\""})"},
      {{{"account", "$G"}, {"stream", "s1"}, {"consumer", "zz"}},
       404,
       R"({"status":"unavailable","error":"JetStream consumer \"zz\" not found for stream \"s1\" on account \"$G\""})"},
      {{{"stream", "s1"}},
       400,
       R"({"status":"error","error":"\"account\" must not be empty when checking stream health"})"},
      {{{"consumer", "c"}},
       400,
       R"({"status":"error","error":"\"stream\" must not be empty when checking consumer health"})"},
      {{{"account", "$G"}, {"stream", "zz"}, {"details", "1"}},
       404,
       R"({"status":"error","errors":[{"type":"STREAM","account":"$G","stream":"zz","error":"JetStream stream \"zz\" not found on account \"$G\""}]})"},
  };
  for (const Health& row : table) {
    const Result<HealthzQuery> query = parse_healthz_query(request(row.query));
    ASSERT_TRUE(query);
    const HttpResponse response = healthz_response(jetstream_generation(), *query, one_stream());
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.body, row.body);
  }
  MonitorSnapshot full;
  full.room = DiskRoom::kExhausted;
  const HttpResponse response = healthz_response(jetstream_generation(), HealthzQuery(), full);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(
      response.body,
      R"({"status":"unavailable","error":"JetStream disk is full: only removals are written until there is room"})");
  // Without JetStream there is nothing that could be missing.
  HealthzQuery query;
  query.account = "zz";
  const MonitorGeneration without{.facts = std::make_shared<const MonitorFacts>(facts()),
                                  .accounts = AccountTable::first({})};
  EXPECT_EQ(healthz_response(without, query, MonitorSnapshot()).status, 200);
  EXPECT_FALSE(parse_healthz_query(request({{"details", "x"}})));
}

TEST(Healthz, EveryDamagedStreamIsNamed) {
  MonitorSnapshot damaged = one_stream();
  const AccountId global = jetstream_generation().accounts->global();
  damaged.damages.push_back({.account = global,
                             .stream = "gone",
                             .text = "a table",
                             .extent = StreamDamage::Extent::kAll});
  damaged.damages.push_back(
      {.account = global, .stream = "s1", .text = "messages 1 to 2 (2) are lost: x"});
  const auto ask = [&damaged](const Query& words) {
    const Result<HealthzQuery> query = parse_healthz_query(request(words));
    const HttpResponse response = healthz_response(jetstream_generation(), *query, damaged);
    EXPECT_EQ(response.status, 503);
    return response.body;
  };
  EXPECT_EQ(
      ask({}),
      R"({"status":"unavailable","error":"JetStream stream \"gone\" is offline: a table; and 1 more, all are told with details=true"})");
  EXPECT_EQ(
      ask({{"details", "1"}}),
      R"({"status":"error","errors":[{"type":"STREAM","stream":"gone","error":"JetStream stream \"gone\" is offline: a table"},{"type":"STREAM","stream":"s1","error":"JetStream stream \"s1\": messages 1 to 2 (2) are lost: x"}]})");
  EXPECT_EQ(ask({{"account", "$G"}, {"stream", "gone"}}),
            R"({"status":"unavailable","error":"JetStream stream \"gone\" is offline: a table"})");
  // What another account has lost is no matter of this one.
  damaged.jetstream["A"] = {};
  const auto status = [&damaged](const Query& words) {
    return healthz_response(jetstream_generation(), *parse_healthz_query(request(words)), damaged)
        .status;
  };
  EXPECT_EQ(status({{"account", "$G"}}), 503);
  EXPECT_EQ(status({{"account", "A"}}), 200);
  EXPECT_EQ(status({{"account", "A"}, {"stream", "gone"}}), 404);
}

TEST(Pages, SubscriptionsThatMatchASubject) {
  MonitorSnapshot snapshot;
  snapshot.open = {connection(1, "", 0)};
  snapshot.open[0].subscriptions = {subscription("a.>", ""), subscription("b", "")};
  const Result<SubszQuery> query = parse_subsz_query(request({{"subs", "1"}, {"test", "a.b"}}));
  ASSERT_TRUE(query);
  const std::string page = subsz_json(facts(), *query, snapshot, kStart);
  EXPECT_THAT(page, HasSubstr("\"total\": 1"));
  EXPECT_THAT(page, HasSubstr("\"subject\": \"a.\\u003e\""));
  EXPECT_THAT(page, Not(HasSubstr("\"subject\": \"b\"")));
  const Result<SubszQuery> wrong = parse_subsz_query(request({{"test", "a..b"}}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().text, "invalid test subject, must be valid publish subject: a..b");
}

TEST(Pages, SubscriptionsAreInOneOrderAndFigured) {
  MonitorSnapshot snapshot;
  snapshot.interest = {.subscriptions = 3,
                       .inserts = 5,
                       .removes = 2,
                       .matches = 8,
                       .cache_hits = 6,
                       .remembered = 2,
                       .fanout_sum = 5,
                       .fanout_max = 4};
  snapshot.open = {connection(2, "", 0), connection(1, "", 0)};
  snapshot.open[0].subscriptions = {subscription("b", ""), subscription("a", "")};
  snapshot.open[1].subscriptions = {subscription("c", "")};
  const std::string page =
      subsz_json(facts(), *parse_subsz_query(request({{"subs", "1"}})), snapshot, kStart);
  EXPECT_THAT(page, HasSubstr("  \"num_subscriptions\": 3,\n  \"num_cache\": 2,\n"
                              "  \"num_inserts\": 5,\n  \"num_removes\": 2,\n"
                              "  \"num_matches\": 8,\n  \"cache_hit_rate\": 0.75,\n"
                              "  \"max_fanout\": 4,\n  \"avg_fanout\": 2.5,\n"));
  EXPECT_LT(page.find("\"subject\": \"c\""), page.find("\"subject\": \"a\""));
  EXPECT_LT(page.find("\"subject\": \"a\""), page.find("\"subject\": \"b\""));
  // No list rather than an empty one.
  const auto beyond = parse_subsz_query(request({{"subs", "1"}, {"offset", "9"}}));
  const std::string empty = subsz_json(facts(), *beyond, snapshot, kStart);
  EXPECT_THAT(empty, Not(HasSubstr("subscriptions_list")));
  EXPECT_THAT(empty, HasSubstr("\"total\": 3"));
}

MonitorGeneration generation_with_a() {
  const std::vector<std::string> names = {"A"};
  auto shown = facts();
  shown.jetstream_accounts = {"A"};
  return {.facts = std::make_shared<const MonitorFacts>(std::move(shown)),
          .accounts = AccountTable::first(names)};
}

TEST(Accountz, NamesAllAndShowsOne) {
  const MonitorGeneration generation = generation_with_a();
  EXPECT_THAT(accounts_json(generation, kStart),
              HasSubstr("\"system_account\": \"$SYS\",\n  \"accounts\": [\n    \"$G\",\n    "
                        "\"$SYS\",\n    \"A\"\n  ]"));
  MonitorSnapshot snapshot;
  snapshot.traffic[generation.accounts->find("A")] = {.connections = 2, .subscriptions = 3};
  const std::string page = account_json(generation, "A", snapshot, kStart);
  EXPECT_THAT(page, HasSubstr("\"account_name\": \"A\""));
  EXPECT_THAT(page, HasSubstr("\"jetstream_enabled\": true"));
  EXPECT_THAT(page, HasSubstr("\"client_connections\": 2,\n    \"subscriptions\": 3"));
  EXPECT_THAT(page, Not(HasSubstr("is_system")));
  EXPECT_THAT(account_json(generation, "$SYS", snapshot, kStart), HasSubstr("\"is_system\": true"));
}

TEST(Accstatz, ThoseWithoutConnectionsOnlyWhenAskedFor) {
  const MonitorGeneration generation = generation_with_a();
  MonitorSnapshot snapshot;
  AccountTraffic& traffic = snapshot.traffic[generation.accounts->find("A")];
  traffic = {.connections = 1, .in = {.messages = 4, .bytes = 40}, .slow_consumers = 1};
  const std::string page = accstatz_json(generation, AccstatzShown::kConnected, snapshot, kStart);
  EXPECT_THAT(page, HasSubstr("\"acc\": \"A\""));
  EXPECT_THAT(page, HasSubstr("\"received\": {\n        \"msgs\": 4,\n        \"bytes\": 40,"));
  EXPECT_THAT(page, HasSubstr("\"slow_consumers\": 1"));
  EXPECT_THAT(page, Not(HasSubstr("$G")));
  EXPECT_THAT(accstatz_json(generation, AccstatzShown::kAll, snapshot, kStart),
              HasSubstr("\"acc\": \"$G\""));
}

TEST(Pages, UptimesReadAsNatsWritesThem) {
  EXPECT_EQ(uptime_text(0), "0s");
  EXPECT_EQ(uptime_text(-5), "0s");
  EXPECT_EQ(uptime_text(59 * kSecond), "59s");
  EXPECT_EQ(uptime_text(3600 * kSecond), "1h0m0s");
  EXPECT_EQ(uptime_text((86400 + 61) * kSecond), "1d0h1m1s");
  EXPECT_EQ(uptime_text(366 * 86400 * kSecond), "1y1d0h0m0s");
}

TEST(Snapshot, ShardsAddUp) {
  MonitorSnapshot sum = one_stream();
  MonitorSnapshot other = one_stream();
  other.jetstream["B"].streams = 4;
  other.router_subscriptions = 2;
  other.open = {connection(1, "", 0)};
  sum.add(std::move(other));
  EXPECT_EQ(sum.jetstream["$G"].streams, 2U);
  EXPECT_EQ(sum.jetstream["$G"].stream_parts.size(), 2U);
  EXPECT_EQ(sum.jetstream["B"].streams, 4U);
  EXPECT_EQ(sum.router_subscriptions, 2U);
  EXPECT_EQ(sum.open.size(), 1U);
  EXPECT_EQ(sum.jetstream_sum().streams, 6U);
}

}  // namespace
}  // namespace leat
