#include "env/clock.h"

#include <gtest/gtest.h>

#include "tests/sim/sim_clock.h"

namespace weir::env {
namespace {

TEST(Clock, the_longest_timeout_that_fits_is_not_for_ever) {
  sim::SimClock clock;
  const int64_t room_ms = (kNever - clock.monotonic_ns()) / kNanosecondsPerMillisecond;

  EXPECT_LT(clock.deadline_after_ms(room_ms - 1), kNever);
  EXPECT_EQ(clock.deadline_after_ms(room_ms), kNever);
  EXPECT_EQ(clock.deadline_after_ms(1), clock.monotonic_ns() + kNanosecondsPerMillisecond);
}

}  // namespace
}  // namespace weir::env
