#include "engine/buffer/bounds.h"

#include <gtest/gtest.h>

namespace weir::buffer {
namespace {

using Verdict = Bounds::Verdict;

TEST(Bounds, own_ones_are_exact_and_a_refusal_takes_nothing) {
  storage::MemoryBudget budget(1 << 20);
  Bounds bounds;
  bounds.start(1000, 2, &budget);
  uint64_t charged = 0;
  EXPECT_EQ(bounds.reserve(600, 1, 0, &charged), Verdict::kFits);
  EXPECT_EQ(bounds.reserve(401, 1, 600, &charged), Verdict::kBufferFull);
  EXPECT_EQ(bounds.reserve(300, 1, 600, &charged), Verdict::kFits);
  EXPECT_EQ(bounds.reserve(1, 1, 900, &charged), Verdict::kBufferFull);
  EXPECT_EQ(bounds.reserve(100, 0, 900, &charged), Verdict::kFits);
  EXPECT_EQ(bounds.reserve(-500, 0, 1000, &charged), Verdict::kFits);
  bounds.give_back(300, 1, 200, &charged);
  EXPECT_EQ(bounds.reserve(800, 1, 200, &charged), Verdict::kFits);
}

TEST(Bounds, the_budget_is_charged_in_steps_and_given_back_to_the_last_byte) {
  storage::MemoryBudget budget(1 << 20);
  Bounds bounds;
  bounds.start(0, 0, &budget);
  uint64_t charged = 0;
  uint64_t bytes = 0;
  uint64_t changes = 0;
  for (int i = 0; i < 500; ++i) {
    const uint64_t before = charged;
    ASSERT_EQ(bounds.reserve(1000, 1, bytes, &charged), Verdict::kFits);
    bytes += 1000;
    changes += before != charged ? 1U : 0U;
    ASSERT_GE(charged, bytes);
    ASSERT_LE(charged, bytes + bytes / 4 + 2 * Bounds::kChargeBytes);
    ASSERT_EQ(budget.used(), charged);
  }
  EXPECT_LT(changes, 100U);
  while (bytes > 0) {
    bytes -= 1000;
    bounds.give_back(1000, 1, bytes, &charged);
    ASSERT_EQ(budget.used(), charged);
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(Bounds, a_full_budget_refuses_and_takes_nothing) {
  storage::MemoryBudget budget(100'000);
  Bounds bounds;
  bounds.start(1 << 20, 10, &budget);
  uint64_t charged = 0;
  budget.add(95'000);
  EXPECT_EQ(bounds.reserve(6000, 1, 0, &charged), Verdict::kBudgetFull);
  EXPECT_EQ(charged, 0U);
  EXPECT_EQ(budget.used(), 95'000U);
  EXPECT_EQ(bounds.reserve(4000, 1, 0, &charged), Verdict::kFits);
  bounds.uncharge(&charged);
  EXPECT_EQ(budget.used(), 95'000U);
}

}  // namespace
}  // namespace weir::buffer
