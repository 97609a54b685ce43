#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proto/api/consumer_config.h"
#include "proto/api/errors.h"
#include "proto/api/info.h"
#include "proto/api/requests.h"
#include "proto/api/stream_config.h"

namespace leat {

// The rules for configurations, in the order in which a client sees them. Pure functions: what
// needs other streams (names, overlap, reservations) is decided by streams/meta, what needs the
// stream's other consumers by check_consumer_beside.

// What the server sets for all streams and consumers.
struct ServerAssetLimits {
  std::int64_t max_consumers = 1000;   // of a stream that sets no limit; 0 or -1: no bound
  DurationNs duplicate_window = 0;     // 0: no bound
  std::int64_t max_ack_pending = 0;    // 0 or -1: no bound
  std::int64_t max_request_batch = 0;  // 0 or -1: no bound
};

// The name in a request to make a stream against the one in its subject.
ApiStatus check_stream_target(const StreamConfig& config, std::string_view stream);

// A stream to be made: refuses what is wrong or not built, fills in the defaults.
ApiResult<StreamConfig> normalize_stream_config(const StreamConfigRequest& request,
                                                const AccountLimits& account,
                                                const ServerAssetLimits& server);

// The same for the new configuration of a stream, without the limits of its account.
ApiResult<StreamConfig> normalize_stream_update(const StreamConfigRequest& request,
                                                const ServerAssetLimits& server);

// What the account allows a single stream to ask for.
ApiStatus check_stream_limits(const StreamConfig& config, const AccountLimits& account);

// What may not change in a stream that exists.
ApiStatus check_stream_update(const StreamConfig& old, const StreamConfig& updated);

// A sealed stream changes no more, neither by age nor by hand: sets what that means for the rest of
// its configuration. After check_stream_update(), as the peer refuses an update by what it says.
void close_if_sealed(StreamConfig& config);

// Where a request to make a consumer was sent.
struct ConsumerCreateTarget {
  std::string_view stream{};
  std::string_view consumer{};  // empty: the server makes a name
  std::string_view filter{};    // empty: none in the subject
  bool is_durable_form = false;
};

// The part that needs no stream: names and filters of subject and body. The name of the subject
// is put into the request, where it wins over another `name`.
ApiStatus check_consumer_target(ConsumerCreateRequest& request, const ConsumerCreateTarget& target);

// What a pedantic request is refused for, as it would be put right silently.
ApiStatus check_consumer_pedantry(const ConsumerConfig& config, const ServerAssetLimits& server);

// A consumer of this stream: refuses what is wrong or not built, fills in the defaults that do not
// depend on whether the consumer exists. An ephemeral consumer without a name keeps an empty one.
ApiResult<ConsumerConfig> normalize_consumer_config(const ConsumerConfig& config,
                                                    const StreamConfig& stream,
                                                    const AccountLimits& account,
                                                    const ServerAssetLimits& server);

// How long the consumer lives, with `existing` when the request is for a consumer that exists: what
// the request leaves out takes neither durability nor life away. A durable consumer that is asked
// for by its name alone stays durable, and one that is not durable keeps its inactive threshold; a
// new one gets 5 s. The peer forgets both.
void settle_life(ConsumerConfig& config, const ConsumerConfig* existing);

// What may not change in a consumer that exists.
ApiStatus check_consumer_update(const ConsumerConfig& old, const ConsumerConfig& updated);

// What a work queue asks of a consumer that is to be made; what of it may change is said by
// check_consumer_update.
ApiStatus check_queue_consumer(const ConsumerConfig& config, const StreamConfig& stream);

// The rules of a work queue between its consumers. `others` are the stream's consumers without the
// one that is made or updated.
ApiStatus check_consumer_beside(const ConsumerConfig& config, const StreamConfig& stream,
                                std::span<const ConsumerConfig* const> others);

}  // namespace leat
