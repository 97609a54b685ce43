#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "consumers/host/consumer_set.h"
#include "core/api/api_call.h"
#include "core/api/api_settings.h"
#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/base/rng.h"
#include "core/cluster/assignments.h"
#include "core/env/clock.h"
#include "core/env/mailbox.h"
#include "core/env/scheduler.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "proto/api/advisories.h"
#include "streams/host/stream_set.h"

namespace leat {

// The JetStream API of one shard: takes the requests that the router sends here, each to its
// endpoint, and sends the answers. Requests about the set of streams come to the first shard, those
// of one stream to its owner. Owned by the shard's hosts, used on its thread.
//
//   router -> deliver (queued) -> next turn: ApiAccount | ApiStream | ApiConsumer -> answered
//
// Holds between turns: at most limits::kApiRequestsPending requests wait; the newest above it are
// refused. Requests of one shard are begun in the order in which they came.
class ApiDesk : public StreamTrafficSink {
 public:
  struct Dependencies {
    Router& router;
    Scheduler& scheduler;
    Mailbox& mailbox;
    const Clock& clock;
    StreamSet& streams;
    ConsumerSet& consumers;
    Assignments& assignments;
    std::uint64_t random_seed = 0;
  };
  // Registers itself as the router's sink of API requests.
  ApiDesk(const Dependencies& deps, std::shared_ptr<const ApiSettings> settings);
  ~ApiDesk() override;
  ApiDesk(const ApiDesk&) = delete;
  ApiDesk& operator=(const ApiDesk&) = delete;

  // By shard; once, before any shard runs.
  static void connect(const std::vector<ApiDesk*>& desks);
  void set_settings(std::shared_ptr<const ApiSettings> settings) {
    settings_ = std::move(settings);
  }

  // --- StreamTrafficSink
  void deliver(const JsSubject& subject, const RoutedMessage& message) override;

  // --- for the endpoints
  const Dependencies& deps() const { return deps_; }
  const ApiSettings& settings() const { return *settings_; }
  const std::vector<ApiDesk*>& desks() const { return desks_; }
  WallNs now() const { return deps_.clock.wall_ns(); }
  void publish(AccountId account, const Advisory& advisory);
  // Whether anybody, on any shard, wants such an event; its making costs something.
  bool is_wanted(AccountId account, std::string_view subject) const;
  // Makes the stamp of an event; `id` holds what it points to.
  AdvisoryStamp stamp(std::string& id);

  // Streams of the account on this shard, what they hold, and the requests answered here so far;
  // without MSG.GET that found something, and without what is reserved.
  AccountFigures figures(AccountId account) const;

  DiskRoom disk_room() const { return deps_.streams.file_groups().log().room(); }
  // The stream of a request. Null: the call was refused, because the stream is unknown or offline.
  Stream* find_stream(ApiCall& call);
  // The same for a request that a stream which is read only does not serve.
  Stream* find_whole_stream(ApiCall& call);

  enum class Outcome : std::uint8_t { kGood, kRefused };
  // Sends the answer of a call and keeps the books. Called by ApiCall.
  void answered(const RoutedMessage& request, JsEndpoint endpoint, std::string_view reply,
                Outcome outcome);

 private:
  void serve();
  void dispatch(ApiCall call);
  void refuse_without_jetstream(ApiCall call) const;
  void audit(const RoutedMessage& request, std::string_view reply);

  Dependencies deps_;
  std::shared_ptr<const ApiSettings> settings_;
  std::vector<ApiDesk*> desks_;
  Rng rng_;
  std::deque<ApiCall> waiting_;
  struct Counts {
    std::uint64_t total = 0;
    std::uint64_t errors = 0;
  };
  std::unordered_map<AccountId, Counts> counts_;
  bool is_serve_planned_ = false;
  Lifetime<ApiDesk> lifetime_{*this};
};

}  // namespace leat
