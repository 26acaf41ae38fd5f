#include "base/heap.h"

#include <gtest/gtest.h>

#include <cstring>

namespace weir {
namespace {

TEST(Heap, memory_is_aligned_to_64_bytes_and_usable) {
  for (const size_t bytes : {size_t{1}, size_t{65}, size_t{4096}, size_t{1} << 22}) {
    void* const memory = heap::allocate(bytes);

    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory) % 64, 0U);
    std::memset(memory, 1, bytes);
    heap::release(memory);
  }
}

TEST(Heap, chosen_allocation_fails_once) {
  heap::fail_allocation(2, false);

  void* const first = heap::allocate(10);
  void* const second = heap::allocate(10);
  void* const third = heap::allocate(10);
  const uint64_t count = heap::allocation_count();
  heap::fail_allocation(0, false);

  EXPECT_NE(first, nullptr);
  EXPECT_EQ(second, nullptr);
  EXPECT_NE(third, nullptr);
  EXPECT_EQ(count, 3U);
  heap::release(first);
  heap::release(second);
  heap::release(third);
}

TEST(Heap, persistent_failure_lasts_until_turned_off) {
  heap::fail_allocation(1, true);

  EXPECT_EQ(heap::allocate(10), nullptr);
  EXPECT_EQ(heap::allocate(10), nullptr);
  heap::fail_allocation(0, false);

  void* const memory = heap::allocate(10);
  EXPECT_NE(memory, nullptr);
  heap::release(memory);
}

}  // namespace
}  // namespace weir
