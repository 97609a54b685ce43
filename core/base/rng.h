#pragma once

#include <array>
#include <cstdint>
#include <functional>

namespace leat {

// Where 64 random bits come from. On the thread of its user.
using RandomSource = std::function<std::uint64_t()>;

// Pseudo-random numbers from a seed: xoshiro256**, its state filled by splitmix64. Small, fast and
// the same on every machine, so a run can be repeated. Not for secrets. One owner, any thread.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) {
    for (std::uint64_t& word : state_) {
      seed += 0x9E3779B97F4A7C15ULL;
      std::uint64_t mixed = seed;
      mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9ULL;
      mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBULL;
      word = mixed ^ (mixed >> 31U);
    }
  }

  std::uint64_t next() {
    const std::uint64_t drawn = rotated(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return drawn;
  }

  // One of 0 .. bound-1, each as likely as the others; 0 for a bound of 0.
  std::uint64_t below(std::uint64_t bound) {
    // The product's high half is the draw; a draw from the uneven rest of 2^64 is repeated.
    // Lemire, "Fast Random Integer Generation in an Interval", 2019.
    using Wide = unsigned __int128;
    if (bound == 0) return 0;
    Wide product = Wide{next()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const std::uint64_t uneven = (0 - bound) % bound;
      while (static_cast<std::uint64_t>(product) < uneven) product = Wide{next()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64U);
  }

  // One of first .. last; first <= last.
  std::uint64_t between(std::uint64_t first, std::uint64_t last) {
    const std::uint64_t span = last - first + 1;
    return span == 0 ? next() : first + below(span);
  }

  bool one_in(std::uint64_t count) { return below(count) == 0; }

 private:
  static std::uint64_t rotated(std::uint64_t word, unsigned bits) {
    return (word << bits) | (word >> (64U - bits));
  }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace leat
