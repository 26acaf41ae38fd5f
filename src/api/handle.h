// Handles. What a caller holds is the address of a shell, with a tag in its lowest bits that changes
// each time the shell is used again; it is never dereferenced outside this layer.
//
//  - Shells lie in slabs that are never given back, so whatever was a handle once can be looked at
//    for ever. An address outside the slabs of its type is refused without looking at it.
//  - A closed shell is used again only after `quarantine` others of its type were closed, and then
//    with the next of 64 tags. Until all tags came round, a stale handle is told WEIR_E_CLOSED.
//  - SHARED handles count the calls inside (Use); closing wakes them and waits for them. EXCLUSIVE
//    and IMMUTABLE ones are only looked at: their callers take turns.
//  - In a forked child, handles of the parent are refused, and closing them does nothing.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "base/result.h"
#include "base/sync.h"
#include "env/env.h"

namespace weir::api {

inline constexpr size_t kTagCount = 64;
inline constexpr size_t kQuarantine = 1024;

struct alignas(kTagCount) Shell {
  static constexpr uint32_t kOpen = uint32_t{1} << 31;

  // kOpen, plus the number of calls inside. The increment of a call that enters acquires what the
  // opener published with kOpen; the decrement of one that leaves releases to the closer.
  std::atomic<uint32_t> state{0};
  uint32_t magic = 0;            // of its type; damaged memory shows here
  uint32_t generation = 0;       // written while closed with nobody inside
  uint32_t fork_generation = 0;  // likewise
  Shell* next = nullptr;         // guarded by the pool's mutex
};

// All shells of one type. Thread-safe; its mutex is a leaf. Lives as long as the process, without
// construction at run time, so that a handle can be checked at any time, also in a forked child.
class ShellPool {
 public:
  using Construct = Shell* (*)(void* at);
  static constexpr size_t kSparesMax = 256;

  constexpr ShellPool(const char* noun, uint32_t magic, size_t unit_bytes, size_t quarantine,
                      Construct construct)
      : noun_(noun),
        magic_(magic),
        unit_bytes_(unit_bytes),
        quarantine_(quarantine),
        construct_(construct) {}

  // A closed shell, or nullptr when there is no memory. `spare` (may be null) receives an object
  // that put() kept, or nullptr.
  Shell* take(void** spare);
  // Gives a shell back, and with it, to be recycled at once, what was inside. Returns the spare
  // when too many are kept already: the caller destroys it.
  void* put(Shell* shell, void* spare);

  // The shell that `address` points into; nullptr when it is no address of this pool.
  Shell* find(const void* address) const {
    const auto wanted = reinterpret_cast<uintptr_t>(address);
    // Acquire: pairs with the release in grow(), which published the slabs below the count.
    for (size_t i = slab_count_.load(std::memory_order_acquire); i-- > 0;) {
      const uintptr_t offset = wanted - reinterpret_cast<uintptr_t>(slabs_[i].begin);
      if (offset < slabs_[i].bytes) {
        return reinterpret_cast<Shell*>(slabs_[i].begin + (offset & ~(unit_bytes_ - 1)));
      }
    }
    return nullptr;
  }

  const char* noun() const { return noun_; }
  uint32_t magic() const { return magic_; }

 private:
  friend class ForkGate;
  static constexpr size_t kSlabsMax = 24;
  static constexpr size_t kFirstSlabUnits = 64;

  struct Slab {
    uint8_t* begin = nullptr;
    size_t bytes = 0;
  };

  Shell* take_locked() WEIR_REQUIRES(mutex_);
  bool grow() WEIR_REQUIRES(mutex_);

  const char* const noun_;
  const uint32_t magic_;
  const size_t unit_bytes_;  // a power of two
  const size_t quarantine_;
  const Construct construct_;
  Slab slabs_[kSlabsMax];  // those below slab_count_ never change
  std::atomic<size_t> slab_count_{0};
  std::atomic<bool> registered_{false};

