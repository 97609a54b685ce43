// If these fail, the API answers recorded requests in other words than were recorded.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/core_api/test_server.h"

namespace leat {
namespace {

using testing::TestServer;

// Four lines and an empty one: subject, headers joined by '|', body, answer.
struct Exchange {
  std::string subject;
  std::string headers;
  std::string body;
  std::string reply;
};

std::vector<Exchange> read_exchanges(const std::string& name) {
  std::ifstream file(std::string(LEAT_SOURCE_DIR) + "/tests/unit/core_api/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<Exchange> out;
  Exchange exchange;
  std::string blank;
  while (std::getline(file, exchange.subject) && std::getline(file, exchange.headers) &&
         std::getline(file, exchange.body) && std::getline(file, exchange.reply)) {
    out.push_back(exchange);
    std::getline(file, blank);
  }
  EXPECT_FALSE(out.empty()) << name;
  return out;
}

std::string header_block(std::string headers) {
  if (headers.empty()) return {};
  std::string block = "NATS/1.0\r\n";
  headers += '|';
  for (std::size_t at = 0; at < headers.size();) {
    const std::size_t end = headers.find('|', at);
    block += headers.substr(at, end - at) + "\r\n";
    at = end + 1;
  }
  return block + "\r\n";
}

// Whether the text is the pattern, in which {{...}} stands for anything inside a JSON string; what
// stood for {{eph}} is kept.
bool matches(std::string_view pattern, std::string_view text, std::string& captured) {
  while (!pattern.empty()) {
    if (pattern.starts_with("{{")) {
      const std::size_t close = pattern.find("}}");
      const std::size_t end = text.find('"');
      if (end == std::string_view::npos) return false;
      if (pattern.substr(0, close) == "{{eph") captured = text.substr(0, end);
      text.remove_prefix(end);
      pattern.remove_prefix(close + 2);
      continue;
    }
    if (text.empty() || text.front() != pattern.front()) return false;
    text.remove_prefix(1);
    pattern.remove_prefix(1);
  }
  return text.empty();
}

// Refusals of what this server does not build, where the recording shows the feature or an error
// that comes from inside it.
const std::map<std::string, std::string> kOwnWords = {
    {R"({"name":"S1","mirror":{"name":"NONE"}})", "mirror"},
    {R"({"name":"S2","sources":[{"name":"A"},{"name":"A"}]})", "sources"},
    {R"({"name":"S2","republish":{"src":">","dest":"S2"}})", "republish"},
    {R"({"name":"S2","subject_delete_marker_ttl":5})", "subject_delete_marker_ttl"},
    {R"({"name":"S2","placement":{"preferred":"x"}})", "placement"},
    {R"({"name":"S2","subject_transform":{"src":"S2","dest":"b.{{wildcard(1)}}"}})",
     "subject_transform"},
};

void play(const std::string& name, std::uint16_t shards, std::size_t client_shard) {
  TestServer server(shards);
  server.use_shard(client_shard);
  std::string ephemeral;
  for (Exchange& exchange : read_exchanges(name)) {
    const std::size_t at = exchange.subject.find("{{eph}}");
    if (at != std::string::npos) exchange.subject.replace(at, 7, ephemeral);
    const std::string reply =
        server.request(exchange.subject, exchange.body, header_block(exchange.headers));
    const auto own = kOwnWords.find(exchange.body);
    if (own != kOwnWords.end()) {
      EXPECT_NE(reply.find("\"err_code\":10052,\"description\":\"" + own->second +
                           " is not supported by this server\""),
                std::string::npos)
          << reply;
      continue;
    }
    EXPECT_TRUE(matches(exchange.reply, reply, ephemeral))
        << exchange.subject << " " << exchange.body << "\n recorded " << exchange.reply
        << "\n here     " << reply;
  }
}

// Shards, and the one to which the client is connected.
struct Shards {
  std::uint16_t count;
  std::size_t client;
};

class RecordedApi : public ::testing::TestWithParam<Shards> {
 protected:
  void play_here(const std::string& name) { play(name, GetParam().count, GetParam().client); }
};

TEST_P(RecordedApi, AccountInformation) { play_here("account.txt"); }
TEST_P(RecordedApi, AStreamFromCreationToDeletion) { play_here("stream.txt"); }
TEST_P(RecordedApi, ASealedStream) { play_here("sealed.txt"); }
TEST_P(RecordedApi, Consumers) { play_here("consumer.txt"); }
TEST_P(RecordedApi, RefusedStreams) { play_here("refused_streams.txt"); }
TEST_P(RecordedApi, RefusedConsumers) { play_here("refused_consumers.txt"); }

INSTANTIATE_TEST_SUITE_P(Shards, RecordedApi,
                         ::testing::Values(Shards{1, 0}, Shards{2, 1}, Shards{4, 3}),
                         [](const auto& test) {
                           return std::to_string(test.param.count) + "Shards";
                         });

}  // namespace
}  // namespace leat
