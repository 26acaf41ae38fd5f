#include "env/thread_executor.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <csignal>
#include <string>

#include "tests/env/posix_test.h"

namespace weir::env {
namespace {

using ThreadExecutorTest = PosixTest;

TEST_F(ThreadExecutorTest, an_executor_task_of_the_parent_can_be_dropped_in_a_child) {
  auto task = env().executor.start("parent", [] { return kNever; });

  const int code = run_in_child([&] {
    task->wake();
    task.reset();
    return 7;
  });

  EXPECT_EQ(code, 7);
}

TEST_F(ThreadExecutorTest, threads_are_named_and_block_the_signals_of_the_host) {
  std::string name;
  std::atomic<bool> blocked = false;
  std::atomic<bool> done = false;
  const auto task = env().executor.start("weir-checkpoint-and-more", [&] {
    char buffer[16] = {};
    pthread_getname_np(pthread_self(), buffer, sizeof buffer);
    // The creator names the thread after it started.
    if (std::string(buffer) != "weir-checkpoint") {
      return env().clock.monotonic_ns() + kNanosecondsPerMillisecond;
    }
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGALRM) == 1;
    name = buffer;
    done = true;
    return kNever;
  });

  for (int i = 0; i < 5000 && !done; ++i) world_.run_for_ms(1);

  ASSERT_TRUE(done);
  EXPECT_EQ(name, "weir-checkpoint");
  EXPECT_TRUE(blocked);
  sigset_t own;
  pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_EQ(sigismember(&own, SIGTERM), 0);
}

}  // namespace
}  // namespace weir::env
