// The operating system's clocks.
#pragma once

#include "env/clock.h"

namespace weir::env {

class SystemClock : public Clock {
 public:
  int64_t monotonic_ns() override;
  int64_t wall_ns() override;
  bool wait(CondVar& condition, Mutex& mutex, int64_t deadline_ns) override WEIR_REQUIRES(mutex);
};

}  // namespace weir::env
