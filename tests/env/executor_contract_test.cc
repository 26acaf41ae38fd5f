// One suite over threads and simulated tasks.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "tests/env/environments.h"

namespace weir::env {
namespace {

template <typename World>
class ExecutorContract : public WorldTest<World> {
 protected:
  // Long enough for a loaded machine.
  template <typename Condition>
  bool eventually(Condition condition) {
    for (int i = 0; i < 5000 && !condition(); ++i) this->world_.run_for_ms(1);
    return condition();
  }
};
TYPED_TEST_SUITE(ExecutorContract, Worlds, WorldNames);

TYPED_TEST(ExecutorContract, a_new_task_is_stepped_once_without_being_woken) {
  std::atomic<int> steps = 0;
  const auto task = this->env().executor.start("once", [&] {
    ++steps;
    return kNever;
  });

  EXPECT_TRUE(this->eventually([&] { return steps == 1; }));
  this->world_.run_for_ms(5);
  EXPECT_EQ(steps, 1);
}

TYPED_TEST(ExecutorContract, wake_steps_again) {
  std::atomic<int> steps = 0;
  const auto task = this->env().executor.start("woken", [&] {
    ++steps;
    return kNever;
  });
  ASSERT_TRUE(this->eventually([&] { return steps == 1; }));

  task->wake();

  EXPECT_TRUE(this->eventually([&] { return steps == 2; }));
}

TYPED_TEST(ExecutorContract, a_wake_during_the_step_steps_once_more) {
  std::atomic<int> steps = 0;
  std::atomic<Task*> self = nullptr;
  const auto task = this->env().executor.start("rewoken", [&] {
    Task* const woken = self.load();
    if (woken != nullptr && ++steps == 1) woken->wake();
    return kNever;
  });
  this->world_.run_for_ms(2);

  self = task.get();
  task->wake();

  EXPECT_TRUE(this->eventually([&] { return steps == 2; }));
}

TYPED_TEST(ExecutorContract, a_task_is_stepped_at_the_time_it_asked_for) {
  Clock& clock = this->env().clock;
  std::atomic<int> steps = 0;
  std::atomic<bool> early = false;
  std::atomic<int64_t> due_ns = 0;
  const auto task = this->env().executor.start("periodic", [&] {
    if (clock.monotonic_ns() < due_ns) early = true;
    due_ns = clock.monotonic_ns() + kNanosecondsPerMillisecond;
    return ++steps < 5 ? due_ns.load() : kNever;
  });

  EXPECT_TRUE(this->eventually([&] { return steps == 5; }));
  EXPECT_FALSE(early);
}

TYPED_TEST(ExecutorContract, no_step_after_the_task_is_gone) {
  std::atomic<int> steps = 0;
  auto task = this->env().executor.start("busy", [&]() -> int64_t {
    ++steps;
    return 0;  // at once
  });
  auto other = this->env().executor.start("other", [] { return kNever; });
  if constexpr (std::is_same_v<TypeParam, PosixWorld>) this->world_.run_for_ms(2);

  task.reset();

  const int steps_before = steps;
  this->world_.run_for_ms(3);
  EXPECT_EQ(steps, steps_before);
}

TYPED_TEST(ExecutorContract, a_step_that_throws_is_not_called_again) {
  std::atomic<int> steps = 0;
  const auto task = this->env().executor.start("throws", [&]() -> int64_t {
    ++steps;
    throw std::runtime_error("as bugs do");
  });
  ASSERT_TRUE(this->eventually([&] { return steps == 1; }));

  task->wake();
  this->world_.run_for_ms(5);

  EXPECT_EQ(steps, 1);
}

}  // namespace
}  // namespace weir::env
