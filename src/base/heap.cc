#include "base/heap.h"

#include <mimalloc.h>

#include <atomic>

namespace weir::heap {

namespace {

constexpr size_t kAlignment = 64;

// Test hooks. All relaxed: a test arms them before it starts the work that it wants to see fail,
// and no other data is published through them. `armed` alone is read in production.
std::atomic<bool> armed{false};
std::atomic<bool> fail_persistently{false};
std::atomic<uint64_t> fail_number{0};
std::atomic<uint64_t> counted{0};

bool must_fail() {
  const uint64_t number = counted.fetch_add(1, std::memory_order_relaxed) + 1;
  const uint64_t chosen = fail_number.load(std::memory_order_relaxed);
  if (number == chosen) return true;
  return number > chosen && fail_persistently.load(std::memory_order_relaxed);
}

}  // namespace

void* allocate(size_t bytes) {
  if (__builtin_expect(armed.load(std::memory_order_relaxed), 0) && must_fail()) return nullptr;
  return mi_malloc_aligned(bytes, kAlignment);
}

void release(void* memory) { mi_free(memory); }

void fail_allocation(uint64_t nth, bool persistent) {
  armed.store(false, std::memory_order_relaxed);
  counted.store(0, std::memory_order_relaxed);
  fail_number.store(nth, std::memory_order_relaxed);
  fail_persistently.store(persistent, std::memory_order_relaxed);
  armed.store(nth != 0, std::memory_order_relaxed);
}

uint64_t allocation_count() { return counted.load(std::memory_order_relaxed); }

}  // namespace weir::heap
