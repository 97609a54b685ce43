#include "core/subject/interest_node.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/subject/subject.h"

namespace leat::internal {

namespace {

std::uint32_t take_free(std::vector<std::uint32_t>& free) {
  if (free.empty()) return kNone;
  const std::uint32_t number = free.back();
  free.pop_back();
  return number;
}

// Removes the element at `position` by moving the last one there; kNone: it was the last one.
SubscriptionNumber swap_out(std::vector<SubscriptionNumber>& list, std::uint32_t position) {
  LEAT_CHECK(position < list.size()) << position << " of " << list.size();
  list[position] = list.back();
  list.pop_back();
  return position < list.size() ? list[position] : kNone;
}

}  // namespace

SubscriberList::More& SubscriberList::more() {
  if (more_ == nullptr) more_ = std::make_unique<More>();
  if (only_ != kNone) more_->plain.push_back(std::exchange(only_, kNone));
  return *more_;
}

SubscriberList::Place SubscriberList::add(SubscriptionNumber subscription, std::string_view queue) {
  if (queue.empty() && empty()) {
    only_ = subscription;
    return {};
  }
  More& lists = more();
  if (queue.empty()) {
    lists.plain.push_back(subscription);
    return {nullptr, static_cast<std::uint32_t>(lists.plain.size() - 1)};
  }
  auto group = std::find_if(lists.groups.begin(), lists.groups.end(),
                            [queue](const auto& known) { return known->name == queue; });
  if (group == lists.groups.end()) {
    lists.groups.push_back(std::make_unique<QueueMembers>());
    group = lists.groups.end() - 1;
    (*group)->name = queue;
  }
  auto& members = (*group)->members;
  members.push_back(subscription);
  return {group->get(), static_cast<std::uint32_t>(members.size() - 1)};
}

SubscriptionNumber SubscriberList::remove(const Place& place) {
  if (only_ != kNone) {
    only_ = kNone;
    return kNone;
  }
  LEAT_CHECK(more_ != nullptr);
  // The analyzer does not know that a failed check does not return.
  // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
  auto& list = place.group != nullptr ? place.group->members : more_->plain;
  const SubscriptionNumber moved = swap_out(list, place.position);
  if (place.group != nullptr && list.empty()) {
    std::erase_if(more_->groups, [&](const auto& group) { return group.get() == place.group; });
  }
  if (more_->plain.empty() && more_->groups.empty()) more_.reset();
  return moved;
}

std::size_t SubscriberList::count_with(const Place& place) const {
  if (place.group != nullptr) return place.group->members.size();
  if (only_ != kNone) return 1;
  return more_ == nullptr ? 0 : more_->plain.size();
}

std::uint32_t LiteralTable::find(std::string_view subject) const {
  return index_.find(xxh3_64(subject),
                     [&](std::uint32_t node) { return nodes_[node].subject == subject; });
}

std::uint32_t LiteralTable::find_or_add(std::string_view subject) {
  std::uint32_t node = find(subject);
  if (node != kNone) return node;
  node = take_free(free_);
  if (node == kNone) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  nodes_[node].subject = subject;
  index_.insert(xxh3_64(subject), node);
  return node;
}

void LiteralTable::remove_if_empty(std::uint32_t node) {
  if (!nodes_[node].list.empty()) return;
  index_.erase(xxh3_64(nodes_[node].subject), node);
  nodes_[node] = Node();
  free_.push_back(node);
}

PatternTree::PatternTree() : nodes_(1) {}

std::uint32_t PatternTree::find(std::string_view pattern) const {
  std::uint32_t node = 0;
  for (SubjectTokens tokens(pattern); !tokens.at_end() && node != kNone;) {
    node = pattern_child(node, tokens.next());
  }
  return node;
}

std::uint32_t PatternTree::find_or_add(std::string_view pattern) {
  std::uint32_t node = 0;
  for (SubjectTokens tokens(pattern); !tokens.at_end();) {
    const std::string_view token = tokens.next();
    const std::uint32_t known = pattern_child(node, token);
    node = known != kNone ? known : add_child(node, token);
  }
  return node;
}

std::string PatternTree::pattern(std::uint32_t node) const {
  std::vector<std::uint32_t> path;
  for (; node != 0; node = nodes_[node].parent) path.push_back(node);
  std::string text;
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    if (!text.empty()) text += '.';
    text += nodes_[*step].token;
  }
  return text;
}

void PatternTree::remove_if_empty(std::uint32_t node) {
  while (node != 0 && nodes_[node].list.empty() && nodes_[node].child_count == 0) {
    const std::uint32_t parent = nodes_[node].parent;
    unlink(node);
    nodes_[node] = Node();
    free_.push_back(node);
    node = parent;
  }
}

std::string_view PatternTree::first_token(std::uint32_t node) const {
  while (nodes_[node].parent != 0) node = nodes_[node].parent;
  return nodes_[node].token;
}

const std::vector<const SubscriberList*>& PatternTree::match(std::string_view subject) {
  matched_.clear();
  level_.assign(1, 0);
  const auto matched = [&](std::uint32_t node) {
    if (!nodes_[node].list.empty()) matched_.push_back(&nodes_[node].list);
  };
  for (SubjectTokens tokens(subject); !tokens.at_end() && !level_.empty();) {
    const std::string_view token = tokens.next();
    next_level_.clear();
    for (const std::uint32_t node : level_) {
      const Node& here = nodes_[node];
      if (here.all_tokens != kNone) matched(here.all_tokens);
      if (here.one_token != kNone) next_level_.push_back(here.one_token);
      if (here.child_count == 0) continue;
      const std::uint32_t literal = child(node, token);
      if (literal != kNone) next_level_.push_back(literal);
    }
    std::swap(level_, next_level_);
  }
  for (const std::uint32_t node : level_) matched(node);
  return matched_;
}

std::uint64_t PatternTree::edge_hash(std::uint32_t parent, std::string_view token) {
  return xxh3_64(token, parent);
}

std::uint32_t PatternTree::pattern_child(std::uint32_t parent, std::string_view token) const {
  if (token == "*") return nodes_[parent].one_token;
  if (token == ">") return nodes_[parent].all_tokens;
  return child(parent, token);
}

std::uint32_t PatternTree::child(std::uint32_t parent, std::string_view token) const {
  return edges_.find(edge_hash(parent, token), [&](std::uint32_t node) {
    return nodes_[node].parent == parent && nodes_[node].token == token;
  });
}

std::uint32_t PatternTree::add_child(std::uint32_t parent, std::string_view token) {
  std::uint32_t node = take_free(free_);
  if (node == kNone) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  nodes_[node].token = token;
  nodes_[node].parent = parent;
  ++nodes_[parent].child_count;
  if (std::uint32_t* wildcard = wildcard_child(parent, token); wildcard != nullptr) {
    *wildcard = node;
  } else {
    edges_.insert(edge_hash(parent, token), node);
  }
  return node;
}

std::uint32_t* PatternTree::wildcard_child(std::uint32_t parent, std::string_view token) {
  if (token == "*") return &nodes_[parent].one_token;
  if (token == ">") return &nodes_[parent].all_tokens;
  return nullptr;
}

void PatternTree::unlink(std::uint32_t node) {
  const Node& gone = nodes_[node];
  --nodes_[gone.parent].child_count;
  if (std::uint32_t* wildcard = wildcard_child(gone.parent, gone.token); wildcard != nullptr) {
    *wildcard = kNone;
  } else {
    edges_.erase(edge_hash(gone.parent, gone.token), node);
  }
}

}  // namespace leat::internal
