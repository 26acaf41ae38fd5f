// Time, and waiting for it. Leases, expiry and timeouts run on the monotonic clock; the wall clock
// is information.
#pragma once

#include <cstdint>

#include "base/sync.h"

namespace weir::env {

inline constexpr int64_t kNever = INT64_MAX;
inline constexpr int64_t kNanosecondsPerMillisecond = 1'000'000;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t monotonic_ns() = 0;
  // Nanoseconds since 1970; may be coarse (a few ms), so that stamping a record costs no more than
  // a load.
  virtual int64_t wall_ns() = 0;
  // Waits on `condition` (whose mutex is `mutex`, held) until it is notified or the monotonic
  // deadline passes; kNever waits without limit. May wake early for no reason. False: the deadline
  // passed.
  virtual bool wait(CondVar& condition, Mutex& mutex, int64_t deadline_ns) WEIR_REQUIRES(mutex) = 0;

  // The monotonic deadline of a timeout as the API gives it: 0 does not wait, negative waits
  // without limit.
  int64_t deadline_after_ms(int64_t timeout_ms);
};

}  // namespace weir::env
