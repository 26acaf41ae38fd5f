// Background work as step functions: a thread each in production, called one by one from a seed in
// simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace weir::env {

// Does what is due and returns the monotonic time at which it wants to be called again (kNever:
// when woken).
using Step = std::function<int64_t()>;

class Task {
 public:
  // Stops the task: no step runs after the destructor returned. Must not be called from the step
  // itself.
  virtual ~Task() = default;
  // Has the step called soon; a wake during a step calls it once more. Any thread; cheap when
  // already woken.
  virtual void wake() = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  // `name` names the thread (15 characters at most). All signals are blocked in it. kernel refusal:
  // NULL.
  virtual std::unique_ptr<Task> start(const std::string& name, Step step) = 0;
};

}  // namespace weir::env
