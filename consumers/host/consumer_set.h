#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "consumers/host/consumer.h"
#include "core/base/ids.h"
#include "core/base/rng.h"
#include "core/base/text_map.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "proto/api/info.h"
#include "streams/host/stream_listener.h"
#include "streams/host/stream_set.h"

namespace leat {

// The consumers of all streams that lead on one shard: makes and ends them as the streams' entries
// say, takes the acks, pulls and flow control answers of the shard, and publishes their advisories.
// A pull consumer that nobody uses is its state only: it begins to act with its first pull or ack.
// Owned by the shard's hosts, used on the shard's thread; a listener of the StreamSet.
class ConsumerSet : public StreamListener, public StreamTrafficSink {
 public:
  // Registers itself as the sink of acks and pulls, and as a listener of `streams`.
  ConsumerSet(StreamSet& streams, Router& router, std::uint64_t random_seed);
  ~ConsumerSet() override;
  ConsumerSet(const ConsumerSet&) = delete;
  ConsumerSet& operator=(const ConsumerSet&) = delete;

  // `done` runs when the command is applied, with the error or the change; see CommandReply. The
  // configuration is normalised, and an ephemeral consumer has been given a name.
  void create(Stream& stream, const ConsumerCreateCommand& command, CommandCallback done);
  // Whether a creation of this name is under way: what it will say of its deliver subject is not
  // known yet.
  bool is_being_made(const Stream& stream, std::string_view name) const;
  void remove(Stream& stream, std::string_view name, CommandCallback done);
  // None when there is no such consumer.
  std::optional<ConsumerInfo> info(Stream& stream, std::string_view name);
  // In the order of their names.
  std::vector<ConsumerInfo> infos(Stream& stream);
  // A name for an ephemeral consumer that the stream does not know yet.
  std::string new_name(const Stream& stream);

  // --- StreamListener
  void became_leader(Stream& stream) override;
  void applied(Stream& stream, const StreamEffects& effects) override;
  void clock_was_set(Stream& stream) override;
  void stopping(Stream& stream, Stop why) override;

  // --- StreamTrafficSink
  void deliver(const JsSubject& subject, const RoutedMessage& message) override;

 private:
  struct OfStream {
    // Most have one.
    std::unordered_map<ConsumerId, std::unique_ptr<Consumer>> by_id{1};
    TextMap<Consumer*> by_name{1};
    std::multiset<std::string, std::less<>> being_made;

    bool empty() const { return by_id.empty() && being_made.empty(); }
  };

  // Null: the stream has no such consumer.
  Consumer* find_or_add(AccountId account, std::string_view stream, std::string_view consumer);
  // Null also when it does not act yet.
  Consumer* find(const Stream& stream, ConsumerId id);
  Consumer& add(Stream& stream, ConsumerId id);
  // A consumer of the stream that this shard has from now on.
  void take_over(Stream& stream, const ConsumerState& state);
  // Says on all shards which of its subjects somebody is behind.
  void claim(const Stream& stream, const ConsumerState& state);
  void end(Stream& stream, const ConsumerGone& gone);
  void publish_event(Stream& stream, const DeliveryEvent& event);
  ConsumerInfo info_of(Stream& stream, const ConsumerState& state);

  StreamSet& streams_;
  Router& router_;
  Rng rng_;
  std::unordered_map<GroupId, OfStream> of_stream_;
};

}  // namespace leat
