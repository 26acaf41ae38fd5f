#include "api/handle.h"

#include <pthread.h>

#include "base/heap.h"

namespace weir::api {

// Holds all pools still while the process forks, so that the child can make handles of its own: a
// pool's mutex that another thread held at that moment would stay locked in the child for ever.
class ForkGate {
 public:
  static void add(ShellPool* pool) {
    const MutexLock lock(mutex());
    if (pool->registered_.load(std::memory_order_relaxed)) return;
    static const int installed = pthread_atfork(&before, &after, &after);
    if (installed != 0) throw std::bad_alloc();
    pool->next_registered_ = first;
    first = pool;
    // Release: pairs with the acquire in take(). From here on every fork sees the pool.
    pool->registered_.store(true, std::memory_order_release);
  }

 private:
  static Mutex& mutex() {
    static constinit union Immortal {
      constexpr Immortal() : mutex() {}
      ~Immortal() {}  // NOLINT(modernize-use-equals-default): a union's would be deleted
      Mutex mutex;
    } immortal;
    return immortal.mutex;
  }
  static void before() WEIR_NO_THREAD_SAFETY_ANALYSIS {
    mutex().lock();
    for (ShellPool* pool = first; pool != nullptr; pool = pool->next_registered_) {
      pool->mutex_.lock();
    }
  }
  static void after() WEIR_NO_THREAD_SAFETY_ANALYSIS {
    for (ShellPool* pool = first; pool != nullptr; pool = pool->next_registered_) {
      pool->mutex_.unlock();
    }
    mutex().unlock();
  }

  static inline ShellPool* first = nullptr;  // guarded by mutex()
};

bool ShellPool::grow() {
  const size_t index = slab_count_.load(std::memory_order_relaxed);
  if (index == kSlabsMax) return false;
  const size_t units = kFirstSlabUnits << index;
  auto* begin = static_cast<uint8_t*>(heap::allocate(units * unit_bytes_));
  if (begin == nullptr) return false;
  for (size_t i = 0; i < units; ++i) construct_(begin + i * unit_bytes_)->magic = magic_;
  slabs_[index] = {begin, units * unit_bytes_};
  fresh_units_ = units;
  // Release: pairs with the acquire in find().
  slab_count_.store(index + 1, std::memory_order_release);
  return true;
}

Shell* ShellPool::take_locked() {
  const bool rested = free_count_ > quarantine_;
  if (!rested && (fresh_units_ > 0 || grow())) {
    const Slab& slab = slabs_[slab_count_.load(std::memory_order_relaxed) - 1];
    return reinterpret_cast<Shell*>(slab.begin + slab.bytes - unit_bytes_ * fresh_units_--);
  }
  // Without memory, a shell that has not rested is better than none.
  if (oldest_ == nullptr) return nullptr;
  Shell* shell = std::exchange(oldest_, oldest_->next);
  if (oldest_ == nullptr) newest_ = nullptr;
  --free_count_;
  return shell;
}

Shell* ShellPool::take(void** spare) {
  // Acquire: pairs with the release in ForkGate::add.
  if (!registered_.load(std::memory_order_acquire)) ForkGate::add(this);
  const MutexLock lock(mutex_);
  Shell* shell = take_locked();
  if (spare != nullptr) {
    *spare = shell != nullptr && spare_count_ > 0 ? spares_[--spare_count_] : nullptr;
  }
  return shell;
}

void* ShellPool::put(Shell* shell, void* spare) {
  const MutexLock lock(mutex_);
  shell->next = nullptr;
  (newest_ != nullptr ? newest_->next : oldest_) = shell;
  newest_ = shell;
  ++free_count_;
  if (spare == nullptr || spare_count_ == kSparesMax) return spare;
  spares_[spare_count_++] = spare;
  return nullptr;
}

Status not_a_handle(const char* noun, const void* handle) {
  if (handle == nullptr) return {Code::kInvalidArgument, text(noun, " is NULL")};
  return {Code::kInvalidArgument, text(noun, " is no handle of a weir_", noun)};
}

Status damaged_handle(const char* noun) {
  return {Code::kInternal, text("the memory of a ", noun, " handle was overwritten")};
}

void* publish_shell(Shell* shell) {
  ++shell->generation;
  shell->fork_generation = env::fork_generation();
  const uintptr_t tag = shell->generation % kTagCount;
  // Release: what was put into the shell is seen by whoever finds it open. An addition, because a
  // call with a stale handle may be on its way out.
  shell->state.fetch_or(Shell::kOpen, std::memory_order_release);
  return reinterpret_cast<uint8_t*>(shell) + tag;
}

void wait_until_left(Shell* shell) {
  // Acquire: pairs with the release of the calls that left.
  for (uint32_t inside = shell->state.load(std::memory_order_acquire); inside != 0;
       inside = shell->state.load(std::memory_order_acquire)) {
    shell->state.wait(inside, std::memory_order_acquire);
  }
}

}  // namespace weir::api
