// Time that passes only when told to, or when everybody waits for it. One thread.
#pragma once

#include "env/clock.h"

namespace weir::sim {

class SimExecutor;

class SimClock : public env::Clock {
 public:
  int64_t monotonic_ns() override { return monotonic_ns_; }
  int64_t wall_ns() override { return wall_ns_; }
  // Runs the executor's tasks until one of them notifies, and when none is ready goes to the next
  // time at which something happens. Aborts when nothing ever will.
  bool wait(CondVar& condition, Mutex& mutex, int64_t deadline_ns) override WEIR_REQUIRES(mutex);

  // Both clocks go on; tasks that become due run when the executor is stepped.
  void advance_ns(int64_t duration_ns);
  void advance_to_ns(int64_t monotonic_ns);
  // Somebody sets the date.
  void jump_wall_ns(int64_t by_ns) { wall_ns_ += by_ns; }

 private:
  friend class SimExecutor;

  int64_t monotonic_ns_ = 1'000'000'000;
  int64_t wall_ns_ = 1'700'000'000'000'000'000;
  SimExecutor* executor_ = nullptr;
};

}  // namespace weir::sim
