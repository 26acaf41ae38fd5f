// The library's allocator for its own large and hot memory: mimalloc, by explicit calls only. The
// only place that includes mimalloc; malloc and operator new of the host stay theirs.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::heap {

// NULL when there is no memory. 64-byte aligned.
void* allocate(size_t bytes);
void release(void* memory);

// For the out-of-memory test: the n-th allocation from now (1 = the next) fails, and all after it
// when `persistent`. 0 turns it off.
void fail_allocation(uint64_t nth, bool persistent);
// Allocations since the last fail_allocation(nth > 0), the failed ones included. Counts only while
// armed: a counter shared by all threads would cost more than the allocation.
uint64_t allocation_count();

}  // namespace weir::heap
