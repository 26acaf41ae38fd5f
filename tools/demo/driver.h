// Starts the worker, kills it at random points, starts it again, and watches.
#pragma once

#include <cstdint>
#include <filesystem>

#include "demo/history.h"
#include "demo/plan.h"

namespace weir::demo {

struct DriveOptions {
  std::filesystem::path work;
  uint64_t kill_count = 0;
  uint64_t seed = 0;
};

// Returns when a worker has finished everything. Throws when one ends by itself or stands still.
History drive(const Plan& plan, const DriveOptions& options);

}  // namespace weir::demo
