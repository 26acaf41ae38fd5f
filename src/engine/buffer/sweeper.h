// Sweeper: removes what has expired from all buffers of a store, on one background task, in steps that hold a shard for a
// few microseconds. Reads are exact without it; it gives memory back and feeds the events.
//
// Thread class: shared. Its mutex may be held while a shard's is taken, never the other way round.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "base/sync.h"
#include "env/env.h"

namespace weir::buffer {

class Table;

class Sweeper {
 public:
  explicit Sweeper(env::Env& env);
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  void add(Table* table, uint64_t owner);
  // Nothing of it is touched any more when this returns.
  void remove(const Table* table);
  // Something is due then. Costs a load unless the task sleeps for longer.
  void note_due(int64_t due_ns) {
    // seq_cst pairs with step(): either this sees how long it means to sleep, or it sees the new due time.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (due_ns < planned_ns_.load(std::memory_order_relaxed)) wake();
  }

 private:
  struct Swept {
    Table* table = nullptr;
    uint64_t owner = 0;
  };
  int64_t step();
  void sweep_one(size_t index);
  void wake();

  env::Clock& clock_;
  // When the task wants to run again; below every time while it runs.
  std::atomic<int64_t> planned_ns_{INT64_MIN};
  Mutex mutex_;
  std::vector<Swept> swept_ WEIR_GUARDED_BY(mutex_);
  std::unique_ptr<env::Task> task_;  // NULL: no thread could be made; calls sweep then
};

}  // namespace weir::buffer
