#include "streams/core/stream_effects.h"

#include <string>

namespace leat {

ApiError to_api_error(const PublishVerdict& verdict) {
  switch (verdict.error) {
    case ApiErrorCode::kStreamWrongLastSequence:
      return api_error(verdict.error, {std::to_string(verdict.number)});
    case ApiErrorCode::kStreamWrongLastMsgID:
    case ApiErrorCode::kStreamRollupFailed:
    case ApiErrorCode::kStreamStoreFailed:
      return api_error(verdict.error, {verdict.text});
    default:
      return api_error(verdict.error);
  }
}

void StreamEffects::clear() {
  verdicts.clear();
  replies.clear();
  acks.clear();
  stored.clear();
  message_ids.clear();
  removals.clear();
  woken.clear();
  events.clear();
  gone.clear();
  consumers_gone.clear();
  texts.clear();
}

}  // namespace leat
