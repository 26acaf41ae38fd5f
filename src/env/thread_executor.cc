#include "env/thread_executor.h"

#include <pthread.h>

#include <atomic>
#include <csignal>
#include <utility>

#include "base/assert.h"
#include "base/sync.h"
#include "env/env.h"

namespace weir::env {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
// Sanitizers' frames are several times larger (clang, used here for checks, is not asked which one
// it runs).
constexpr size_t kStackBytes = 4 * 1024 * 1024;
#else
constexpr size_t kStackBytes = 512 * 1024;
#endif
constexpr size_t kThreadNameMax = 15;

// What the thread and its task share. Kept apart from the task, because in a forked child, where
// the thread does not exist, it must be left as it is: its mutex may be held for ever.
struct Worker {
  Worker(Clock& task_clock, Step task_step) : clock(task_clock), step(std::move(task_step)) {}

  Clock& clock;
  const Step step;
  pthread_t thread = {};
  // Set by wake, cleared by the thread just before a step. Both are exchanges with acquire and
  // release, so that what the waker did before is seen by the step, also when the flag was set
  // already.
  std::atomic<bool> woken{true};
  Mutex mutex;
  CondVar changed;
  bool stopping WEIR_GUARDED_BY(mutex) = false;

  void run();
  bool wait_until_due(int64_t due_ns);
};

// False: stop.
bool Worker::wait_until_due(int64_t due_ns) {
  MutexLock lock(mutex);
  while (!stopping && !woken.load(std::memory_order_relaxed)) {
    if (due_ns != kNever && clock.monotonic_ns() >= due_ns) break;
    clock.wait(changed, mutex, due_ns);
  }
  return !stopping;
}

void Worker::run() {
  int64_t due_ns = kNever;
  while (wait_until_due(due_ns)) {
    woken.exchange(false, std::memory_order_acq_rel);
    due_ns = step();
  }
}

void* thread_main(void* argument) {
  try {
    static_cast<Worker*>(argument)->run();
  } catch (...) {
    // Nobody is left to tell; the owner of the step has its own state for failures.
  }
  return nullptr;
}

bool start_thread(Worker& worker, const std::string& name) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  // Blocked here, because a thread inherits its creator's mask: blocking in the thread would leave
  // a gap.
  sigset_t all_signals;
  sigset_t before;
  sigfillset(&all_signals);
  pthread_sigmask(SIG_SETMASK, &all_signals, &before);
  const int failure = pthread_create(&worker.thread, &attributes, thread_main, &worker);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (failure != 0) return false;
  pthread_setname_np(worker.thread, name.substr(0, kThreadNameMax).c_str());
  return true;
}

class ThreadTask : public Task {
 public:
  explicit ThreadTask(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

  ~ThreadTask() override {
    if (!running_) return;
    if (generation_ != fork_generation()) {
      // Not ours to join or destroy. Leaked on purpose.
      static_cast<void>(worker_.release());
      return;
    }
    WEIR_DEBUG_ASSERT(pthread_equal(pthread_self(), worker_->thread) == 0);
    {
      MutexLock lock(worker_->mutex);
      worker_->stopping = true;
      worker_->changed.notify_one();
    }
    pthread_join(worker_->thread, nullptr);
  }

  bool start(const std::string& name) {
    running_ = start_thread(*worker_, name);
    return running_;
  }

  void wake() override {
    if (worker_->woken.exchange(true, std::memory_order_acq_rel)) return;
    if (generation_ != fork_generation()) return;
    MutexLock lock(worker_->mutex);
    worker_->changed.notify_one();
  }

 private:
  std::unique_ptr<Worker> worker_;
  const uint32_t generation_ = fork_generation();
  bool running_ = false;
};

}  // namespace

std::unique_ptr<Task> ThreadExecutor::start(const std::string& name, Step step) {
  auto task = std::make_unique<ThreadTask>(std::make_unique<Worker>(clock_, std::move(step)));
  if (!task->start(name)) return nullptr;
  return task;
}

}  // namespace weir::env
