// ShortMutex: for sections of well under a microsecond that many threads enter often. It is small enough to lie in the
// cache line of what it guards; without contention one atomic operation takes it and one gives it back, inline.
// After Drepper, "Futexes Are Tricky" (2011), mutex 2, with a short spin before sleeping.
//
// No timed waits and no condition variables: for those, and for anything longer, take Mutex (sync.h).
#pragma once

#include <atomic>
#include <cstdint>

#include "base/sync.h"

namespace weir {

class WEIR_CAPABILITY("mutex") ShortMutex {
 public:
  ShortMutex() = default;
  ShortMutex(const ShortMutex&) = delete;
  ShortMutex& operator=(const ShortMutex&) = delete;

  void lock() WEIR_ACQUIRE() {
    uint32_t seen = kFree;
    // Acquire: pairs with the release in unlock().
    if (!state_.compare_exchange_weak(seen, kHeld, std::memory_order_acquire,
                                      std::memory_order_relaxed)) {
      lock_slowly();
    }
  }
  void unlock() WEIR_RELEASE() {
    if (state_.exchange(kFree, std::memory_order_release) == kWaited) state_.notify_one();
  }
  // Tells clang's analysis, where it cannot see it, that the caller holds the mutex.
  void assert_held() const WEIR_THREAD_ANNOTATION(assert_capability(this)) {}

 private:
  static constexpr uint32_t kFree = 0;
  static constexpr uint32_t kHeld = 1;
  static constexpr uint32_t kWaited = 2;  // held, and somebody may sleep

  void lock_slowly();

  std::atomic<uint32_t> state_{kFree};
};

class WEIR_SCOPED_CAPABILITY ShortLock {
 public:
  explicit ShortLock(ShortMutex& mutex) WEIR_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ShortLock(const ShortLock&) = delete;
  ShortLock& operator=(const ShortLock&) = delete;
  ~ShortLock() WEIR_RELEASE() { mutex_.unlock(); }

 private:
  ShortMutex& mutex_;
};

}  // namespace weir
