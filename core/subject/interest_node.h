#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash_index.h"

// Inside of Interest: the lists of subscriptions under one pattern, and the two tables of patterns.

namespace leat::internal {

// A subscription by its number in Interest.
using SubscriptionNumber = std::uint32_t;
inline constexpr std::uint32_t kNone = HashIndex::kNone;

// A queue group under one pattern.
struct QueueMembers {
  std::string name;
  std::vector<SubscriptionNumber> members;
};

// The subscriptions of one pattern. Nearly all patterns have one plain subscription, which lies
// inside; everything else is allocated.
class SubscriberList {
 public:
  // Where a subscription stands: in a queue group, or among the plain ones (no group).
  struct Place {
    QueueMembers* group = nullptr;
    std::uint32_t position = 0;
  };

  bool empty() const { return only_ == kNone && more_ == nullptr; }

  Place add(SubscriptionNumber subscription, std::string_view queue);
  // Returns the subscription that now stands in that place; kNone: the place is gone.
  SubscriptionNumber remove(const Place& place);
  // How many stand with this one: in its group, or plain.
  std::size_t count_with(const Place& place) const;

  template <typename Visit>
  void for_each_plain(Visit visit) const {
    if (only_ != kNone) visit(only_);
    if (more_ == nullptr) return;
    for (const SubscriptionNumber subscription : more_->plain) visit(subscription);
  }
  template <typename Visit>
  void for_each_group(Visit visit) const {
    if (more_ == nullptr) return;
    for (const auto& group : more_->groups) visit(static_cast<const QueueMembers&>(*group));
  }

 private:
  struct More {
    std::vector<SubscriptionNumber> plain;
    std::vector<std::unique_ptr<QueueMembers>> groups;
  };
  More& more();

  SubscriptionNumber only_ = kNone;  // the one plain subscription; kNone: none, or see more_
  std::unique_ptr<More> more_;       // never empty
};

// Patterns without wildcards, by their whole text. Node numbers are used again after a removal.
class LiteralTable {
 public:
  std::uint32_t find(std::string_view subject) const;
  std::uint32_t find_or_add(std::string_view subject);
  void remove_if_empty(std::uint32_t node);
  SubscriberList& list(std::uint32_t node) { return nodes_[node].list; }
  const SubscriberList& list(std::uint32_t node) const { return nodes_[node].list; }
  const std::string& subject(std::uint32_t node) const { return nodes_[node].subject; }

 private:
  struct Node {
    std::string subject;
    SubscriberList list;
  };
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> free_;
  HashIndex index_;
};

// Patterns with wildcards as a tree of tokens. The edges of all nodes stand in one hash table by
// (parent, token), so that a node costs little and one with a million children is no different.
class PatternTree {
 public:
  PatternTree();

  std::uint32_t find(std::string_view pattern) const;
  std::uint32_t find_or_add(std::string_view pattern);
  void remove_if_empty(std::uint32_t node);
  SubscriberList& list(std::uint32_t node) { return nodes_[node].list; }
  const SubscriberList& list(std::uint32_t node) const { return nodes_[node].list; }
  std::string pattern(std::uint32_t node) const;
  // The first token of the node's pattern.
  std::string_view first_token(std::uint32_t node) const;

  // The lists of all patterns that match a subject without empty tokens, in a fixed order; valid
  // until the next call.
  const std::vector<const SubscriberList*>& match(std::string_view subject);

 private:
  struct Node {
    std::string token;
    std::uint32_t parent = kNone;
    std::uint32_t one_token = kNone;   // child `*`
    std::uint32_t all_tokens = kNone;  // child `>`
    std::uint32_t child_count = 0;     // all kinds
    SubscriberList list;
  };

  static std::uint64_t edge_hash(std::uint32_t parent, std::string_view token);
  // The child for a token of a pattern, and for a token of a subject.
  std::uint32_t pattern_child(std::uint32_t parent, std::string_view token) const;
  std::uint32_t child(std::uint32_t parent, std::string_view token) const;
  std::uint32_t add_child(std::uint32_t parent, std::string_view token);
  std::uint32_t* wildcard_child(std::uint32_t parent, std::string_view token);
  void unlink(std::uint32_t node);

  std::vector<Node> nodes_;  // the first is the root
  std::vector<std::uint32_t> free_;
  HashIndex edges_;
  std::vector<std::uint32_t> level_;  // nodes that the tokens so far lead to, and after one more
  std::vector<std::uint32_t> next_level_;
  std::vector<const SubscriberList*> matched_;
};

}  // namespace leat::internal
