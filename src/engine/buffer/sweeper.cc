#include "engine/buffer/sweeper.h"

#include <algorithm>

#include "engine/buffer/table.h"

namespace weir::buffer {

Sweeper::Sweeper(env::Env& env) : clock_(env.clock) {
  task_ = env.executor.start("weir-sweep", [this] { return step(); });
}

void Sweeper::add(Table* table, uint64_t owner) {
  const MutexLock lock(mutex_);
  swept_.push_back({table, owner});
}

void Sweeper::remove(const Table* table) {
  const MutexLock lock(mutex_);
  std::erase_if(swept_, [table](const Swept& one) { return one.table == table; });
}

void Sweeper::wake() {
  planned_ns_.store(INT64_MIN, std::memory_order_relaxed);
  if (task_ != nullptr) task_->wake();
}

// Between two steps anybody may have the mutex, so nobody who opens or closes waits for a backlog.
void Sweeper::sweep_one(size_t index) {
  for (size_t shard = 0; shard < Table::kShardCount;) {
    const MutexLock lock(mutex_);
    if (index >= swept_.size()) return;
    const Swept& one = swept_[index];
    if (one.table->sweep_step(one.owner, shard)) ++shard;
  }
}

int64_t Sweeper::step() {
  planned_ns_.store(INT64_MIN, std::memory_order_relaxed);
  const auto next_due = [this](size_t index) {
    const MutexLock lock(mutex_);
    return index < swept_.size() ? swept_[index].table->next_due_ns() : env::kNever;
  };
  const auto count = [this] {
    const MutexLock lock(mutex_);
    return swept_.size();
  };
  for (size_t i = 0; i < count(); ++i) {
    if (next_due(i) <= clock_.monotonic_ns()) sweep_one(i);
  }
  const auto all_due = [&] {
    int64_t next = env::kNever;
    for (size_t i = 0; i < count(); ++i) next = std::min(next, next_due(i));
    return next;
  };
  const int64_t planned = all_due();
  planned_ns_.store(planned, std::memory_order_relaxed);
  // seq_cst: see note_due.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return std::min(planned, all_due());
}

}  // namespace weir::buffer
