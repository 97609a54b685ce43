#include "core/subject/subject_tree.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/subject/subject_tree_node.h"

namespace leat::internal {

namespace {

std::size_t common_bytes(std::string_view a, std::string_view b) {
  const std::size_t least = std::min(a.size(), b.size());
  std::size_t common = 0;
  while (common < least && a[common] == b[common]) ++common;
  return common;
}

}  // namespace

SubjectTree::SubjectTree(SubjectTree&& other) noexcept
    : value_bytes_(other.value_bytes_),
      root_(std::exchange(other.root_, 0)),
      size_(std::exchange(other.size_, 0)),
      memory_bytes_(std::exchange(other.memory_bytes_, 0)) {}

SubjectTree& SubjectTree::operator=(SubjectTree&& other) noexcept {
  std::swap(value_bytes_, other.value_bytes_);
  std::swap(root_, other.root_);
  std::swap(size_, other.size_);
  std::swap(memory_bytes_, other.memory_bytes_);
  return *this;
}

SubjectTree::~SubjectTree() { clear(); }

void* SubjectTree::find(std::string_view subject) const {
  Link at = root_;
  std::size_t depth = 0;
  while (at != 0 && !is_leaf(at)) {
    Node* node = node_of(at);
    if (subject.substr(depth, node->prefix_size) != node->prefix()) return nullptr;
    depth += node->prefix_size;
    if (depth == subject.size()) {
      at = node->own;
      break;
    }
    const Link* child = node->child(subject[depth++]);
    at = child == nullptr ? 0 : *child;
  }
  return at != 0 && text_of(at) == subject ? value_of(at) : nullptr;
}

SubjectTree::Inserted SubjectTree::insert(std::string_view subject) {
  Link* slot = &root_;
  std::size_t depth = 0;
  while (*slot != 0) {
    if (is_leaf(*slot)) {
      if (text_of(*slot) == subject) return {value_of(*slot), false};
      split_leaf(slot, subject, depth);
    }
    Node* node = node_of(*slot);
    const std::size_t common = common_bytes(node->prefix(), subject.substr(depth));
    if (common < node->prefix_size) {
      split_prefix(slot, common);
      node = node_of(*slot);
    }
    depth += node->prefix_size;
    Link* next = depth == subject.size() ? &node->own : node->child(subject[depth]);
    if (next == nullptr || *next == 0) {
      const Link leaf = make_leaf(subject);
      attach(slot, subject.substr(depth), leaf);
      return {value_of(leaf), true};
    }
    if (next == &node->own) return {value_of(*next), false};
    slot = next;
    ++depth;
  }
  *slot = make_leaf(subject);
  return {value_of(*slot), true};
}

bool SubjectTree::erase(std::string_view subject) {
  Link* parent = nullptr;  // the node above `slot`
  Link* slot = &root_;
  std::size_t depth = 0;
  while (*slot != 0 && !is_leaf(*slot)) {
    Node* node = node_of(*slot);
    if (subject.substr(depth, node->prefix_size) != node->prefix()) return false;
    depth += node->prefix_size;
    parent = slot;
    slot = depth == subject.size() ? &node->own : node->child(subject[depth++]);
    if (slot == nullptr) return false;
    if (slot == &node->own) break;
  }
  if (*slot == 0 || text_of(*slot) != subject) return false;
  free_leaf(std::exchange(*slot, 0));
  if (parent != nullptr) {
    Node* node = node_of(*parent);
    if (slot != &node->own) node->erase_child(subject[depth - 1]);
    shrink(parent);
  }
  return true;
}

void SubjectTree::clear() {
  std::vector<Link> waiting;
  if (root_ != 0) waiting.push_back(std::exchange(root_, 0));
  while (!waiting.empty()) {
    const Link link = waiting.back();
    waiting.pop_back();
    if (is_leaf(link)) {
      free_leaf(link);
      continue;
    }
    Node* node = node_of(link);
    waiting.insert(waiting.end(), node->children(), node->children() + node->count);
    if (node->own != 0) waiting.push_back(node->own);
    free_node(node);
  }
  LEAT_CHECK(size_ == 0 && memory_bytes_ == 0) << size_ << " " << memory_bytes_;
}

std::string_view SubjectTree::subject_of(const void* value) const {
  const char* behind = static_cast<const char*>(value) + value_bytes_;
  std::uint32_t size = 0;
  std::memcpy(&size, behind, sizeof(size));
  return {behind + sizeof(size), size};
}

SubjectTree::Link SubjectTree::make_leaf(std::string_view subject) {
  const auto size = static_cast<std::uint32_t>(subject.size());
  char* leaf = static_cast<char*>(allocate(value_bytes_ + sizeof(size) + size));
  std::memset(leaf, 0, value_bytes_);
  std::memcpy(leaf + value_bytes_, &size, sizeof(size));
  std::memcpy(leaf + value_bytes_ + sizeof(size), subject.data(), size);
  ++size_;
  return reinterpret_cast<Link>(leaf) + 1;
}

void SubjectTree::free_leaf(Link leaf) {
  --size_;
  const std::size_t text_bytes = sizeof(std::uint32_t) + text_of(leaf).size();
  release(value_of(leaf), value_bytes_ + text_bytes);
}

SubjectTree::Node* SubjectTree::make_node(std::string_view prefix, std::size_t capacity) {
  auto* node = new (allocate(Node::bytes(capacity, prefix.size()))) Node();
  node->capacity = static_cast<std::uint16_t>(capacity);
  node->prefix_size = static_cast<std::uint32_t>(prefix.size());
  std::memcpy(node->prefix_bytes(), prefix.data(), prefix.size());
  return node;
}

void SubjectTree::free_node(Node* node) {
  release(node, Node::bytes(node->capacity, node->prefix_size));
}

SubjectTree::Node* SubjectTree::copy_node(const Node* from, std::string_view prefix,
                                          std::size_t capacity) {
  auto* node = const_cast<Node*>(from);
  Node* copy = make_node(prefix, capacity);
  copy->count = node->count;
  copy->own = node->own;
  std::memcpy(copy->children(), node->children(), node->count * sizeof(Link));
  std::memcpy(copy->firsts(), node->firsts(), node->count);
  return copy;
}

void SubjectTree::split_leaf(Link* slot, std::string_view subject, std::size_t depth) {
  const Link leaf = *slot;
  const std::string_view text = text_of(leaf).substr(depth);
  const std::size_t common = common_bytes(text, subject.substr(depth));
  *slot = reinterpret_cast<Link>(make_node(text.substr(0, common), 2));
  attach(slot, text.substr(common), leaf);
}

void SubjectTree::split_prefix(Link* slot, std::size_t common) {
  Node* node = node_of(*slot);
  const std::string_view prefix = node->prefix();
  Node* upper = make_node(prefix.substr(0, common), 2);
  Node* lower = copy_node(node, prefix.substr(common + 1), node->capacity);
  upper->insert_child(prefix[common], reinterpret_cast<Link>(lower));
  *slot = reinterpret_cast<Link>(upper);
  free_node(node);
}

void SubjectTree::attach(Link* slot, std::string_view rest, Link link) {
  Node* node = node_of(*slot);
  if (rest.empty()) {
    node->own = link;
    return;
  }
  if (node->count == node->capacity) {
    Node* grown = copy_node(node, node->prefix(), 2U * node->capacity);
    free_node(node);
    node = grown;
    *slot = reinterpret_cast<Link>(node);
  }
  node->insert_child(rest.front(), link);
}

void SubjectTree::shrink(Link* slot) {
  Node* node = node_of(*slot);
  if (node->count == 0) {
    *slot = node->own;
    free_node(node);
    return;
  }
  if (node->count > 1 || node->own != 0) {
    if (4 * node->count > node->capacity || node->capacity == 2) return;
    *slot = reinterpret_cast<Link>(copy_node(node, node->prefix(), node->capacity / 2U));
    free_node(node);
    return;
  }
  // One child and nothing else: the child takes the node's place, and its prefix in front.
  const Link only = node->children()[0];
  if (!is_leaf(only)) {
    Node* child = node_of(only);
    std::string prefix(node->prefix());
    prefix += static_cast<char>(node->firsts()[0]);
    prefix += child->prefix();
    *slot = reinterpret_cast<Link>(copy_node(child, prefix, child->capacity));
    free_node(child);
  } else {
    *slot = only;
  }
  free_node(node);
}

void* SubjectTree::allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes);  // NOLINT: blocks of any size, owned by the tree
  LEAT_CHECK(memory != nullptr) << "out of memory for " << bytes << " bytes";
  memory_bytes_ += bytes;
  return memory;
}

void SubjectTree::release(void* memory, std::size_t bytes) {
  memory_bytes_ -= bytes;
  std::free(memory);  // NOLINT
}

}  // namespace leat::internal
