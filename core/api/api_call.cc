#include "core/api/api_call.h"

#include <utility>

#include "core/api/api_desk.h"
#include "core/base/check.h"
#include "proto/api/replies.h"

namespace leat {

ApiCall::ApiCall(WeakRef<ApiDesk> desk, const RoutedMessage& message)
    : desk_(std::move(desk)), state_(std::make_unique<State>(message)) {
  state_->subject = parse_js_subject(state_->message.message().subject);
}

ApiCall::~ApiCall() {
  if (state_ != nullptr) refuse(ApiErrorCode::kStreamNotFound);
}

void ApiCall::answer(std::string_view reply) {
  LEAT_CHECK(state_ != nullptr);
  const std::unique_ptr<State> state = std::move(state_);
  if (desk_) {
    desk_->answered(state->message.message(), state->subject.endpoint, reply,
                    ApiDesk::Outcome::kGood);
  }
}

void ApiCall::refuse(const ApiError& error) {
  LEAT_CHECK(state_ != nullptr);
  const std::unique_ptr<State> state = std::move(state_);
  if (desk_) {
    desk_->answered(state->message.message(), state->subject.endpoint,
                    error_reply(state->subject.endpoint, error), ApiDesk::Outcome::kRefused);
  }
}

}  // namespace leat
