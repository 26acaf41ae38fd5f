// Random histories: commands on a store and on the model, with power cuts in the middle of anything.
#pragma once

#include "tests/sim/history_crash.h"

namespace weir::sim {

inline constexpr int kRandomCommands = 100;

// One sequence; empty, or what was wrong and the line that replays it.
std::string run_random_sequence(uint64_t seed, CrashTotals* totals);

}  // namespace weir::sim
