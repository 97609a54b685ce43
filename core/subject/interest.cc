#include "core/subject/interest.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/subject/subject.h"

namespace leat {

namespace {

// Subjects that a message is sent to once: remembering them would only push out others.
bool is_used_once(std::string_view subject) {
  return subject.starts_with("_INBOX.") || subject.starts_with("$JS.ACK.") ||
         subject.starts_with("_R_.");
}

std::string_view first_token(std::string_view subject) {
  return subject.substr(0, subject.find('.'));
}

}  // namespace

void InterestMatch::clear() {
  plain_.clear();
  members_.clear();
  groups_.clear();
}

// Matches by subject, one per slot, the newer pushing out the older. A subscription without
// wildcards changes exactly one subject, whose slot is emptied. One with wildcards changes subjects
// of its first token: their epoch moves on, and slots of an older epoch do not count any more.
class Interest::Cache {
 public:
  struct Slot {
    std::string subject;
    std::uint64_t epoch = 0;  // 0: empty
    InterestMatch match;
  };

  // Where the subject's match is or belongs.
  Slot& slot(std::string_view subject) {
    if (slots_.empty()) slots_.resize(limits::kInterestCacheSlots);
    return slots_[xxh3_64(subject) % slots_.size()];
  }
  std::uint64_t epoch(std::string_view subject) const {
    return epochs_[bucket(subject)] + epoch_of_all_;
  }
  bool is_current(const Slot& slot, std::string_view subject) const {
    return slot.epoch == epoch(subject) && slot.subject == subject;
  }

  void pattern_changed(std::string_view pattern) {
    const std::string_view token = first_token(pattern);
    if (token == "*" || token == ">") {
      ++epoch_of_all_;
    } else {
      ++epochs_[bucket(pattern)];
    }
  }
  void literal_changed(std::string_view subject) {
    if (slots_.empty()) return;
    Slot& held = slot(subject);
    if (held.subject == subject) held.epoch = 0;
  }
  void add_to(InterestStatistics& out) const {
    for (const Slot& slot : slots_) {
      if (slot.epoch == 0 || !is_current(slot, slot.subject)) continue;
      const std::uint64_t fanout = slot.match.subscriber_count();
      ++out.remembered;
      out.fanout_sum += fanout;
      out.fanout_max = std::max(out.fanout_max, fanout);
    }
  }

 private:
  static constexpr std::size_t kBuckets = 256;
  static std::size_t bucket(std::string_view subject) {
    return xxh3_64(first_token(subject)) % kBuckets;
  }

