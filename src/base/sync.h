// Mutex, MutexLock and CondVar with clang's thread-safety annotations. Timed waits go through
// env::Clock, so that a simulated clock can drive them.
#pragma once

#include <pthread.h>

#include <cstdint>

#if defined(__clang__)
#define WEIR_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define WEIR_THREAD_ANNOTATION(x)
#endif
#define WEIR_CAPABILITY(x) WEIR_THREAD_ANNOTATION(capability(x))
#define WEIR_SCOPED_CAPABILITY WEIR_THREAD_ANNOTATION(scoped_lockable)
#define WEIR_GUARDED_BY(x) WEIR_THREAD_ANNOTATION(guarded_by(x))
#define WEIR_REQUIRES(...) WEIR_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define WEIR_ACQUIRE(...) WEIR_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define WEIR_RELEASE(...) WEIR_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
#define WEIR_EXCLUDES(...) WEIR_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define WEIR_NO_THREAD_SAFETY_ANALYSIS WEIR_THREAD_ANNOTATION(no_thread_safety_analysis)

namespace weir {

class WEIR_CAPABILITY("mutex") Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex() { pthread_mutex_destroy(&native_); }
  void lock() WEIR_ACQUIRE() { pthread_mutex_lock(&native_); }
  void unlock() WEIR_RELEASE() { pthread_mutex_unlock(&native_); }
  // Tells clang's analysis, where it cannot see it, that the caller holds the mutex.
  void assert_held() const WEIR_THREAD_ANNOTATION(assert_capability(this)) {}
  pthread_mutex_t* native() { return &native_; }

 private:
  pthread_mutex_t native_ = PTHREAD_MUTEX_INITIALIZER;
};

class WEIR_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) WEIR_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() WEIR_RELEASE() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

// Releases a held mutex for a scope: around I/O, never around shared state.
class WEIR_SCOPED_CAPABILITY MutexUnlock {
 public:
  explicit MutexUnlock(Mutex& mutex) WEIR_RELEASE(mutex) : mutex_(mutex) { mutex_.unlock(); }
  MutexUnlock(const MutexUnlock&) = delete;
  MutexUnlock& operator=(const MutexUnlock&) = delete;
  // Ends the scope, that is takes the mutex again: clang spells that as a release of the scope.
  ~MutexUnlock() WEIR_RELEASE() WEIR_NO_THREAD_SAFETY_ANALYSIS { mutex_.lock(); }

 private:
  Mutex& mutex_;
};

class CondVar {
 public:
  CondVar();
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;
  ~CondVar() { pthread_cond_destroy(&native_); }

  // Call with the mutex held. Costs no system call when nobody waits.
  void notify_one() {
    ++notify_count_;
    if (waiter_count_ != 0) pthread_cond_signal(&native_);
  }
  void notify_all() {
    ++notify_count_;
    if (waiter_count_ != 0) pthread_cond_broadcast(&native_);
  }

  // For env clocks only. Both fields are guarded by the caller's mutex.
  bool wait_until_monotonic(Mutex& mutex, int64_t deadline_ns);  // false: the deadline passed
  uint64_t notify_count() const { return notify_count_; }
  uint32_t waiter_count() const { return waiter_count_; }

 private:
  pthread_cond_t native_;
  uint64_t notify_count_ = 0;
  uint32_t waiter_count_ = 0;
};

}  // namespace weir
