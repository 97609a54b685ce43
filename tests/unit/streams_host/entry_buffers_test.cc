// What would be wrong: an entry that changes under the log when its buffer is used by another
// stream.
#include "streams/host/entry_buffers.h"

#include <gtest/gtest.h>

#include <string>

namespace leat {
namespace {

std::string payload_of(const Bytes& entry) {
  EntryReader reader(entry.view());
  EXPECT_TRUE(reader.next());
  return std::string(reader.publish().payload);
}

void publish(OpenEntry& entry, const std::string& payload) {
  entry.writer.add(PublishCommand{.subject = "a", .payload = payload});
}

TEST(EntryBuffers, EntriesThatAreOpenAtOnceAndBuffersUsedAgainDoNotMix) {
  EntryBuffers buffers;
  for (const std::size_t size : {std::size_t{10}, limits::kTailEntryBytes}) {
    const std::string a(size, 'a');
    const std::string b(size, 'b');
    auto first = buffers.open(1);
    auto second = buffers.open(2);
    publish(*first, a);
    publish(*second, b);
    const Bytes first_bytes = buffers.finish(std::move(first));
    const Bytes second_bytes = buffers.finish(std::move(second));
    auto third = buffers.open(3);
    publish(*third, std::string(size, 'c'));
    const Bytes third_bytes = buffers.finish(std::move(third));
    EXPECT_EQ(payload_of(first_bytes), a);
    EXPECT_EQ(payload_of(second_bytes), b);
    EXPECT_EQ(payload_of(third_bytes), std::string(size, 'c'));
  }
}

}  // namespace
}  // namespace leat
