#include "base/prng.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Prng, same_seed_gives_the_same_numbers) {
  Prng one(7);
  Prng other(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(one.next(), other.next());
}

TEST(Prng, other_seed_gives_other_numbers) {
  Prng one(7);
  Prng other(8);
  EXPECT_NE(one.next(), other.next());
}

// From the reference code of both algorithms: SplitMix64(0) begins e220a8397b1dcdaf,
// 6e789e6aa1b965f4.
TEST(Prng, agrees_with_the_reference) {
  Prng prng(0);
  // state[1] is 6e789e6aa1b965f4; xoshiro256** answers rotl(state[1] * 5, 7) * 9.
  const uint64_t product = 0x6e789e6aa1b965f4U * 5;
  EXPECT_EQ(prng.next(), ((product << 7) | (product >> 57)) * 9);
}

TEST(Prng, below_reaches_all_and_stays_below) {
  Prng prng(1);
  int seen[10] = {};
  for (int i = 0; i < 10'000; ++i) ++seen[prng.below(10)];
  for (const int count : seen) EXPECT_NEAR(count, 1000, 200);
}

}  // namespace
}  // namespace weir
