// A4 of RELIABILITY.md §4.2: random commands on a store and on the model, with power cuts in the middle of anything,
// kills, clock jumps and reopening with other options.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/sim/history_random.h"

namespace weir::sim {
namespace {

void run_sequences(uint64_t first, uint64_t count) {
  CrashTotals totals;
  std::string failure;
  uint64_t run = 0;
  for (; run < count && failure.empty(); ++run) failure = run_random_sequence(first + run, &totals);
  std::printf("%llu sequences of %d commands, %llu opens, %llu deliveries, %llu confirmed\n",
              static_cast<unsigned long long>(run), kRandomCommands,
              static_cast<unsigned long long>(totals.opens),
              static_cast<unsigned long long>(totals.deliveries),
              static_cast<unsigned long long>(totals.confirmed));
  EXPECT_EQ(failure, "");
}

TEST(Model, replay) {
  const uint64_t seed = number_from_environment("WEIR_SEED", 0);
  if (seed == 0) GTEST_SKIP() << "WEIR_SEED is not set";
  run_sequences(seed, number_from_environment("WEIR_SEEDS", 1));
}

TEST(Model, random_commands) { run_sequences(1, 200); }
TEST(ModelSlow, random_commands) { run_sequences(10'000, 2000 * test_scale()); }

}  // namespace
}  // namespace weir::sim
