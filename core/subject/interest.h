#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/subject/interest_node.h"
#include "core/subject/interest_statistics.h"

namespace leat {

// What the owner of an Interest keeps of a subscriber, such as a slot number or a pointer.
using Subscriber = std::uint64_t;

using SubscriptionHandle = StrongId<struct SubscriptionHandleTag, std::uint32_t>;

// Who takes a subject: the plain subscribers, and the queue groups, merged by name over all
// patterns that match. Valid until the next call of its Interest that is not const.
class InterestMatch {
 public:
  struct Group {
    std::string_view name;
    std::span<const Subscriber> members;
  };

  std::span<const Subscriber> plain() const { return plain_; }
  std::size_t group_count() const { return groups_.size(); }
  Group group(std::size_t index) const {
    const GroupRange& range = groups_[index];
    return {range.name, std::span(members_).subspan(range.begin, range.count)};
  }
  // Empty: no pattern that matches has a member of this queue group.
  std::optional<Group> find_group(std::string_view name) const {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      if (groups_[i].name == name) return group(i);
    }
    return std::nullopt;
  }
  bool empty() const { return plain_.empty() && groups_.empty(); }
  std::size_t subscriber_count() const { return plain_.size() + members_.size(); }

 private:
  friend class Interest;
  struct GroupRange {
    std::string_view name;  // held under one of the patterns
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };

  void clear();

  std::vector<Subscriber> plain_;
  std::vector<Subscriber> members_;  // group after group
  std::vector<GroupRange> groups_;   // by name
};

// Subscriptions of one account and who holds them. Owned by the router of a shard, on its thread.
// Patterns without wildcards stand in a hash table, the others in a tree of tokens. What was
// matched lately is remembered by subject and stays right when subscriptions come and go; replies
// and acknowledgements, whose subjects are used once, are not remembered.
class Interest {
 public:
  Interest();
  ~Interest();
  Interest(const Interest&) = delete;
  Interest& operator=(const Interest&) = delete;

  struct Inserted {
    SubscriptionHandle handle;
    std::size_t alike = 0;  // subscriptions of this subject and queue, this one included
  };
  // `subject` is valid; `queue` empty: a plain subscription. Handles are used again after remove.
  Inserted insert(std::string_view subject, std::string_view queue, Subscriber subscriber);
  // Returns how many subscriptions of the same subject and queue remain.
  std::size_t remove(SubscriptionHandle handle);

  const InterestMatch& match(std::string_view subject);

  // Calls `visit(handle, subscriber)` for each subscription of exactly this subject and queue.
  template <typename Visit>
  void for_each_alike(std::string_view subject, std::string_view queue, Visit visit) const {
    const internal::SubscriberList* list = find_list(subject);
    if (list == nullptr) return;
    const auto visit_number = [&](internal::SubscriptionNumber number) {
      visit(SubscriptionHandle(number + 1), subscriptions_[number].subscriber);
    };
    if (queue.empty()) list->for_each_plain(visit_number);
    list->for_each_group([&](const internal::QueueMembers& group) {
      if (group.name != queue) return;
      for (const internal::SubscriptionNumber number : group.members) visit_number(number);
    });
  }
  Subscriber subscriber(SubscriptionHandle handle) const;
  void set_subscriber(SubscriptionHandle handle, Subscriber subscriber);
  // What insert was told, for the handles that are in use.
  std::string subject_of(SubscriptionHandle handle) const;
  std::string_view queue_of(SubscriptionHandle handle) const;

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  // Looks at everything that is remembered.
  InterestStatistics statistics() const;

 private:
  class Cache;

  struct Subscription {
    Subscriber subscriber = 0;
    internal::SubscriberList::Place place;
    std::uint32_t node = internal::kNone;
    bool is_literal = false;
  };
  struct GroupSource {  // a queue group under one of the patterns that match
    const internal::QueueMembers* group = nullptr;
    std::uint32_t order = 0;
  };

  const Subscription& at(SubscriptionHandle handle) const;
  // The subscriptions of exactly this pattern; null: none.
  const internal::SubscriberList* find_list(std::string_view pattern) const;
  void changed(const Subscription& subscription);  // forgets the matches that it is part of
  void collect(std::string_view subject, InterestMatch& match);
  void add(const internal::SubscriberList& list, InterestMatch& match);
  void merge_groups(InterestMatch& match);

  internal::LiteralTable literals_;
  internal::PatternTree patterns_;
  std::vector<Subscription> subscriptions_;  // by handle - 1
  std::vector<std::uint32_t> free_;          // of subscriptions_
  std::size_t count_ = 0;
  std::uint64_t inserts_ = 0;
  std::uint64_t hits_ = 0;  // matches that were remembered, and those that were not
  std::uint64_t misses_ = 0;
  std::unique_ptr<Cache> cache_;
  InterestMatch scratch_;                   // of subjects that are not remembered
  std::vector<GroupSource> group_sources_;  // of the match being collected
};

}  // namespace leat
