// A callback that reaches an object after its end writes into memory of somebody else.
#include "core/base/lifetime.h"

#include <gtest/gtest.h>

#include <memory>

namespace leat {
namespace {

class Owner {
 public:
  void touch() { ++touched_; }
  int touched() const { return touched_; }
  WeakRef<Owner> ref() const { return lifetime_.ref(); }
  void end() { lifetime_.end(); }

 private:
  int touched_ = 0;
  Lifetime<Owner> lifetime_{*this};
};

TEST(Lifetime, AReferenceFindsItsObjectUntilItIsGone) {
  auto owner = std::make_unique<Owner>();
  const WeakRef<Owner> first = owner->ref();
  const WeakRef<Owner> second = first;
  ASSERT_TRUE(first);
  first->touch();
  (*second).touch();
  EXPECT_EQ(second.get(), owner.get());
  EXPECT_EQ(owner->touched(), 2);
  owner.reset();
  EXPECT_FALSE(first);
  EXPECT_EQ(second.get(), nullptr);
}

TEST(Lifetime, AnOwnerMayCountAsGoneBeforeItsMembersAre) {
  Owner owner;
  const WeakRef<Owner> early = owner.ref();
  owner.end();
  EXPECT_FALSE(early);
  EXPECT_FALSE(owner.ref());
}

TEST(Lifetime, AReferenceOfNothingIsGone) { EXPECT_FALSE(WeakRef<Owner>()); }

TEST(LifetimeDeathTest, AnObjectThatIsGoneIsNotUsed) {
  const WeakRef<Owner> nothing;
  EXPECT_DEATH(nothing->touch(), "object != nullptr");
}

}  // namespace
}  // namespace leat
