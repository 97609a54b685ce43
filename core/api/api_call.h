#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/lifetime.h"
#include "core/router/message.h"
#include "proto/api/errors.h"
#include "proto/api/js_subject.h"
#include "raft/group/proposal_queue.h"

namespace leat {

class ApiDesk;

// One request of the API on its way to its answer. Moved along by whoever works on it, on the shard
// where it arrived. Answered exactly once: a call that is dropped, because the stream it waited for
// has gone, answers that the stream was not found.
class ApiCall {
 public:
  ApiCall(WeakRef<ApiDesk> desk, const RoutedMessage& message);
  ~ApiCall();
  ApiCall(ApiCall&&) noexcept = default;
  ApiCall& operator=(ApiCall&&) = delete;

  // Views into the request; valid until the call is answered.
  const JsSubject& subject() const { return state_->subject; }
  JsEndpoint endpoint() const { return state_->subject.endpoint; }
  std::string_view stream() const { return state_->subject.stream; }
  std::string_view body() const { return state_->message.message().payload(); }
  std::string_view headers() const { return state_->message.message().headers(); }
  const RoutedMessage& message() const { return state_->message.message(); }
  AccountId account() const { return state_->message.message().account; }

  void answer(std::string_view reply);
  void refuse(const ApiError& error);
  void refuse(ApiErrorCode code) { refuse(api_error(code)); }
  // What the answer depends on was not applied here. The stream has gone: it is refused. Otherwise
  // nobody here knows what became of it: it is not answered, and the client asks again.
  void undecided(Fate fate) {
    if (fate != Fate::kStopped) state_.reset();
  }

 private:
  struct State {
    explicit State(const RoutedMessage& request) : message(request) {}
    OwnedMessage message;
    JsSubject subject;  // into the message
  };

  WeakRef<ApiDesk> desk_;
  std::unique_ptr<State> state_;  // null: moved from, or answered
};

}  // namespace leat
