// A history as lines of block characters, and a kill as a sentence.
#pragma once

#include <string>

#include "demo/history.h"

namespace weir::demo {

// Waiting messages, memory, disk and resident memory over time, with the kills marked.
std::string chart(const History& history);

// What was in flight at each kill and what came of it.
std::string kill_lines(const History& history);

}  // namespace weir::demo
