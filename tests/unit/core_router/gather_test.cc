// Wrong in the world: an answer about the whole server leaves a shard out, or mixes two questions.
#include "core/env/gather.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/core_router/test_shards.h"

namespace leat {
namespace {

TEST(Gather, EveryShardIsAskedAndTheAskerHearsThemInOrder) {
  test::TestShards shards(4);
  std::vector<Mailbox*> mailboxes;
  for (std::size_t i = 0; i < shards.size(); ++i) mailboxes.push_back(&shards.shard(i));
  std::vector<std::string> heard;
  const auto ask = [&](std::string_view question) {
    gather_from_shards<std::string>(
        mailboxes, ShardId(2),
        [question](ShardId there) { return std::string(question) + std::to_string(there.value); },
        [&heard](const std::vector<std::string>& parts) {
          heard.emplace_back();
          for (const std::string& part : parts) heard.back() += part + " ";
        });
  };
  ask("a");
  ask("b");
  EXPECT_TRUE(heard.empty());
  shards.settle();
  std::sort(heard.begin(), heard.end());
  EXPECT_EQ(heard, (std::vector<std::string>{"a0 a1 a2 a3 ", "b0 b1 b2 b3 "}));
}

}  // namespace
}  // namespace leat
