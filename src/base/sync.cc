#include "base/sync.h"

#include <cerrno>
#include <ctime>

#include "base/assert.h"

namespace weir {

CondVar::CondVar() : native_() {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  const int failure = pthread_cond_init(&native_, &attributes);
  pthread_condattr_destroy(&attributes);
  WEIR_ASSERT(failure == 0);
}

bool CondVar::wait_until_monotonic(Mutex& mutex, int64_t deadline_ns) {
  constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
  int failure = 0;
  ++waiter_count_;
  if (deadline_ns == INT64_MAX) {
    failure = pthread_cond_wait(&native_, mutex.native());
  } else {
    // A negative time would be EINVAL rather than a deadline that has passed.
    const int64_t not_negative = deadline_ns < 0 ? 0 : deadline_ns;
    timespec deadline = {};
    deadline.tv_sec = static_cast<time_t>(not_negative / kNanosecondsPerSecond);
    deadline.tv_nsec =
        static_cast<decltype(deadline.tv_nsec)>(not_negative % kNanosecondsPerSecond);
    failure = pthread_cond_timedwait(&native_, mutex.native(), &deadline);
  }
  --waiter_count_;
  WEIR_ASSERT(failure == 0 || failure == ETIMEDOUT);
  return failure == 0;
}

}  // namespace weir
