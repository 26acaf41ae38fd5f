// The end of a run: is what came out what went in?
#pragma once

#include "demo/journal.h"
#include "demo/plan.h"

namespace weir::demo {

struct Comparison {
  uint64_t files = 0;  // that came out right
  uint64_t bytes = 0;
  uint64_t lost = 0;        // not there
  uint64_t wrong = 0;       // another content or mode
  uint64_t changed = 0;     // the source was changed while the demo ran: cannot be judged
  uint64_t unexpected = 0;  // files that nobody sent
  std::string first_problem;
};

// Reads both trees again and compares SHA-256 and mode of each file.
Comparison compare_trees(const Plan& plan, const std::filesystem::path& output,
                         const std::vector<bool>& vanished);

}  // namespace weir::demo
