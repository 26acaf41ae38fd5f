#include "engine/buffer/shard.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/sim/sim_env.h"

namespace weir::buffer {
namespace {

constexpr int64_t kMs = env::kNanosecondsPerMillisecond;

class ShardTest : public ::testing::Test {
 protected:
  ShardTest() {
    shared_.clock = &world_.clock();
    shared_.tick_ns = 10 * kMs;
    shared_.bounds.start(0, 0, &budget_);
    const ShortLock lock(shard_.mutex);
    EXPECT_TRUE(shard_.start_locked(1, &shared_, now()));
  }
  ~ShardTest() override {
    Leavers leavers;
    const ShortLock lock(shard_.mutex);
    uint64_t removed = 0;
    EXPECT_TRUE(shard_.clear_step_locked(UINT32_MAX, &removed, &leavers));
    shard_.stop_locked();
    EXPECT_EQ(budget_.used(), 0U);
  }
  int64_t now() { return world_.clock().monotonic_ns(); }
  void add(uint64_t number, int64_t expiry_ms) {
    Item* item = Item::create(as_bytes(std::to_string(number)), {}, number);
    item->deadline_ns = now() + expiry_ms * kMs;
    Leavers leavers;
    const ShortLock lock(shard_.mutex);
    ASSERT_TRUE(shard_.insert_locked(item, nullptr, &leavers));
  }
  bool sweep(uint32_t looks) {
    Leavers leavers;
    const ShortLock lock(shard_.mutex);
    return shard_.sweep_locked(now(), looks, &leavers);
  }
  size_t count() {
    const ShortLock lock(shard_.mutex);
    return shard_.item_count_locked();
  }

  sim::SimEnv world_{1};
  storage::MemoryBudget budget_{1 << 30};
  Shared shared_;
  Shard shard_;
};

TEST_F(ShardTest, a_sweep_takes_no_more_than_it_may) {
  for (uint64_t i = 0; i < 100; ++i) add(i, 50);
  world_.clock().advance_ns(60 * kMs);
  EXPECT_FALSE(sweep(30));
  EXPECT_EQ(count(), 70U);
  EXPECT_LE(shard_.next_due_ns(), now());
  EXPECT_FALSE(sweep(70));
  EXPECT_TRUE(sweep(1));
  EXPECT_EQ(shard_.next_due_ns(), env::kNever);
  const ShortLock lock(shard_.mutex);
  EXPECT_EQ(shard_.counted.expired_count, 100U);
  EXPECT_EQ(shard_.counted.call_expiry_max, 70U);
}

TEST_F(ShardTest, knows_when_something_is_due) {
  EXPECT_EQ(shard_.next_due_ns(), env::kNever);
  add(1, 500);
  const int64_t first = shard_.next_due_ns();
  EXPECT_GE(first, now() + 500 * kMs);
  EXPECT_LT(first, now() + 520 * kMs);
  add(2, 10'000);
  EXPECT_EQ(shard_.next_due_ns(), first);
  add(3, 20);
  EXPECT_LT(shard_.next_due_ns(), first);
}

TEST_F(ShardTest, a_count_goes_in_steps_and_looks_at_each_item_of_the_tick_once) {
  for (uint64_t i = 0; i < 1000; ++i) add(i, i % 2 == 0 ? 51 : 53);
  world_.clock().advance_ns(52 * kMs);  // in the middle of a tick
  uint64_t pass = 0;
  int steps = 0;
  size_t live = 0;
  for (bool done = false; !done; ++steps) {
    ASSERT_LT(steps, 1000);
    Leavers leavers;
    const ShortLock lock(shard_.mutex);
    done = shard_.count_step_locked(now(), &pass, &leavers);
    live = shard_.item_count_locked();
  }
  EXPECT_EQ(live, 500U);
  EXPECT_GE(steps, 1000 / static_cast<int>(Shard::kLooksPerStep));
  EXPECT_LE(steps, 2 * 1000 / static_cast<int>(Shard::kLooksPerStep));
}

}  // namespace
}  // namespace weir::buffer
