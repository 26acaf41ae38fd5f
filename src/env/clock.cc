#include "env/clock.h"

namespace weir::env {

int64_t Clock::deadline_after_ms(int64_t timeout_ms) {
  if (timeout_ms < 0) return kNever;
  if (timeout_ms == 0) return 0;  // long past, without asking for the time
  const int64_t now = monotonic_ns();
  const int64_t room_ms = (kNever - now) / kNanosecondsPerMillisecond;
  return timeout_ms >= room_ms ? kNever : now + timeout_ms * kNanosecondsPerMillisecond;
}

}  // namespace weir::env
