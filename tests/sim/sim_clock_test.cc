#include "tests/sim/sim_clock.h"

#include <gtest/gtest.h>

#include "tests/sim/sim_env.h"

namespace weir::sim {
namespace {

TEST(SimClock, the_wall_clock_jumps_and_the_monotonic_one_does_not) {
  SimClock clock;
  const int64_t before_ns = clock.monotonic_ns();
  const int64_t wall_before_ns = clock.wall_ns();

  clock.jump_wall_ns(-5000);
  clock.advance_ns(100);

  EXPECT_EQ(clock.monotonic_ns(), before_ns + 100);
  EXPECT_EQ(clock.wall_ns(), wall_before_ns - 4900);
}

TEST(SimClock, a_wait_runs_tasks_that_become_due_before_its_deadline) {
  SimEnv world(1);
  Mutex mutex;
  CondVar condition;
  int steps = 0;
  const auto task = world.executor().start("periodic", [&] {
    ++steps;
    return world.clock().monotonic_ns() + env::kNanosecondsPerMillisecond;
  });
  const int64_t deadline_ns = world.clock().deadline_after_ms(10);

  MutexLock lock(mutex);
  EXPECT_FALSE(world.clock().wait(condition, mutex, deadline_ns));

  EXPECT_EQ(world.clock().monotonic_ns(), deadline_ns);
  EXPECT_EQ(steps, 10);
}

TEST(SimClockDeathTest, a_deadlock_is_named) {
  EXPECT_DEATH(
      {
        SimEnv world(1);
        Mutex mutex;
        CondVar condition;
        MutexLock lock(mutex);
        static_cast<void>(world.clock().wait(condition, mutex, env::kNever));
      },
      "deadlock");
}

}  // namespace
}  // namespace weir::sim
