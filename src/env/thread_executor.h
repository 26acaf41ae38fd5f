// A thread per task. The threads are named, block all signals (they are the host's) and have small
// stacks. A step that throws is not called again: steps handle their own failures, this is the last
// resort that keeps the host alive.
#pragma once

#include <memory>
#include <string>

#include "env/clock.h"
#include "env/executor.h"

namespace weir::env {

class ThreadExecutor : public Executor {
 public:
  // The clock outlives every task.
  explicit ThreadExecutor(Clock& clock) : clock_(clock) {}
  std::unique_ptr<Task> start(const std::string& name, Step step) override;

 private:
  Clock& clock_;
};

}  // namespace weir::env
