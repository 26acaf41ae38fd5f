#include "tests/sim/sim_clock.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/assert.h"
#include "tests/sim/sim_executor.h"

namespace weir::sim {

bool SimClock::wait(CondVar& condition, Mutex& mutex, int64_t deadline_ns) {
  WEIR_ASSERT(executor_ != nullptr);
  const uint64_t notified = condition.notify_count();
  while (monotonic_ns_ < deadline_ns) {
    mutex.unlock();
    const bool ran = executor_->run_one();
    mutex.lock();
    if (condition.notify_count() != notified) return true;
    if (ran) continue;
    const int64_t next_ns = std::min(executor_->next_due_ns(), deadline_ns);
    if (next_ns == env::kNever) {
      std::fputs("SimClock: deadlock: a wait without deadline, and no task will ever run\n",
                 stderr);
      std::abort();
    }
    advance_to_ns(next_ns);
  }
  return false;
}

void SimClock::advance_ns(int64_t duration_ns) {
  WEIR_ASSERT(duration_ns >= 0);
  monotonic_ns_ += duration_ns;
  wall_ns_ += duration_ns;
}

void SimClock::advance_to_ns(int64_t monotonic_ns) {
  if (monotonic_ns > monotonic_ns_) advance_ns(monotonic_ns - monotonic_ns_);
}

}  // namespace weir::sim
