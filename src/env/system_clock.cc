#include "env/system_clock.h"

#include <ctime>

namespace weir::env {

namespace {

int64_t read_clock(clockid_t which) {
  timespec now = {};
  clock_gettime(which, &now);
  return static_cast<int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

int64_t SystemClock::monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

int64_t SystemClock::wall_ns() { return read_clock(CLOCK_REALTIME_COARSE); }

bool SystemClock::wait(CondVar& condition, Mutex& mutex, int64_t deadline_ns) {
  return condition.wait_until_monotonic(mutex, deadline_ns);
}

}  // namespace weir::env
