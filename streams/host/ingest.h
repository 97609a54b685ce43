#pragma once

#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "proto/api/errors.h"
#include "streams/core/admit.h"
#include "streams/host/held_publishers.h"

namespace leat {

class Stream;
class StreamLeader;

// The sink of a stream's subjects: refuses what needs no look at the state, and adds the rest to
// the entry of the turn. Owned by its stream's leader object, on its shard.
//
// Above its bounds (bytes not yet durable, or not yet stored) a publish is taken and its connection
// held back, so that nothing is lost by speed. Only far above, a publish that asks for an answer is
// told 429 and not taken. While the disk has no room a publish is told 10023.
class Ingest : public Sink {
 public:
  explicit Ingest(StreamLeader& leader);
  ~Ingest() override;
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  // Subscribes to exactly these from now on; what stays the same is not touched.
  void set_subjects(const std::vector<std::string>& subjects);
  bool deliver(const RoutedMessage& message, SinkCookie cookie) override;
  // The disk has taken something: who was held back may go on.
  void relieved() { held_.look_again(); }

 private:
  struct Subscribed {
    std::string subject;
    SubscriptionId subscription;
  };
  // An error to be answered at the end of the turn.
  struct Refusal {
    ReplyHandle to;
    std::string headers;
    std::string body;
  };

  PublishFacts facts(const RoutedMessage& message, const PublishHeaders& headers,
                     const StoredHeaders& stored) const;
  void refuse(const RoutedMessage& message, const ApiError& error, std::string_view headers = {});
  void answer_refusals();

  StreamLeader& leader_;
  Stream& stream_;
  HeldPublishers held_;
  std::vector<Subscribed> subscriptions_;
  std::vector<Refusal> refusals_;
};

}  // namespace leat
