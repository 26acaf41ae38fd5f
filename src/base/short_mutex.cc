#include "base/short_mutex.h"

namespace weir {

namespace {

// About as long as one section takes; longer only burns time that the holder may need.
constexpr int kSpins = 100;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

}  // namespace

void ShortMutex::lock_slowly() {
  for (int i = 0; i < kSpins; ++i) {
    uint32_t seen = state_.load(std::memory_order_relaxed);
    if (seen == kFree && state_.compare_exchange_weak(seen, kHeld, std::memory_order_acquire,
                                                      std::memory_order_relaxed)) {
      return;
    }
    pause();
  }
  // Whoever slept takes it as waited: others may sleep still.
  while (state_.exchange(kWaited, std::memory_order_acquire) != kFree) {
    state_.wait(kWaited, std::memory_order_relaxed);
  }
}

}  // namespace weir
