#include "streams/core/rebuilt_row.h"

#include "proto/ack/publish_headers.h"
#include "storage/api/index_row.h"

namespace leat {

Bytes rebuilt_index_row(const BlockReader& block, const StreamState& state) {
  IndexRowBuilder builder;
  builder.reset(block.first());
  StreamSeq last = block.first();
  for (std::size_t i = 0; i < block.message_count(); ++i) {
    const StoredMessage message = block.at(i);
    const PublishHeaders headers = scan_publish_headers(message.headers);
    const std::uint32_t size_bytes =
        state.size_of(message.subject.size(), message.headers.size(), message.payload.size());
    builder.append({.sequence = message.sequence,
                    .time = message.time,
                    .size_bytes = size_bytes,
                    .ttl_s = state.ttl_of(headers.ttl)},
                   message.subject);
    if (!headers.msg_id.empty()) {
      builder.append_id({.sequence = message.sequence, .time = message.time, .id = headers.msg_id});
    }
    last = message.sequence;
  }
  return builder.value(last);
}

}  // namespace leat
