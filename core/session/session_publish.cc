// PUB and HPUB: what a client may publish, and what follows when it has.
#include <utility>

#include "core/base/quote.h"
#include "core/session/domain_mapping.h"
#include "core/session/session.h"
#include "core/subject/subject.h"
#include "proto/api/reserved_subjects.h"

namespace leat {

namespace {

constexpr std::string_view kRaftPrefix = "$NRG.";

}  // namespace

void Session::publish(const ClientOperation& operation, const ByteBuffer& buffer) {
  ++in_count_.messages;
  in_count_.bytes += operation.body.size();
  ++set_->counts_.in.messages;
  set_->counts_.in.bytes += operation.body.size();
  if (is_pedantic_ && !is_literal_subject(operation.subject)) error("Invalid Publish Subject");
  if (!may_publish(operation)) return;
  if (is_verbose_) {
    write_ok(answers());
    answered();
  }
  std::string room;
  const std::string_view subject = routed_subject(operation.subject, room);
  const RoutedMessage message{
      .account = account_,
      .subject = subject,
      .reply = operation.reply,
      .body = operation.body,
      .header_bytes = operation.header_bytes,
      .origin = {.shard = set_->hosts_.mailbox.self(),
                 .connection = cid_,
                 .echo = has_echo_,
                 .no_responders = has_no_responders_},
      .frame = room.empty() ? buffer.share(operation.frame) : Bytes(),
  };
  const PublishOutcome outcome = set_->hosts_.router.publish(message);
  if (!outcome.taken && has_no_responders_ && !operation.reply.empty()) {
    send_no_responders(subject, operation.reply);
  }
  if (!outcome.touched.empty()) forwarded(outcome.touched, operation.frame.size());
}

std::string_view Session::routed_subject(std::string_view subject, std::string& room) const {
  const std::string& domain = settings().server.domain;
  if (domain.empty() || !subject.starts_with("$JS.")) return subject;
  if (!set_->hosts_.router.answers_api(account_)) return subject;
  return without_domain(subject, domain, room);
}

bool Session::may_publish(const ClientOperation& operation) {
  const std::string_view subject = operation.subject;
  const bool is_reserved = is_gateway_reply(subject) || (subject.starts_with(kRaftPrefix) &&
                                                         account_ != settings().accounts->system());
  if (is_reserved || (permissions_ != nullptr && !permissions_->may_publish(subject, now()))) {
    error("Permissions Violation for Publish to " + go_quote(subject));
    return false;
  }
  if (is_reserved_reply(operation.reply)) {
    error("Permissions Violation for Publish with Reply of " + go_quote(operation.reply));
    return false;
  }
  return true;
}

// Nobody took a request of this connection. Goes to its own plain subscription that waits for the
// answer, past its maximum, its permissions and echo.
void Session::send_no_responders(std::string_view subject, std::string_view reply) {
  if (is_closing() || !has_no_responders_) return;
  const Subscription* waiting = nullptr;
  subscriptions_.for_each([&](SubscriptionTable::Slot, const Subscription& subscription) {
    if (waiting == nullptr && subscription.queue.empty() && !subscription.is_finished &&
        subject_matches(subscription.subject, reply)) {
      waiting = &subscription;
    }
  });
  if (waiting == nullptr) return;
  write_no_responders(out_.text(), reply, waiting->sid, subject);
  answered();
}

// Bytes went to other shards. The mailboxes have no bound of their own, so the connection that
// filled them is not read on until what it sent has been taken.
void Session::forwarded(ShardSet shards, std::size_t bytes) {
  touched_.add(shards);
  forward_shards_.add(shards);
  forward_bytes_ += bytes;
  if (!is_token_out_ && forward_bytes_ >= limits::kForwardedBytes / 2) forward_token();
  if (token_bytes_ + forward_bytes_ >= limits::kForwardedBytes) stall(kStallForward);
}

void Session::forward_token() {
  is_token_out_ = true;
  token_bytes_ = std::exchange(forward_bytes_, 0);
  const ShardSet shards = std::exchange(forward_shards_, {});
  set_->hosts_.router.when_taken(shards, [set = set_, cid = cid_] {
    if (Session* session = set->find(cid)) session->token_came_back();
  });
}

void Session::token_came_back() {
  is_token_out_ = false;
  token_bytes_ = 0;
  if (is_closing()) return;
  if (forward_bytes_ >= limits::kForwardedBytes / 2) forward_token();
  if (token_bytes_ + forward_bytes_ < limits::kForwardedBytes) unstall(kStallForward);
}

}  // namespace leat
