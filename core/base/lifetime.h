#pragma once

#include <memory>
#include <utility>

#include "core/base/check.h"

namespace leat {

// Points at an object that may be gone: what a callback holds that can run after its object. Made
// by Lifetime::ref(), copied and moved freely. It may travel to another thread and back, but is
// looked into on the thread of its object only, because nothing guards the object there.
template <typename T>
class WeakRef {
 public:
  WeakRef() = default;  // of nothing: gone

  // Null: the object is gone.
  T* get() const { return place_ == nullptr ? nullptr : *place_; }
  explicit operator bool() const { return get() != nullptr; }
  // The object must be there.
  T* operator->() const {
    T* object = get();
    LEAT_CHECK(object != nullptr);
    return object;
  }
  T& operator*() const { return *operator->(); }

 private:
  template <typename>
  friend class Lifetime;
  explicit WeakRef(std::shared_ptr<T*> place) : place_(std::move(place)) {}

  std::shared_ptr<T*> place_;  // null inside once the object is gone
};

// How long its owner lives, for those who may outlast it. A member of the owner, best the last one:
// members are destroyed from the back, so that no reference finds an owner that is half gone.
//
//   scheduler.post([self = lifetime_.ref()] {
//     if (self) self->go_on();
//   });
template <typename T>
class Lifetime {
 public:
  explicit Lifetime(T& owner) : place_(std::make_shared<T*>(&owner)) {}
  ~Lifetime() { end(); }
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  WeakRef<T> ref() const { return WeakRef<T>(place_); }
  // The owner counts as gone from here on: for a destructor that still calls others.
  void end() { *place_ = nullptr; }

 private:
  std::shared_ptr<T*> place_;
};

}  // namespace leat
