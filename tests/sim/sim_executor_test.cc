#include "tests/sim/sim_executor.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/sim/sim_env.h"

namespace weir::sim {
namespace {

std::string order_of_steps(uint64_t seed) {
  SimEnv world(seed);
  std::string order;
  std::vector<std::unique_ptr<env::Task>> tasks;
  for (const char name : {'a', 'b', 'c', 'd', 'e'}) {
    tasks.push_back(world.executor().start("task", [&order, name] {
      order += name;
      return env::kNever;
    }));
  }
  world.executor().run_until_idle();
  return order;
}

TEST(SimExecutor, same_seed_same_order) {
  EXPECT_EQ(order_of_steps(5), order_of_steps(5));
  bool differs = false;
  for (uint64_t seed = 0; seed < 10; ++seed) differs |= order_of_steps(seed) != order_of_steps(5);
  EXPECT_TRUE(differs);
}

TEST(SimExecutor, runs_what_becomes_due_at_its_time) {
  SimEnv world(1);
  const int64_t start_ns = world.clock().monotonic_ns();
  std::vector<int64_t> times;
  const auto task = world.executor().start("periodic", [&] {
    times.push_back((world.clock().monotonic_ns() - start_ns) / env::kNanosecondsPerMillisecond);
    return world.clock().monotonic_ns() + 10 * env::kNanosecondsPerMillisecond;
  });

  world.executor().run_for_ms(25);

  EXPECT_EQ(times, (std::vector<int64_t>{0, 10, 20}));
  EXPECT_EQ(world.clock().monotonic_ns() - start_ns, 25 * env::kNanosecondsPerMillisecond);
}

TEST(SimExecutor, run_ready_steps_each_task_once) {
  SimEnv world(1);
  int steps = 0;
  const auto task = world.executor().start("again", [&]() -> int64_t {
    ++steps;
    return 0;
  });

  EXPECT_EQ(world.executor().run_ready(), 1U);
  EXPECT_EQ(steps, 1);
}

}  // namespace
}  // namespace weir::sim
