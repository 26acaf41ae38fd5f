// The process that is killed: opens the store, produces on one thread and consumes on another.
#pragma once

#include <filesystem>

namespace weir::demo {

// Reports to standard output; when everything is done it waits for the end of standard input, so
// that the driver can still kill it, and closes the store. Returns the exit code.
int run_worker(const std::filesystem::path& work);

}  // namespace weir::demo
