// A store and its queues for one figure, with the library's own counters around what was measured.
#pragma once

#include <weir/weir.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/support/settings.h"

namespace weir::bench {

// Ends the program with the library's message: a figure of a failing call means nothing.
weir_status check(weir_status status, const weir_error& error, const char* what);

struct TargetOptions {
  bool on_disk = true;
  uint64_t memory_bytes_max = 256ULL << 20;
  size_t queue_count = 1;
  bool throughput = false;  // ASYNC groups as large as they can be
};

class Target {
 public:
  explicit Target(const TargetOptions& options);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  weir_store* store() const { return store_; }
  weir_queue* queue(size_t index = 0) const { return queues_[index]; }

  // Calls of push_many and pop_many with what a figure varies. One payload is used for all.
  void push(uint64_t count, uint64_t bytes, uint32_t durability, size_t queue = 0);
  // Takes up to `count` and acknowledges in the same call; returns how many came.
  uint64_t pop(uint64_t count, uint32_t durability, int64_t timeout_ms = 0);
  // Takes up to `count`, then acknowledges them in one call of its own.
  uint64_t pop_then_ack(uint64_t count, uint32_t durability);
  void purge();
  uint64_t waiting() const;

  weir_store_statistics statistics() const;

 private:
  std::unique_ptr<ScratchDirectory> directory_;
  weir_store* store_ = nullptr;
  std::vector<weir_queue*> queues_;
};

}  // namespace weir::bench
