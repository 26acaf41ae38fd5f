#include "base/heap.h"

#include <mimalloc.h>

#include <atomic>
#include <cstdlib>

namespace weir::heap {

namespace {

// Test hooks. All relaxed: a test arms them before it starts the work that it wants to see fail,
// and no other data is published through them. `armed` alone is read in production.
std::atomic<bool> armed{false};
std::atomic<bool> fail_persistently{false};
std::atomic<uint64_t> fail_number{0};
std::atomic<uint64_t> counted{0};

// The sanitizers cannot see into mimalloc: they miss a use after release, and take memory that goes from one thread to
// another for a race. So there it is the host's allocator, which they replace.
#ifdef WEIR_SANITIZED
// Large blocks of mimalloc begin on pages; some of the handles' shells, in such blocks, want 128 bytes.
void* take_memory(size_t bytes) {
  constexpr size_t kLargeAlignment = 128;
  const size_t whole = (bytes + kLargeAlignment - 1) / kLargeAlignment * kLargeAlignment;
  return std::aligned_alloc(kLargeAlignment, whole == 0 ? kLargeAlignment : whole);
}
void give_memory(void* memory) { std::free(memory); }
#else
constexpr size_t kAlignment = 64;
void* take_memory(size_t bytes) { return mi_malloc_aligned(bytes, kAlignment); }
void give_memory(void* memory) { mi_free(memory); }
#endif

bool must_fail() {
  const uint64_t number = counted.fetch_add(1, std::memory_order_relaxed) + 1;
  const uint64_t chosen = fail_number.load(std::memory_order_relaxed);
  if (number == chosen) return true;
  return number > chosen && fail_persistently.load(std::memory_order_relaxed);
}

}  // namespace

void* allocate(size_t bytes) {
  if (__builtin_expect(armed.load(std::memory_order_relaxed), 0) && must_fail()) return nullptr;
  return take_memory(bytes);
}

void release(void* memory) { give_memory(memory); }

void fail_allocation(uint64_t nth, bool persistent) {
  armed.store(false, std::memory_order_relaxed);
  counted.store(0, std::memory_order_relaxed);
  fail_number.store(nth, std::memory_order_relaxed);
  fail_persistently.store(persistent, std::memory_order_relaxed);
  armed.store(nth != 0, std::memory_order_relaxed);
}

uint64_t allocation_count() { return counted.load(std::memory_order_relaxed); }

}  // namespace weir::heap