  Mutex mutex_;
  size_t fresh_units_ WEIR_GUARDED_BY(mutex_) = 0;  // of the last slab, never used yet
  Shell* oldest_ WEIR_GUARDED_BY(mutex_) = nullptr;
  Shell* newest_ WEIR_GUARDED_BY(mutex_) = nullptr;
  size_t free_count_ WEIR_GUARDED_BY(mutex_) = 0;
  void* spares_[kSparesMax] WEIR_GUARDED_BY(mutex_) = {};
  size_t spare_count_ WEIR_GUARDED_BY(mutex_) = 0;
  ShellPool* next_registered_ = nullptr;  // ForkGate's
};

// A pool is never destroyed: threads of the host may call until the process is gone.
union ImmortalPool {
  template <typename... Arguments>
  constexpr explicit ImmortalPool(Arguments... arguments) : pool(arguments...) {}
  ImmortalPool(const ImmortalPool&) = delete;
  ImmortalPool& operator=(const ImmortalPool&) = delete;
  ~ImmortalPool() {}  // NOLINT(modernize-use-equals-default): a union's would be deleted
  ShellPool pool;
};

template <typename S>
Shell* construct_shell(void* at) {
  static_assert(std::has_single_bit(sizeof(S)));
  return new (at) S;
}

// S, a kind of shell, has kNoun, kMagic, kQuarantine and Public (the opaque type of the C API).
template <typename S>
inline constinit ImmortalPool immortal_pool{S::kNoun, S::kMagic, sizeof(S), S::kQuarantine,
                                            &construct_shell<S>};
template <typename S>
ShellPool& pool_of() {
  return immortal_pool<S>.pool;
}

// Why a handle was refused.
Status not_a_handle(const char* noun, const void* handle);
Status damaged_handle(const char* noun);

// Opens a shell for use and gives its handle.
void* publish_shell(Shell* shell);
// Waits until nobody is inside a closed shell.
void wait_until_left(Shell* shell);

inline bool tag_matches(const Shell& shell, const void* handle) {
  return reinterpret_cast<uintptr_t>(handle) % kTagCount == shell.generation % kTagCount;
}

// The shell of an open handle whose callers take turns; nullptr when it is none or was closed.
// Handles of the parent process still show their contents.
template <typename S>
S* look(const typename S::Public* handle) {
  Shell* shell = pool_of<S>().find(handle);
  if (shell == nullptr) return nullptr;
  // Acquire: pairs with publish_shell.
  if ((shell->state.load(std::memory_order_acquire) & Shell::kOpen) == 0) return nullptr;
  return tag_matches(*shell, handle) ? static_cast<S*>(shell) : nullptr;
}

// The same, saying why not.
template <typename S>
Result<S*> look_or_tell(const typename S::Public* handle) {
  if (S* shell = look<S>(handle); shell != nullptr) {
    if (shell->fork_generation != env::fork_generation()) return Code::kForked;
    return shell;
  }
  if (pool_of<S>().find(handle) == nullptr) return not_a_handle(S::kNoun, handle);
  return Code::kClosed;
}

// Closes an exclusive or immutable handle; nullptr when there is nothing to close here and now.
template <typename S>
S* close_unshared(const typename S::Public* handle) {
  S* shell = look<S>(handle);
  if (shell == nullptr || shell->fork_generation != env::fork_generation()) return nullptr;
  const uint32_t before = shell->state.fetch_and(~Shell::kOpen, std::memory_order_acq_rel);
  return (before & Shell::kOpen) != 0 ? shell : nullptr;
}

// A call inside a shared handle.
template <typename S>
class Use {
 public:
  Use() = default;
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() { leave(); }

  Status enter(const typename S::Public* handle) {
    Shell* shell = pool_of<S>().find(handle);
    if (shell == nullptr) return not_a_handle(S::kNoun, handle);
    if (shell->magic != S::kMagic) return damaged_handle(S::kNoun);
    const uint32_t before = shell->state.fetch_add(1, std::memory_order_acquire);
    shell_ = static_cast<S*>(shell);
    if ((before & Shell::kOpen) == 0 || !tag_matches(*shell, handle)) return refuse(Code::kClosed);
    if (shell->fork_generation != env::fork_generation()) return refuse(Code::kForked);
    return {};
  }

  // Ends the handle's life for callers to come: true for exactly one caller. The calls inside go on.
  bool close() {
    const uint32_t before = shell_->state.fetch_and(~Shell::kOpen, std::memory_order_acq_rel);
    return (before & Shell::kOpen) != 0;
  }

  S* take_closed() {
    S* shell = shell_;
    leave();
    wait_until_left(shell);
    return shell;
  }

  S* operator->() const { return shell_; }

 private:
  Code refuse(Code code) {
    leave();
    return code;
  }

  void leave() {
    if (shell_ == nullptr) return;
    const uint32_t before = shell_->state.fetch_sub(1, std::memory_order_release);
    // The last one out of a closed shell wakes the closer; shells are never unmapped.
    if (before == 1) shell_->state.notify_all();
    shell_ = nullptr;
  }

  S* shell_ = nullptr;
};

// A handle in the making: takes its memory first, so that what follows cannot be lost for want of
// it. What is not published goes back.
template <typename S>
class New {
 public:
  New() = default;
  New(const New&) = delete;
  New& operator=(const New&) = delete;
  ~New() {
    if (shell_ == nullptr) return;
    shell_->clear();
    pool_of<S>().put(shell_, nullptr);
  }

  Status prepare() {
    shell_ = static_cast<S*>(pool_of<S>().take(nullptr));
    return shell_ != nullptr ? Status() : Status(Code::kNoMemory);
  }
  S* operator->() const { return shell_; }
  typename S::Public* publish() {
    return static_cast<typename S::Public*>(publish_shell(std::exchange(shell_, nullptr)));
  }

 private:
  S* shell_ = nullptr;
};

// Destroys what a closed shell holds and gives the shell back.
template <typename S>
void recycle(S* shell) {
  shell->clear();
  pool_of<S>().put(shell, nullptr);
}

// Holds the shell that a closing call took: it goes back however the call ends.
template <typename S>
class Closing {
 public:
  explicit Closing(S* shell) : shell_(shell) {}
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  ~Closing() { recycle(shell_); }
  S* operator->() const { return shell_; }

 private:
  S* shell_;
};

}  // namespace weir::api
