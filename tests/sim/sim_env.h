// A whole simulated environment: new, or on the file system that a crash left.
#pragma once

#include <memory>
#include <utility>

#include "env/env.h"
#include "tests/sim/sim_clock.h"
#include "tests/sim/sim_executor.h"
#include "tests/sim/sim_file_system.h"

namespace weir::sim {

class SimRandom : public env::Random {
 public:
  explicit SimRandom(uint64_t seed) : prng_(seed) {}
  void fill(MutableBytes into) override {
    for (uint8_t& byte : into) byte = static_cast<uint8_t>(prng_.next() >> 56);
  }

 private:
  Prng prng_;
};

class SimEnv {
 public:
  explicit SimEnv(uint64_t seed) : SimEnv(std::make_unique<SimFileSystem>(seed), seed) {}
  SimEnv(std::unique_ptr<SimFileSystem> file_system, uint64_t seed)
      : file_system_(std::move(file_system)), executor_(clock_, seed), random_(mix(seed, 1)) {}
  SimEnv(const SimEnv&) = delete;
  SimEnv& operator=(const SimEnv&) = delete;

  env::Env& env() { return env_; }
  SimFileSystem& file_system() { return *file_system_; }
  SimClock& clock() { return clock_; }
  SimExecutor& executor() { return executor_; }

 private:
  const std::unique_ptr<SimFileSystem> file_system_;
  SimClock clock_;
  SimExecutor executor_;
  SimRandom random_;
  env::Env env_{*file_system_, clock_, executor_, random_};
};

}  // namespace weir::sim
