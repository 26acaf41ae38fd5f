// What a worker tells the driver: one struct per event, small enough that a pipe takes it whole or
// not at all, so that a kill never leaves half of one.
#pragma once

#include <linux/limits.h>

#include <cstdint>

namespace weir::demo {

enum class Event : uint64_t {
  kOpened,    // the store is open, the producer knows what arrived
  kProgress,  // something was committed, taken or acknowledged
  kDone,      // everything was sent and acknowledged; the worker waits for the driver
  kClosed,    // the store was closed
};

struct Sample {
  Event event = Event::kProgress;
  uint64_t open_microseconds = 0;
  // Totals over all lives of the worker.
  uint64_t confirmed_files = 0;
  uint64_t confirmed_bytes = 0;
  uint64_t acknowledged_files = 0;
  uint64_t acknowledged_bytes = 0;
  // In flight at this moment.
  uint64_t committing_files = 0;
  uint64_t committing_bytes = 0;
  uint64_t unacknowledged_files = 0;
  uint64_t unacknowledged_bytes = 0;
  // Of this life, from weir_store_stats.
  uint64_t message_count = 0;
  uint64_t memory_bytes_used = 0;
  uint64_t memory_bytes_peak = 0;
  uint64_t disk_bytes = 0;
  uint64_t sync_count = 0;
  uint64_t write_bytes = 0;
  uint64_t checkpoint_count = 0;
  uint64_t page_out_bytes = 0;
  uint64_t page_in_bytes = 0;
  uint64_t recovered_torn_bytes = 0;
  // Of this process, from /proc.
  uint64_t resident_bytes = 0;
  uint64_t resident_bytes_peak = 0;
};
static_assert(sizeof(Sample) <= PIPE_BUF, "a pipe write of a sample must be atomic");

// Fills in the last two.
void read_resident_bytes(Sample* sample);

}  // namespace weir::demo
