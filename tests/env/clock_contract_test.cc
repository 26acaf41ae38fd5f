// One suite over the system's and the simulated clock.
#include <gtest/gtest.h>

#include <limits>

#include "tests/env/environments.h"

namespace weir::env {
namespace {

template <typename World>
class ClockContract : public WorldTest<World> {};
TYPED_TEST_SUITE(ClockContract, Worlds, WorldNames);

TYPED_TEST(ClockContract, times_are_plausible) {
  Clock& clock = this->env().clock;

  EXPECT_GT(clock.monotonic_ns(), 0);
  EXPECT_GT(clock.wall_ns(), 1'600'000'000'000'000'000);
  const int64_t first_ns = clock.monotonic_ns();
  EXPECT_GE(clock.monotonic_ns(), first_ns);
}

TYPED_TEST(ClockContract, timeouts_become_deadlines) {
  Clock& clock = this->env().clock;
  const int64_t before_ns = clock.monotonic_ns();

  EXPECT_LE(clock.deadline_after_ms(0), before_ns);
  EXPECT_EQ(clock.deadline_after_ms(-1), kNever);
  EXPECT_EQ(clock.deadline_after_ms(std::numeric_limits<int64_t>::min()), kNever);
  EXPECT_EQ(clock.deadline_after_ms(std::numeric_limits<int64_t>::max()), kNever);
  EXPECT_GE(clock.deadline_after_ms(10), before_ns + 10 * kNanosecondsPerMillisecond);
  const int64_t deadline_ns = clock.deadline_after_ms(10);
  EXPECT_LE(deadline_ns, clock.monotonic_ns() + 10 * kNanosecondsPerMillisecond);
}

TYPED_TEST(ClockContract, wait_ends_at_the_deadline) {
  Clock& clock = this->env().clock;
  Mutex mutex;
  CondVar condition;
  const int64_t deadline_ns = clock.deadline_after_ms(5);

  {
    MutexLock lock(mutex);
    while (clock.wait(condition, mutex, deadline_ns)) {
    }
  }

  EXPECT_GE(clock.monotonic_ns(), deadline_ns);
}

TYPED_TEST(ClockContract, a_deadline_that_passed_does_not_wait) {
  Clock& clock = this->env().clock;
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);

  EXPECT_FALSE(clock.wait(condition, mutex, 0));
  EXPECT_FALSE(clock.wait(condition, mutex, clock.monotonic_ns()));
}

TYPED_TEST(ClockContract, a_background_task_ends_a_wait_without_deadline) {
  Mutex mutex;
  CondVar condition;
  bool ready = false;
  const auto task = this->env().executor.start("notifier", [&] {
    MutexLock lock(mutex);
    ready = true;
    condition.notify_all();
    return kNever;
  });

  MutexLock lock(mutex);
  while (!ready) {
    EXPECT_TRUE(this->env().clock.wait(condition, mutex, kNever));
  }
  EXPECT_TRUE(ready);
}

}  // namespace
}  // namespace weir::env
