// Bounds: how much a buffer may hold. Its own bounds are exact: a set reserves before it inserts. The store's memory
// budget is charged in steps per shard, so that calls of different threads do not meet at one counter.
// Thread-safe: atomics, all relaxed, for they only count.
#pragma once

#include <atomic>
#include <cstdint>

#include "storage/chunk.h"

namespace weir::buffer {

class Bounds {
 public:
  static constexpr uint64_t kChargeBytes = 4u << 10;

  enum class Verdict : uint8_t { kFits, kBufferFull, kBudgetFull };

  void start(uint64_t bytes_max, uint64_t items_max, storage::MemoryBudget* budget);
  uint64_t bytes_max() const { return bytes_max_; }
  uint64_t items_max() const { return items_max_; }

  // Room for `bytes` more (or fewer) and `items` more in a shard that holds `shard_bytes` of which `charged` are
  // accounted. On kFits everything is reserved.
  Verdict reserve(int64_t bytes, int64_t items, uint64_t shard_bytes, uint64_t* charged);
  // After a shard came down to `shard_bytes`.
  void give_back(int64_t bytes, int64_t items, uint64_t shard_bytes, uint64_t* charged);
  void uncharge(uint64_t* charged);

 private:
  bool reserve_own(int64_t bytes, int64_t items);

  uint64_t bytes_max_ = 0;
  uint64_t items_max_ = 0;
  storage::MemoryBudget* budget_ = nullptr;
  alignas(64) std::atomic<int64_t> bytes_{0};
  std::atomic<int64_t> items_{0};
};

}  // namespace weir::buffer
