#include "consumers/host/push_endpoint.h"

#include "consumers/host/consumer.h"
#include "core/base/base62.h"
#include "core/base/duration.h"

namespace leat {

PushEndpoint::PushEndpoint(Consumer& consumer)
    : consumer_(consumer),
      deliver_subject_(consumer.config().deliver_subject),
      deliver_group_(consumer.config().deliver_group),
      heartbeat_(consumer.config().idle_heartbeat),
      timer_(consumer.stream().context().scheduler) {
  Stream& stream = consumer_.stream();
  Router& router = stream.context().router;
  if (consumer.config().flow_control) flow_.emplace();
  router.watch_interest(stream.account(), deliver_subject_, *this);
  look_for_interest();
  arm_heartbeat();
}

PushEndpoint::~PushEndpoint() {
  const StreamContext& context = consumer_.stream().context();
  context.router.unwatch_interest(consumer_.stream().account(), deliver_subject_, *this);
}

bool PushEndpoint::is_bound() const {
  const Stream& stream = consumer_.stream();
  return stream.context().router.has_interest(stream.account(), deliver_subject_, deliver_group_);
}

void PushEndpoint::look_for_interest() {
  const bool had_interest = has_interest_;
  has_interest_ = is_bound();
  if (had_interest != has_interest_) consumer_.touch();
}

void PushEndpoint::interest_changed(AccountId, std::string_view) {
  look_for_interest();
  if (has_interest_) consumer_.wake();
}

bool PushEndpoint::wants_message() { return has_interest_ && (!flow_ || flow_->is_open()); }

void PushEndpoint::sent(std::size_t message_bytes) {
  last_sent_ = consumer_.steady_now();
  if (!flow_) return;
  flow_->sent(message_bytes);
  if (flow_->must_ask()) ask();
}

void PushEndpoint::ask() {
  flow_->asked();
  flow_subject_ = "$JS.FC." + consumer_.stream().name() + "." + consumer_.state().name() + "." +
                  random_base62(consumer_.rng(), 4);
  consumer_.delivery().send_flow_control(deliver_subject_, flow_subject_);
}

void PushEndpoint::flow_control_answered(std::string_view subject) {
  if (flow_subject_.empty() || subject != flow_subject_) return;
  flow_->answered();
  flow_subject_.clear();
  consumer_.wake();
}

void PushEndpoint::arm_heartbeat() {
  if (heartbeat_ <= 0) return;
  last_sent_ = consumer_.steady_now();
  timer_.arm(time_after(last_sent_, heartbeat_), [this] { on_heartbeat(); });
}

void PushEndpoint::on_heartbeat() {
  const SteadyNs now = consumer_.steady_now();
  // A question that waits for its answer is named in every beat, also while the window is open.
  if (has_interest_ && now - last_sent_ >= heartbeat_) {
    consumer_.delivery().send_heartbeat(deliver_subject_, consumer_.position(), flow_subject_);
    last_sent_ = now;
  }
  const SteadyNs next = time_after(now - last_sent_ >= heartbeat_ ? now : last_sent_, heartbeat_);
  timer_.arm(next, [this] { on_heartbeat(); });
}

}  // namespace leat
