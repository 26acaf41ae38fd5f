#include "tests/api/allocation/counting_new.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace weir::api {

namespace {

std::atomic<uint64_t> all_count{0};

struct Plan {
  uint64_t nth = 0;
  bool persistent = false;
  uint64_t count = 0;
};
thread_local Plan plan;

bool must_fail() {
  all_count.fetch_add(1, std::memory_order_relaxed);
  if (plan.nth == 0) return false;
  ++plan.count;
  return plan.count == plan.nth || (plan.persistent && plan.count > plan.nth);
}

void* allocate(size_t size, size_t alignment) {
  if (must_fail()) throw std::bad_alloc();
  const size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

uint64_t new_count() { return all_count.load(std::memory_order_relaxed); }

uint64_t fail_new(uint64_t nth, bool persistent) {
  const uint64_t count = plan.count;
  plan = {nth, persistent, 0};
  return count;
}

}  // namespace weir::api

// The other forms end in these.
void* operator new(size_t size) { return weir::api::allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return weir::api::allocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
