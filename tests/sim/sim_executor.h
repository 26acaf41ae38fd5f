// Tasks that run only when stepped, one step at a time, in an order from the seed. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/prng.h"
#include "env/executor.h"
#include "tests/sim/sim_clock.h"

namespace weir::sim {

class SimExecutor : public env::Executor {
 public:
  // The clock's waits run this executor's tasks from now on.
  SimExecutor(SimClock& clock, uint64_t seed);
  ~SimExecutor() override;

  std::unique_ptr<env::Task> start(const std::string& name, env::Step step) override;

  // Runs one step of a ready task, any of them; false when none is ready. A task whose step is
  // under way (it waits) is not ready.
  bool run_one();
  // Each task that is ready now once, at most; returns how many steps ran.
  uint64_t run_ready();
  // Until none is ready, without letting time pass.
  uint64_t run_until_idle();
  // Lets time pass, running what becomes due at its time.
  void run_for_ms(int64_t duration_ms);

  // kNever when no task wants to run unless woken.
  int64_t next_due_ns() const;
  // Steps that threw; such a task is not called again.
  uint64_t failed_step_count() const { return failed_step_count_; }

  struct State {
    std::string name;
    env::Step step;
    bool woken = true;
    bool running = false;
    bool failed = false;
    int64_t due_ns = env::kNever;
  };

 private:
  friend class SimTask;

  bool is_ready(const State& state) const;
  void run_step(std::shared_ptr<State> state);

  SimClock& clock_;
  Prng prng_;
  std::vector<std::shared_ptr<State>> tasks_;
  uint64_t failed_step_count_ = 0;
};

}  // namespace weir::sim
