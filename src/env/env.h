// Everything a store gets from outside: files, time, threads and chance.
#pragma once

#include "base/bytes.h"
#include "env/clock.h"
#include "env/executor.h"
#include "env/file_system.h"

namespace weir::env {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(MutableBytes into) = 0;  // getrandom in production
  uint64_t next();
};

// References, not owned: the environment outlives every store opened with it.
struct Env {
  FileSystem& file_system;
  Clock& clock;
  Executor& executor;
  Random& random;
};

// The operating system's. Lives for ever.
Env& posix_env();

// Counts forks: a child sees another number than its parent had at open. The first call installs
// the handlers; in the child every descriptor that the POSIX file system opened is closed, so that
// it cannot keep a lock alive.
uint32_t fork_generation();

}  // namespace weir::env
