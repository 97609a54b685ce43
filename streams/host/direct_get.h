#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/router/router.h"
#include "core/router/sink.h"
#include "proto/api/requests.h"
#include "proto/client/headers.h"
#include "streams/host/message_view.h"
#include "streams/host/stream_set.h"

namespace leat {

// The sink of DIRECT.GET of one shard: reads one message, or the batch of a DirectGetBatch, and
// answers with the message itself. Owned by the shard's hosts, on its thread. Requests of a turn
// are answered at its end; more than limits::kDirectGetsPending of them are answered 500.
class DirectGet : public StreamTrafficSink {
 public:
  DirectGet(StreamSet& streams, Router& router, Scheduler& scheduler);

  void deliver(const JsSubject& subject, const RoutedMessage& message) override;

 private:
  struct Request {
    GroupId stream;
    ReplyHandle to;
    std::string subject;  // behind the stream's name; empty: the body selects
    std::string body;
    bool is_level_too_high = false;
  };

  void serve_all();
  void serve(Request& request);
  void serve_selected(Stream& stream, const ReplyHandle& to, const MsgGetRequest& request);
  void answer(const Stream& stream, const ReplyHandle& to, const MessageView& message,
              const MsgGetRequest& request);
  void send_status(const ReplyHandle& to, int status, std::string_view text);

  StreamSet& streams_;
  Router& router_;
  Scheduler& scheduler_;
  HeaderBuilder headers_;
  std::vector<Request> requests_;
  Lifetime<DirectGet> lifetime_{*this};
};

// The header block of a message that is read directly: the stored headers, then where it stands.
HeaderBuilder& direct_get_headers(HeaderBuilder& headers, std::string_view stream,
                                  const MessageView& message);

}  // namespace leat
