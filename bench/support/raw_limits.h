// What the machine itself can do with the same bytes, measured beside each figure.
#pragma once

#include <cstdint>

namespace weir::bench {

// Each takes about a quarter of the time of a figure and returns records per second.

// memcpy of a record into a ring, and of one that was written `waiting` records ago out of it: the
// same distance between in and out as in the figure, so that both find the same caches.
double raw_copies(uint64_t record_bytes, uint64_t waiting);

// CRC32C of each record and a write for each 64 KiB of them into a ring file of the log's size; no
// sync.
double raw_writes(uint64_t record_bytes);

// pread of 64 KiB and CRC32C of each record in it, warm.
double raw_reads(uint64_t record_bytes);

// pwrite of `bytes`, rounded up to 4 KiB, and fdatasync, round and round in a file that was written
// before. Returns syncs per second.
double raw_syncs(uint64_t bytes);

// The median time in microseconds from one thread to another through a mutex, a condition variable
// and a deque, at `per_second` records per second.
double raw_hand_over_microseconds(double per_second);

}  // namespace weir::bench
