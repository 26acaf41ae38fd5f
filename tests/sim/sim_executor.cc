#include "tests/sim/sim_executor.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/assert.h"

namespace weir::sim {

namespace {

// Tasks that wake each other for ever would hang a test; nothing real takes so many steps at one
// time.
constexpr uint64_t kStepsWithoutTimeMax = 10'000'000;

}  // namespace

class SimTask : public env::Task {
 public:
  SimTask(SimExecutor& executor, std::shared_ptr<SimExecutor::State> state)
      : executor_(executor), state_(std::move(state)) {}

  ~SimTask() override {
    WEIR_ASSERT(!state_->running);
    std::erase(executor_.tasks_, state_);
  }

  void wake() override { state_->woken = true; }

 private:
  SimExecutor& executor_;
  const std::shared_ptr<SimExecutor::State> state_;
};

SimExecutor::SimExecutor(SimClock& clock, uint64_t seed) : clock_(clock), prng_(seed) {
  clock_.executor_ = this;
}

SimExecutor::~SimExecutor() { clock_.executor_ = nullptr; }

std::unique_ptr<env::Task> SimExecutor::start(const std::string& name, env::Step step) {
  auto state = std::make_shared<State>();
  state->name = name;
  state->step = std::move(step);
  tasks_.push_back(state);
  return std::make_unique<SimTask>(*this, std::move(state));
}

bool SimExecutor::is_ready(const State& state) const {
  if (state.running || state.failed) return false;
  return state.woken || state.due_ns <= clock_.monotonic_ns();
}

bool SimExecutor::run_one() {
  std::vector<std::shared_ptr<State>> ready;
  for (const std::shared_ptr<State>& task : tasks_) {
    if (is_ready(*task)) ready.push_back(task);
  }
  if (ready.empty()) return false;
  run_step(ready[prng_.below(ready.size())]);
  return true;
}

uint64_t SimExecutor::run_ready() {
  std::vector<std::shared_ptr<State>> waiting = tasks_;
  uint64_t steps = 0;
  while (!waiting.empty()) {
    std::swap(waiting[prng_.below(waiting.size())], waiting.back());
    const std::shared_ptr<State> task = std::move(waiting.back());
    waiting.pop_back();
    const bool exists = std::find(tasks_.begin(), tasks_.end(), task) != tasks_.end();
    if (!exists || !is_ready(*task)) continue;
    run_step(task);
    ++steps;
  }
  return steps;
}

uint64_t SimExecutor::run_until_idle() {
  uint64_t steps = 0;
  while (run_one()) {
    if (++steps < kStepsWithoutTimeMax) continue;
    std::fputs("SimExecutor: livelock: tasks keep running while no time passes\n", stderr);
    std::abort();
  }
  return steps;
}

void SimExecutor::run_for_ms(int64_t duration_ms) {
  const int64_t end_ns = clock_.monotonic_ns() + duration_ms * env::kNanosecondsPerMillisecond;
  run_until_idle();
  while (next_due_ns() <= end_ns) {
    clock_.advance_to_ns(next_due_ns());
    run_until_idle();
  }
  clock_.advance_to_ns(end_ns);
}

int64_t SimExecutor::next_due_ns() const {
  int64_t earliest_ns = env::kNever;
  for (const std::shared_ptr<State>& task : tasks_) {
    if (task->running || task->failed) continue;
    earliest_ns = std::min(earliest_ns, task->woken ? clock_.monotonic_ns() : task->due_ns);
  }
  return earliest_ns;
}

// By value: the step may destroy other tasks, but the state must outlive the step.
void SimExecutor::run_step(std::shared_ptr<State> state) {
  state->woken = false;
  state->running = true;
  try {
    state->due_ns = state->step();
  } catch (...) {
    state->failed = true;
    ++failed_step_count_;
  }
  state->running = false;
}

}  // namespace weir::sim
