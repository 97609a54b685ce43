// What would be wrong: a reload that changes what only a start can change, or says nothing of what
// it changed, or shows a password.
#include <gtest/gtest.h>

#include "core/server/reload.h"

namespace leat {
namespace {

using Lines = std::vector<std::string>;

Lines changes(const std::function<void(ServerOptions&)>& change) {
  const ServerOptions running;
  ServerOptions wanted;
  change(wanted);
  const auto compared = compare_for_reload(running, wanted);
  return compared ? *compared : Lines{compared.error().text};
}

TEST(Reload, WhatMayChangeIsSaid) {
  EXPECT_EQ(changes([](ServerOptions&) {}), Lines());
  EXPECT_EQ(changes([](ServerOptions& o) { o.log.debug = true; }), Lines{"Reloaded: debug = true"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.limits.payload_bytes_max = 5; }),
            Lines{"Reloaded: max_payload = 5"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.limits.ping_interval_ns = kSecondNs; }),
            Lines{"Reloaded: ping_interval = 1s"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.jetstream.limits.ack_pending_max = 1; }),
            Lines{"Reloaded: JetStream limits"});
  EXPECT_EQ(changes([](ServerOptions& o) {
              o.log.file = "x";
              o.log.trace = true;
            }),
            (Lines{"Reloaded: trace = true", "Reloaded: log_file = x"}));
}

TEST(Reload, UsersAccountsAndPermissionsAreComparedWhole) {
  EXPECT_EQ(changes([](ServerOptions& o) { o.authorization.password = "secret"; }),
            Lines{"Reloaded: authorization users"});
  ServerOptions running;
  running.accounts.emplace_back().name = "A";
  running.accounts[0].users.emplace_back().user = "a";
  auto set = std::make_shared<PermissionSet>();
  set->publish_allow = {"x"};
  running.accounts[0].users[0].permissions = set;
  ServerOptions wanted = running;
  // Another object of the same meaning is no change.
  wanted.accounts[0].users[0].permissions = std::make_shared<PermissionSet>(*set);
  EXPECT_EQ(*compare_for_reload(running, wanted), Lines());
  auto other = std::make_shared<PermissionSet>(*set);
  other->publish_allow->push_back("y");
  wanted.accounts[0].users[0].permissions = other;
  EXPECT_EQ(*compare_for_reload(running, wanted), Lines{"Reloaded: accounts"});
  wanted = running;
  wanted.accounts[0].jetstream.emplace();
  EXPECT_EQ(*compare_for_reload(running, wanted), Lines{"Reloaded: accounts"});
}

TEST(Reload, WhatOnlyAStartCanChangeRejectsAll) {
  EXPECT_EQ(changes([](ServerOptions& o) {
              o.log.debug = true;
              o.port = 1;
            }),
            Lines{"config reload not supported for Port: old=4222, new=1"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.host = "h"; }),
            Lines{"config reload not supported for Host: old=0.0.0.0, new=h"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.jetstream.enabled = true; }),
            Lines{"config reload not supported for JetStream: old=false, new=true"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.jetstream.store_dir = "d"; }),
            Lines{"config reload not supported for StoreDir: old=, new=d"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.limits.pending_bytes_max = 1; }),
            Lines{"config reload not supported for MaxPending: old=67108864, new=1"});
  EXPECT_EQ(changes([](ServerOptions& o) { o.shards = 2; }),
            Lines{"config reload not supported for Shards: old=1, new=2"});
}

TEST(Reload, AnAccountKeepsItsJetStream) {
  ServerOptions running;
  running.jetstream.enabled = true;
  running.accounts.emplace_back().name = "A";
  ServerOptions wanted = running;
  running.accounts[0].jetstream.emplace();
  const auto refused = compare_for_reload(running, wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text,
            "config reload not supported for JetStream of account A: old=true, new=false");
  EXPECT_EQ(*compare_for_reload(wanted, running), Lines{"Reloaded: accounts"}) << "it may come";
  wanted.accounts[0].jetstream = running.accounts[0].jetstream;
  wanted.accounts[0].jetstream->streams_max = 3;
  EXPECT_EQ(*compare_for_reload(running, wanted), Lines{"Reloaded: accounts"});
  wanted.accounts.clear();
  EXPECT_TRUE(compare_for_reload(running, wanted)) << "with all its users, it may go";
}

TEST(Reload, ARandomPortMayBeAskedForAgain) {
  EXPECT_EQ(changes([](ServerOptions& o) { o.port = -1; }), Lines());
}

TEST(Reload, StorageMayGrowButNotShrink) {
  ServerOptions running;
  running.jetstream.file_bytes_max = 100;
  ServerOptions wanted = running;
  wanted.jetstream.file_bytes_max = 200;
  EXPECT_EQ(*compare_for_reload(running, wanted), Lines{"Reloaded: JetStream limits"});
  wanted.jetstream.file_bytes_max = 50;
  EXPECT_FALSE(compare_for_reload(running, wanted));
  wanted.jetstream.file_bytes_max = kUnlimited;
  EXPECT_TRUE(compare_for_reload(running, wanted));
  EXPECT_FALSE(compare_for_reload(wanted, running));
}

}  // namespace
}  // namespace leat