  // Both only grow, so their sum changes whenever one of them does.
  std::array<std::uint64_t, kBuckets> epochs_{};
  std::uint64_t epoch_of_all_ = 1;
  std::vector<Slot> slots_;  // allocated at the first match
};

Interest::Interest() : cache_(std::make_unique<Cache>()) {}

Interest::~Interest() = default;

Interest::Inserted Interest::insert(std::string_view subject, std::string_view queue,
                                    Subscriber subscriber) {
  std::uint32_t number = 0;
  if (free_.empty()) {
    number = static_cast<std::uint32_t>(subscriptions_.size());
    subscriptions_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  const bool is_literal = !has_wildcards(subject);
  const std::uint32_t node =
      is_literal ? literals_.find_or_add(subject) : patterns_.find_or_add(subject);
  auto& list = is_literal ? literals_.list(node) : patterns_.list(node);
  Subscription& made = subscriptions_[number];
  made = {subscriber, list.add(number, queue), node, is_literal};
  ++count_;
  ++inserts_;
  changed(made);
  return {SubscriptionHandle(number + 1), list.count_with(made.place)};
}

std::size_t Interest::remove(SubscriptionHandle handle) {
  const Subscription gone = at(handle);
  subscriptions_[handle.value - 1] = {};
  free_.push_back(handle.value - 1);
  --count_;
  changed(gone);
  auto& list = gone.is_literal ? literals_.list(gone.node) : patterns_.list(gone.node);
  const std::size_t left = list.count_with(gone.place) - 1;
  const internal::SubscriptionNumber moved = list.remove(gone.place);
  if (moved != internal::kNone) subscriptions_[moved].place.position = gone.place.position;
  if (gone.is_literal) {
    literals_.remove_if_empty(gone.node);
  } else {
    patterns_.remove_if_empty(gone.node);
  }
  return left;
}

const InterestMatch& Interest::match(std::string_view subject) {
  if (is_used_once(subject)) {
    ++misses_;
    collect(subject, scratch_);
    return scratch_;
  }
  Cache::Slot& slot = cache_->slot(subject);
  if (cache_->is_current(slot, subject)) {
    ++hits_;
    return slot.match;
  }
  ++misses_;
  collect(subject, scratch_);
  if (scratch_.subscriber_count() > limits::kInterestCachedSubscribers) return scratch_;
  slot.subject = subject;
  slot.epoch = cache_->epoch(subject);
  std::swap(slot.match, scratch_);
  return slot.match;
}

const internal::SubscriberList* Interest::find_list(std::string_view pattern) const {
  const bool is_literal = !has_wildcards(pattern);
  const std::uint32_t node = is_literal ? literals_.find(pattern) : patterns_.find(pattern);
  if (node == internal::kNone) return nullptr;
  return is_literal ? &literals_.list(node) : &patterns_.list(node);
}

Subscriber Interest::subscriber(SubscriptionHandle handle) const { return at(handle).subscriber; }

void Interest::set_subscriber(SubscriptionHandle handle, Subscriber subscriber) {
  changed(at(handle));
  subscriptions_[handle.value - 1].subscriber = subscriber;
}

std::string Interest::subject_of(SubscriptionHandle handle) const {
  const Subscription& held = at(handle);
  return held.is_literal ? literals_.subject(held.node) : patterns_.pattern(held.node);
}

std::string_view Interest::queue_of(SubscriptionHandle handle) const {
  const internal::QueueMembers* group = at(handle).place.group;
  return group == nullptr ? std::string_view() : group->name;
}

InterestStatistics Interest::statistics() const {
  InterestStatistics out;
  out.subscriptions = count_;
  out.inserts = inserts_;
  out.removes = inserts_ - count_;
  out.matches = hits_ + misses_;
  out.cache_hits = hits_;
  cache_->add_to(out);
  return out;
}

const Interest::Subscription& Interest::at(SubscriptionHandle handle) const {
  LEAT_CHECK(handle && handle.value <= subscriptions_.size()) << handle;
  const Subscription& held = subscriptions_[handle.value - 1];
  LEAT_CHECK(held.node != internal::kNone) << handle << " is not in use";
  return held;
}

void Interest::changed(const Subscription& subscription) {
  if (subscription.is_literal) {
    cache_->literal_changed(literals_.subject(subscription.node));
  } else {
    cache_->pattern_changed(patterns_.first_token(subscription.node));
  }
}

void Interest::collect(std::string_view subject, InterestMatch& match) {
  match.clear();
  group_sources_.clear();
  if (has_empty_token(subject)) return;
  const std::uint32_t literal = literals_.find(subject);
  if (literal != internal::kNone) add(literals_.list(literal), match);
  for (const internal::SubscriberList* list : patterns_.match(subject)) add(*list, match);
  if (!group_sources_.empty()) merge_groups(match);
}

void Interest::add(const internal::SubscriberList& list, InterestMatch& match) {
  list.for_each_plain([&](internal::SubscriptionNumber number) {
    match.plain_.push_back(subscriptions_[number].subscriber);
  });
  list.for_each_group([&](const internal::QueueMembers& group) {
    group_sources_.push_back({&group, static_cast<std::uint32_t>(group_sources_.size())});
  });
}

void Interest::merge_groups(InterestMatch& match) {
  std::sort(group_sources_.begin(), group_sources_.end(),
            [](const GroupSource& a, const GroupSource& b) {
              const int names = a.group->name.compare(b.group->name);
              return names != 0 ? names < 0 : a.order < b.order;
            });
  for (const GroupSource& source : group_sources_) {
    if (match.groups_.empty() || match.groups_.back().name != source.group->name) {
      const auto begin = static_cast<std::uint32_t>(match.members_.size());
      match.groups_.push_back({source.group->name, begin, 0});
    }
    for (const internal::SubscriptionNumber number : source.group->members) {
      match.members_.push_back(subscriptions_[number].subscriber);
    }
    match.groups_.back().count += static_cast<std::uint32_t>(source.group->members.size());
  }
}

}  // namespace leat
