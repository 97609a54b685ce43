#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace leat::internal {

// The tree under SubjectMap, for values of a fixed number of bytes. A radix tree with one kind of
// node, whose children are sorted arrays that grow by doubling; a subject that nobody shares a
// beginning with is a single leaf, so that a subject costs its text, its value and a few bytes.
//
//   leaf:  value, padded to 8 | u32 text size | text of the whole subject
//   node:  counts | leaf that ends here | children[capacity] | first bytes[capacity] | prefix
//
// A leaf never moves while its subject is in the tree.
class SubjectTree {
 public:
  explicit SubjectTree(std::size_t value_bytes) : value_bytes_((value_bytes + 7) / 8 * 8) {}
  SubjectTree(SubjectTree&& other) noexcept;
  SubjectTree& operator=(SubjectTree&& other) noexcept;
  SubjectTree(const SubjectTree&) = delete;
  SubjectTree& operator=(const SubjectTree&) = delete;
  ~SubjectTree();

  std::size_t size() const { return size_; }
  std::size_t memory_bytes() const { return memory_bytes_; }  // asked from the allocator

  void* find(std::string_view subject) const;  // its value; null: not there
  struct Inserted {
    void* value;
    bool is_new;  // then the value is filled with zeros
  };
  Inserted insert(std::string_view subject);
  bool erase(std::string_view subject);
  void clear();

  std::string_view subject_of(const void* value) const;

  // Called for each match; false ends the walk.
  using Visit = bool (*)(void* context, std::string_view subject, void* value);
  // Visits what matches the filter, in the order of the bytes; the tree must not change meanwhile.
  void walk(std::string_view filter, Visit visit, void* context) const;

 private:
  struct Node;
  using Link = std::uintptr_t;  // 0: none; odd: a leaf

  struct Frame;
  class Walk;

  static bool is_leaf(Link link) { return (link & 1) != 0; }
  // The lowest bit of the pointer says which of two types it points to.
  static void* value_of(Link leaf) { return reinterpret_cast<void*>(leaf - 1); }  // NOLINT
  static Node* node_of(Link node) { return reinterpret_cast<Node*>(node); }       // NOLINT

  std::string_view text_of(Link leaf) const { return subject_of(value_of(leaf)); }
  Link make_leaf(std::string_view subject);
  void free_leaf(Link leaf);
  Node* make_node(std::string_view prefix, std::size_t capacity);
  void free_node(Node* node);
  Node* copy_node(const Node* node, std::string_view prefix, std::size_t capacity);

  void split_leaf(Link* slot, std::string_view subject, std::size_t depth);
  void split_prefix(Link* slot, std::size_t common);
  // Adds a leaf or node below `*slot`; an empty `rest` makes a leaf end there.
  void attach(Link* slot, std::string_view rest, Link link);
  void shrink(Link* slot);
  void* allocate(std::size_t bytes);
  void release(void* memory, std::size_t bytes);

  std::size_t value_bytes_;
  Link root_ = 0;
  std::size_t size_ = 0;
  std::size_t memory_bytes_ = 0;
};

}  // namespace leat::internal
