#include "base/short_mutex.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace weir {
namespace {

TEST(ShortMutex, is_four_bytes) { EXPECT_EQ(sizeof(ShortMutex), 4U); }

TEST(ShortMutex, one_at_a_time) {
  ShortMutex mutex;
  uint64_t count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < 50'000; ++step) {
        const ShortLock lock(mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 200'000U);
}

TEST(ShortMutex, those_who_sleep_are_woken) {
  ShortMutex mutex;
  int entered = 0;
  mutex.lock();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const ShortLock lock(mutex);
      ++entered;
    });
  }
  // Longer than anybody spins.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(entered, 0);
  mutex.unlock();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(entered, 4);
}

}  // namespace
}  // namespace weir
