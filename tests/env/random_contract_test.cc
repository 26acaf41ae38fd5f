// One suite over the system's and the seeded generator.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "tests/env/environments.h"

namespace weir::env {
namespace {

template <typename World>
class RandomContract : public WorldTest<World> {};
TYPED_TEST_SUITE(RandomContract, Worlds, WorldNames);

TYPED_TEST(RandomContract, fills_all_bytes_of_any_size) {
  for (const size_t size : {0U, 1U, 7U, 256U, 100'000U}) {
    std::vector<uint8_t> bytes(size, 0);

    this->env().random.fill(bytes);

    const std::set<uint8_t> values(bytes.begin(), bytes.end());
    if (size >= 256) {
      EXPECT_GT(values.size(), 100U);
    }
  }
}

TYPED_TEST(RandomContract, numbers_do_not_repeat) {
  std::set<uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) numbers.insert(this->env().random.next());
  EXPECT_EQ(numbers.size(), 1000U);
}

}  // namespace
}  // namespace weir::env
