#include "core/subject/collision_set.h"

#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/subject/subject.h"

namespace leat {

void CollisionSet::add(std::string_view subject) {
  Node* node = &root_;
  for (SubjectTokens tokens(subject); !tokens.at_end();) {
    const std::string_view token = tokens.next();
    auto found = node->children.find(token);
    if (found == node->children.end()) {
      found = node->children.emplace(token, std::make_unique<Node>()).first;
    }
    node = found->second.get();
  }
  ++node->count;
}

void CollisionSet::remove(std::string_view subject) {
  std::vector<std::pair<Node*, std::string_view>> way;
  Node* node = &root_;
  for (SubjectTokens tokens(subject); !tokens.at_end();) {
    const std::string_view token = tokens.next();
    way.emplace_back(node, token);
    const auto found = node->children.find(token);
    LEAT_CHECK(found != node->children.end()) << subject;
    node = found->second.get();
  }
  LEAT_CHECK(node->count > 0) << subject;
  --node->count;
  for (; !way.empty() && node->count == 0 && node->children.empty(); way.pop_back()) {
    node = way.back().first;
    node->children.erase(node->children.find(way.back().second));
  }
}

bool CollisionSet::collides(std::string_view subject) const {
  std::vector<const Node*> here = {&root_};
  std::vector<const Node*> next;
  const auto go = [&next](const Node& node, std::string_view token) {
    const auto found = node.children.find(token);
    if (found != node.children.end()) next.push_back(found->second.get());
  };
  for (SubjectTokens tokens(subject); !tokens.at_end() && !here.empty();) {
    const std::string_view token = tokens.next();
    next.clear();
    for (const Node* node : here) {
      if (node->children.contains(kAllTokens)) return true;
      if (token == kAllTokens && !node->children.empty()) return true;
      if (token == kOneToken) {
        for (const auto& [of_child, child] : node->children) next.push_back(child.get());
      } else {
        go(*node, token);
        go(*node, kOneToken);
      }
    }
    here.swap(next);
  }
  for (const Node* node : here) {
    if (node->count > 0) return true;
  }
  return false;
}

}  // namespace leat
