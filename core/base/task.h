#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "core/base/check.h"

namespace leat {

template <typename Signature, std::size_t kInlineBytes = 96>
class InlineFunction;

// A callable that is moved, never copied. Captures of up to kInlineBytes live inside, so that a
// mailbox full of them costs no allocation each; larger captures are allocated.
template <typename R, typename... Args, std::size_t kInlineBytes>
class InlineFunction<R(Args...), kInlineBytes> {
 public:
  InlineFunction() = default;
  InlineFunction(std::nullptr_t) {}  // NOLINT: "none", as for std::function

  template <typename F>
  requires(!std::is_same_v<std::decay_t<F>, InlineFunction> &&
           std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
      InlineFunction(F&& callable) {  // NOLINT: converts as std::function does
    using Held = std::decay_t<F>;
    if constexpr (sizeof(Held) <= kInlineBytes && alignof(Held) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Held>) {
      new (&storage_) Held(std::forward<F>(callable));
      operations_ = &kInline<Held>;
    } else {
      new (&storage_) std::unique_ptr<Held>(std::make_unique<Held>(std::forward<F>(callable)));
      operations_ = &kAllocated<Held>;
    }
  }

  InlineFunction(InlineFunction&& other) noexcept { take(other); }
  InlineFunction& operator=(InlineFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~InlineFunction() { reset(); }

  explicit operator bool() const { return operations_ != nullptr; }

  R operator()(Args... args) {
    LEAT_CHECK(operations_ != nullptr);
    return operations_->call(&storage_, std::forward<Args>(args)...);
  }

 private:
  struct Operations {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <typename Held>
  static constexpr Operations kInline{
      [](void* held, Args&&... args) -> R {
        return (*static_cast<Held*>(held))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept {
        new (to) Held(std::move(*static_cast<Held*>(from)));
        static_cast<Held*>(from)->~Held();
      },
      [](void* held) noexcept { static_cast<Held*>(held)->~Held(); }};

  template <typename Held>
  static constexpr Operations kAllocated{
      [](void* held, Args&&... args) -> R {
        return (**static_cast<std::unique_ptr<Held>*>(held))(std::forward<Args>(args)...);
      },
      [](void* from, void* to) noexcept {
        auto* pointer = static_cast<std::unique_ptr<Held>*>(from);
        new (to) std::unique_ptr<Held>(std::move(*pointer));
        pointer->~unique_ptr();
      },
      [](void* held) noexcept { static_cast<std::unique_ptr<Held>*>(held)->~unique_ptr(); }};

  void take(InlineFunction& other) noexcept {
    if (other.operations_ == nullptr) return;
    other.operations_->move(&other.storage_, &storage_);
    operations_ = std::exchange(other.operations_, nullptr);
  }
  void reset() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(&storage_);
  }

  const Operations* operations_ = nullptr;
  alignas(std::max_align_t) std::byte storage_[kInlineBytes];
};

// What a scheduler, timer or mailbox runs once.
using Task = InlineFunction<void()>;

}  // namespace leat
