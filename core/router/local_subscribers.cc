#include "core/router/local_subscribers.h"

#include <string>

namespace leat {

namespace {

constexpr std::uint64_t kSlotBits = 32;

SubscriptionId subscription_id(std::size_t slot, std::uint32_t generation) {
  return SubscriptionId((std::uint64_t{generation} << kSlotBits) | (slot + 1));
}

}  // namespace

LocalSubscribers::Subscribed LocalSubscribers::subscribe(const SubscribeRequest& request,
                                                         Sink& sink) {
  check_no_match_is_open();
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t number = free_slots_.back();
  free_slots_.pop_back();
  const Interest::Inserted inserted =
      interests_.insert(request.account, request.subject, request.queue, number);
  Slot& slot = slots_[number];
  slot.sink = &sink;
  slot.cookie = request.cookie;
  slot.account = request.account;
  slot.handle = inserted.handle;
  return {.id = subscription_id(number, slot.generation),
          .change = {.account = request.account,
                     .words = {std::string(request.subject), std::string(request.queue)},
                     .alike = inserted.alike}};
}

std::optional<LocalSubscribers::Change> LocalSubscribers::unsubscribe(SubscriptionId subscription) {
  check_no_match_is_open();
  const std::uint64_t number = (subscription.value & 0xFFFFFFFF) - 1;
  LEAT_CHECK(number < slots_.size()) << subscription;
  Slot& slot = slots_[number];
  const auto generation = static_cast<std::uint32_t>(subscription.value >> kSlotBits);
  if (slot.sink == nullptr || slot.generation != generation) return std::nullopt;
  const Interest& interest = *interests_.find(slot.account);
  Change change{
      .account = slot.account,
      .words = {interest.subject_of(slot.handle), std::string(interest.queue_of(slot.handle))}};
  change.alike = interests_.remove(slot.account, change.words.subject, slot.handle);
  slot.sink = nullptr;
  ++slot.generation;
  free_slots_.push_back(static_cast<std::uint32_t>(number));
  return change;
}

bool LocalSubscribers::deliver(const InterestMatch& match, const RoutedMessage& message,
                               const Served& served, std::vector<std::string_view>& refused) {
  is_delivering_ = true;
  bool is_taken = false;
  if (served.plain == Served::Plain::kAll) {
    for (const Subscriber slot : match.plain()) is_taken |= deliver_to(slot, message);
  }
  for (std::size_t i = 0; i < match.group_count(); ++i) {
    const InterestMatch::Group group = match.group(i);
    if (!served.includes(group.name)) continue;
    if (deliver_to_one(group.members, message)) {
      is_taken = true;
    } else {
      refused.push_back(group.name);
    }
  }
  is_delivering_ = false;
  return is_taken;
}

// Begins with any of the members and goes round until one takes the message.
bool LocalSubscribers::deliver_to_one(std::span<const Subscriber> members,
                                      const RoutedMessage& message) {
  const std::size_t first = rng_.below(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (deliver_to(members[(first + i) % members.size()], message)) return true;
  }
  return false;
}

}  // namespace leat
