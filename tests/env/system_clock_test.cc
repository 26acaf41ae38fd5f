#include "env/system_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

namespace weir::env {
namespace {

TEST(SystemClock, agrees_with_the_standard_library) {
  SystemClock clock;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const int64_t wall_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();

  EXPECT_LT(std::abs(clock.wall_ns() - wall_ns), 1000 * kNanosecondsPerMillisecond);
}

}  // namespace
}  // namespace weir::env
