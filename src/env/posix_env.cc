#include <sys/random.h>

#include <cerrno>

#include "base/assert.h"
#include "env/env.h"
#include "env/posix_file_system.h"
#include "env/system_clock.h"
#include "env/thread_executor.h"

namespace weir::env {

namespace {

class SystemRandom : public Random {
 public:
  void fill(MutableBytes into) override {
    while (!into.empty()) {
      const ssize_t got = getrandom(into.data(), into.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      WEIR_ASSERT(got > 0);
      into = into.subspan(static_cast<size_t>(got));
    }
  }
};

struct PosixEnv {
  PosixFileSystem file_system;
  SystemClock clock;
  ThreadExecutor executor{clock};
  SystemRandom random;
  Env env{file_system, clock, executor, random};
};

}  // namespace

Env& posix_env() {
  // Never destroyed: threads of the host may use a store until the process ends.
  static PosixEnv& the_environment = *new PosixEnv;
  return the_environment.env;
}

}  // namespace weir::env
