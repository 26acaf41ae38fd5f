// What the driver saw over all lives of the worker.
#pragma once

#include <cstdint>
#include <vector>

#include "demo/sample.h"

namespace weir::demo {

struct Moment {
  double seconds = 0;
  Sample sample;
};

struct Kill {
  double seconds = 0;
  double part = 0;  // of the work that was done, 0 to 1
  Sample before;    // the last that the worker said
  Sample reopened;  // the first of the next life
};

struct History {
  std::vector<Moment> moments;  // about every 20 ms
  std::vector<Kill> kills;
  double seconds = 0;
  // Sums and maxima over the lives. A life that was killed counts up to its last sample.
  uint64_t sync_count = 0;
  uint64_t write_bytes = 0;
  uint64_t checkpoint_count = 0;
  uint64_t page_out_bytes = 0;
  uint64_t page_in_bytes = 0;
  uint64_t resident_bytes_peak = 0;
  uint64_t memory_bytes_peak = 0;
  uint64_t disk_bytes_peak = 0;
  uint64_t backlog_bytes_peak = 0;
  uint64_t open_microseconds_max = 0;
};

}  // namespace weir::demo
