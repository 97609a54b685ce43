#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace leat {

// Subjects, which may hold wildcards, and the question whether another one could share a message
// with any of them: subjects_collide() over all at once, at the cost of the tokens of one. A
// subject may be in it several times. Used on one thread.
class CollisionSet {
 public:
  void add(std::string_view subject);
  // One that was added.
  void remove(std::string_view subject);
  bool collides(std::string_view subject) const;

 private:
  struct Node {
    // By token; wildcards are tokens like others.
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::uint32_t count = 0;  // subjects that end here
  };

  Node root_;
};

}  // namespace leat
