// operator new of this test program: counts, and fails when told to.
#pragma once

#include <cstdint>

namespace weir::api {

// Allocations by operator new of all threads since the program started.
uint64_t new_count();

// From now on the n-th allocation by operator new of this thread throws (1 is the next one), and
// all after it too when persistent. 0 ends it. Returns how many there were since it began.
uint64_t fail_new(uint64_t nth, bool persistent);

}  // namespace weir::api
