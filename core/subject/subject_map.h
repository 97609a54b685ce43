#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include "core/subject/subject_tree.h"

namespace leat {

// Literal subjects and a small value for each, in the order of their bytes. Owned and used by one
// thread. Made for millions of subjects: a subject costs its text, its value and about thirty
// bytes. Pointers to values, and the texts of subjects, stay valid until that subject is erased.
template <typename T>
class SubjectMap {
  static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8, "values are raw bytes");

 public:
  SubjectMap() : tree_(sizeof(T)) {}

  bool empty() const { return size() == 0; }
  std::size_t size() const { return tree_.size(); }
  std::size_t memory_bytes() const { return tree_.memory_bytes(); }

  T* find(std::string_view subject) { return static_cast<T*>(tree_.find(subject)); }
  const T* find(std::string_view subject) const {
    return static_cast<const T*>(tree_.find(subject));
  }

  struct Inserted {
    T* value;
    bool is_new;  // then the value is T()
  };
  // Finds the value of a subject, or makes it.
  Inserted insert(std::string_view subject) {
    const auto inserted = tree_.insert(subject);
    if (inserted.is_new) new (inserted.value) T();
    return {static_cast<T*>(inserted.value), inserted.is_new};
  }
  bool erase(std::string_view subject) { return tree_.erase(subject); }  // false: was not there
  void clear() { tree_.clear(); }

  // The subject whose value this is.
  std::string_view subject_of(const T* value) const { return tree_.subject_of(value); }

  // Calls visit(subject, value) for every subject that matches the filter, in order, without
  // looking at the parts of the map that cannot match. A visit that returns a bool ends the walk
  // with false. Subjects must not be inserted or erased meanwhile. The filter ">" is everything.
  template <typename Visit>
  void for_each_match(std::string_view filter, Visit visit) const {
    tree_.walk(filter, &call<Visit, const T>, &visit);
  }
  template <typename Visit>
  void for_each_match(std::string_view filter, Visit visit) {
    tree_.walk(filter, &call<Visit, T>, &visit);
  }
  std::size_t count_matching(std::string_view filter) const {
    std::size_t count = 0;
    for_each_match(filter, [&](std::string_view, const T&) { ++count; });
    return count;
  }

 private:
  template <typename Visit, typename Value>
  static bool call(void* visit, std::string_view subject, void* value) {
    auto& function = *static_cast<Visit*>(visit);
    if constexpr (std::is_same_v<std::invoke_result_t<Visit&, std::string_view, Value&>, bool>) {
      return function(subject, *static_cast<Value*>(value));
    } else {
      function(subject, *static_cast<Value*>(value));
      return true;
    }
  }

  internal::SubjectTree tree_;
};

}  // namespace leat
