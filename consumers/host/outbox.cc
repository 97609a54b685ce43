#include "consumers/host/outbox.h"

#include <utility>

#include "core/base/check.h"

namespace leat {

void Outbox::deliver(const RoutedMessage& message, ConsumerSeq number) {
  if (when_ == When::kAtOnce) {
    router_.publish(message);
    return;
  }
  waiting_.push_back({.message = OwnedMessage(message), .number = number});
  ++unsealed_deliveries_;
}

void Outbox::send(const RoutedMessage& message) {
  if (waiting_.empty()) {
    router_.publish(message);
    return;
  }
  waiting_.push_back({.message = OwnedMessage(message), .number = ConsumerSeq()});
  // Behind the last booking that is under way it leaves with that.
  if (unsealed_deliveries_ > 0) return;
  ++bookings_.back();
  ++sealed_;
}

void Outbox::seal() {
  if (unsealed_deliveries_ == 0) return;
  bookings_.push_back(waiting_.size() - sealed_);
  sealed_ = waiting_.size();
  unsealed_deliveries_ = 0;
}

void Outbox::gone(ConsumerSeq number) {
  for (Waiting& waiting : waiting_) {
    if (waiting.number == number) waiting.is_gone = true;
  }
}

Outbox::Waiting Outbox::pop() {
  Waiting first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

void Outbox::booked() {
  if (bookings_.empty()) return;
  const std::size_t count = bookings_.pop_front();
  sealed_ -= count;
  for (std::size_t i = 0; i < count; ++i) {
    const Waiting next = pop();
    if (!next.is_gone) router_.publish(next.message.message());
  }
}

std::set<std::string> Outbox::drop(std::size_t count) {
  std::set<std::string> in_vain;
  for (std::size_t i = 0; i < count; ++i) {
    const Waiting next = pop();
    const RoutedMessage& message = next.message.message();
    if (next.number) {
      in_vain.emplace(message.route());
    } else {
      router_.publish(message);
    }
  }
  return in_vain;
}

std::set<std::string> Outbox::refused() {
  if (bookings_.empty()) return {};
  const std::size_t count = bookings_.pop_front();
  sealed_ -= count;
  return drop(count);
}

std::set<std::string> Outbox::give_up() {
  bookings_ = {};
  sealed_ = 0;
  unsealed_deliveries_ = 0;
  return drop(waiting_.size());
}

}  // namespace leat
