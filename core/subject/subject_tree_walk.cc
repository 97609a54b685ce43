#include <vector>

#include "core/subject/subject_tree.h"
#include "core/subject/subject_tree_node.h"
#include "core/subject/subject_walk.h"

namespace leat::internal {

// A node on the way down and the children that are still to be looked at.
struct SubjectTree::Frame {
  Node* node;
  std::size_t next_child;
  std::size_t end_child;
  std::size_t depth;  // bytes of a subject above the first bytes of its children
  FilterPlace place;  // behind the prefix
};

// One walk: a stack of nodes, since a subject can have thousands of tokens.
class SubjectTree::Walk {
 public:
  Walk(const SubjectTree& tree, Visit visit, void* context)
      : tree_(tree), visit_(visit), context_(context) {}

  void run(std::string_view filter) {
    bool goes_on = enter(tree_.root_, 0, FilterPlace(filter));
    while (goes_on && !frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next_child == frame.end_child) {
        frames_.pop_back();
      } else {
        goes_on = enter_child(frame, frame.next_child++);
      }
    }
  }

 private:
  // Each returns false when the visitor has had enough.
  bool enter_child(const Frame& frame, std::size_t index) {
    FilterPlace place = frame.place;
    const char first = static_cast<char>(frame.node->firsts()[index]);
    if (!place.advance({&first, 1})) return true;
    return enter(frame.node->children()[index], frame.depth + 1, place);
  }

  bool enter(Link link, std::size_t depth, FilterPlace place) {
    if (link == 0) return true;
    if (is_leaf(link)) {
      const std::string_view text = tree_.text_of(link);
      if (!place.advance(text.substr(depth)) || !place.accepts()) return true;
      return visit_(context_, text, value_of(link));
    }
    Node* node = node_of(link);
    if (!place.advance(node->prefix())) return true;
    frames_.push_back({node, 0, node->count, depth + node->prefix_size, place});
    Frame& frame = frames_.back();
    if (place.is_used_up()) {
      frame.end_child = 0;
    } else if (place.is_text()) {
      frame.next_child = node->position(place.only_byte());
      frame.end_child = frame.next_child + (node->child(place.only_byte()) != nullptr ? 1 : 0);
    }
    if (node->own == 0 || !place.accepts()) return true;
    return visit_(context_, tree_.text_of(node->own), value_of(node->own));
  }

  const SubjectTree& tree_;
  Visit visit_;
  void* context_;
  std::vector<Frame> frames_;
};

void SubjectTree::walk(std::string_view filter, Visit visit, void* context) const {
  Walk(*this, visit, context).run(filter);
}

}  // namespace leat::internal
