#include "streams/host/direct_get.h"

#include <utility>

#include "core/base/duration.h"
#include "core/base/limits.h"
#include "streams/host/direct_get_batch.h"
#include "streams/host/required_level.h"

namespace leat {
namespace {

// Which fields contradict each other, in one look.
bool is_contradictory(const MsgGetRequest& r) {
  const bool has_last = !r.last_by_subj.empty();
  const bool has_next = !r.next_by_subj.empty();
  const bool has_multi = !r.multi_last.empty();
  return (r.seq && has_last) || (r.seq && r.start_time) || (r.start_time && has_last) ||
         (has_last && has_next) || (has_last && r.batch > 0) || (has_last && has_multi) ||
         (has_next && has_multi) || (r.up_to_seq && r.up_to_time);
}

bool selects_nothing(const MsgGetRequest& r) {
  return !r.seq && r.last_by_subj.empty() && r.next_by_subj.empty() && !r.start_time &&
         r.multi_last.empty();
}

// Behind a subject the body may say how much is wanted of it, not which message.
bool may_follow_subject(const MsgGetRequest& r) {
  return selects_nothing(r) && r.batch == 0 && !r.up_to_seq && !r.up_to_time;
}

// The message that a request for one selects; none when there is none.
StreamSeq selected(const StreamMachine& machine, const MsgGetRequest& request) {
  if (!request.last_by_subj.empty()) return machine.last_by_subject(request.last_by_subj);
  StreamSeq from = request.seq;
  if (request.start_time) {
    from = machine.first_at_or_after(*request.start_time);
    if (!from) return {};
  }
  if (!request.next_by_subj.empty()) return machine.next_by_subject(request.next_by_subj, from);
  return from;
}

// Where the end of a stream is lost, what is not found, what was last and how much follows are not
// known.
bool is_known(const StreamMachine& machine, const MsgGetRequest& request) {
  return request.last_by_subj.empty() && request.multi_last.empty() && request.batch == 0 &&
         machine.contains(selected(machine, request));
}

}  // namespace

HeaderBuilder& direct_get_headers(HeaderBuilder& headers, std::string_view stream,
                                  const MessageView& message) {
  if (message.headers.empty()) {
    headers.start();
  } else {
    headers.start_from(message.headers);
  }
  return headers.add("Nats-Stream", stream)
      .add("Nats-Subject", message.subject)
      .add("Nats-Sequence", message.sequence.value)
      .add("Nats-Time-Stamp", format_time(message.time));
}

DirectGet::DirectGet(StreamSet& streams, Router& router, Scheduler& scheduler)
    : streams_(streams), router_(router), scheduler_(scheduler) {}

void DirectGet::deliver(const JsSubject& subject, const RoutedMessage& message) {
  if (message.reply.empty()) return;
  Stream* stream = streams_.find(message.account, subject.stream);
  if (stream == nullptr) return;
  if (requests_.empty()) {
    scheduler_.at_turn_end([self = lifetime_.ref()] {
      if (self) self->serve_all();
    });
  }
  requests_.push_back({.stream = stream->uid(),
                       .to = {.account = message.account,
                              .shard = message.origin.shard,
                              .subject = Bytes::copy_of(message.reply)},
                       .subject = std::string(subject.rest),
                       .body = std::string(message.payload()),
                       .is_level_too_high = asks_for_higher_level(message.headers())});
}

void DirectGet::serve_all() {
  std::vector<Request> requests = std::exchange(requests_, {});
  std::size_t served = 0;
  for (Request& request : requests) {
    if (++served > limits::kDirectGetsPending) {
      send_status(request.to, 500, "Too Many Requests");
    } else {
      serve(request);
    }
  }
  requests.clear();
  if (requests_.empty()) requests_.swap(requests);
}

void DirectGet::serve(Request& request) {
  Stream* stream = streams_.find(request.stream);
  if (stream == nullptr) return;
  if (request.is_level_too_high) return send_status(request.to, 412, "Required Api Level");
  MsgGetRequest selection;
  if (request.subject.empty() && request.body.empty()) {
    return send_status(request.to, 408, "Empty Request");
  }
  if (!request.body.empty()) {
    std::optional<MsgGetRequest> decoded = decode_direct_get_request(request.body);
    if (!decoded) return send_status(request.to, 408, "Malformed Request");
    selection = std::move(*decoded);
  }
  if (!request.subject.empty()) {
    if (!may_follow_subject(selection)) return send_status(request.to, 408, "Bad Request");
    selection.last_by_subj = std::move(request.subject);
  }
  if (selects_nothing(selection)) return send_status(request.to, 408, "Empty Request");
  if (is_contradictory(selection)) return send_status(request.to, 408, "Bad Request");
  serve_selected(*stream, request.to, selection);
}

void DirectGet::serve_selected(Stream& stream, const ReplyHandle& to,
                               const MsgGetRequest& request) {
  if (stream.is_read_only() && !is_known(stream.machine(), request)) {
    return send_status(to, 500, stream.read_only_error().description);
  }
  if (request.batch != 0 || !request.multi_last.empty()) {
    DirectGetBatch::start(stream, router_, to, request);
    return;
  }
  const StreamSeq sequence = selected(stream.machine(), request);
  if (!sequence || !stream.machine().contains(sequence)) {
    return send_status(to, 404, "Message Not Found");
  }
  // Most often it is in memory: nothing has to be kept of the request.
  if (const std::optional<MessageView> found = stream.reader().find(sequence)) {
    return answer(stream, to, *found, request);
  }
  stream.get_message(sequence, [self = lifetime_.ref(), &stream, sequence, to,
                                request](const Result<MessageView>& message) {
    if (!self) return;
    DirectGet& get = *self;
    if (message) return get.answer(stream, to, *message, request);
    // What has left while it was being read may have left for a newer one.
    if (!stream.machine().contains(sequence)) return get.serve_selected(stream, to, request);
    get.send_status(to, 500, message.error().text);
  });
}

void DirectGet::answer(const Stream& stream, const ReplyHandle& to, const MessageView& message,
                       const MsgGetRequest& request) {
  const std::string_view block =
      request.no_hdr ? std::string_view()
                     : direct_get_headers(headers_, stream.name(), message).finish();
  router_.answer(to, block, message.payload());
}

void DirectGet::send_status(const ReplyHandle& to, int status, std::string_view text) {
  router_.answer(to, headers_.start(status, text).finish(), {});
}

}  // namespace leat
