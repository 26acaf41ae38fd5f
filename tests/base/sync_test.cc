#include "base/sync.h"

#include <gtest/gtest.h>

#include <ctime>
#include <thread>

namespace weir {
namespace {

int64_t now_ns() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

TEST(CondVar, timed_wait_ends_at_its_deadline) {
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);
  const int64_t deadline_ns = now_ns() + 5'000'000;

  while (condition.wait_until_monotonic(mutex, deadline_ns)) {
  }

  EXPECT_GE(now_ns(), deadline_ns);
  EXPECT_EQ(condition.waiter_count(), 0U);
}

TEST(CondVar, past_and_negative_deadlines_do_not_wait) {
  Mutex mutex;
  CondVar condition;
  MutexLock lock(mutex);

  EXPECT_FALSE(condition.wait_until_monotonic(mutex, 0));
  EXPECT_FALSE(condition.wait_until_monotonic(mutex, -5));
}

TEST(CondVar, notify_wakes_a_waiter_without_deadline) {
  Mutex mutex;
  CondVar condition;
  bool ready = false;
  bool seen = false;
  std::thread waiter([&] {
    MutexLock lock(mutex);
    while (!ready) condition.wait_until_monotonic(mutex, INT64_MAX);
    seen = true;
  });

  {
    MutexLock lock(mutex);
    ready = true;
    condition.notify_all();
  }
  waiter.join();

  EXPECT_TRUE(seen);
}

TEST(MutexUnlock, lets_others_in_for_its_scope) {
  Mutex mutex;
  bool entered = false;
  MutexLock lock(mutex);
  {
    MutexUnlock unlock(mutex);
    std::thread([&] {
      MutexLock inner(mutex);
      entered = true;
    }).join();
  }
  EXPECT_TRUE(entered);
}

}  // namespace
}  // namespace weir
