// A small seeded generator (xoshiro256**, Blackman and Vigna 2018; seeded by SplitMix64). Not for
// secrets.
#pragma once

#include <cstdint>

namespace weir {

class Prng {
 public:
  explicit Prng(uint64_t seed);
  uint64_t next();
  // Uniform in [0, bound); bound > 0.
  uint64_t below(uint64_t bound) { return next() % bound; }
  bool one_in(uint64_t n) { return below(n) == 0; }

 private:
  uint64_t state_[4];
};

}  // namespace weir
