#include "engine/buffer/bounds.h"

#include "base/bytes.h"

namespace weir::buffer {

void Bounds::start(uint64_t bytes_max, uint64_t items_max, storage::MemoryBudget* budget) {
  bytes_max_ = bytes_max;
  items_max_ = items_max;
  budget_ = budget;
  bytes_.store(0, std::memory_order_relaxed);
  items_.store(0, std::memory_order_relaxed);
}

bool Bounds::reserve_own(int64_t bytes, int64_t items) {
  // Where there is no bound nobody counts: a shared counter is what threads would wait for.
  if (bytes_max_ != 0 && bytes != 0) {
    const int64_t after = bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (bytes > 0 && after > static_cast<int64_t>(bytes_max_)) {
      bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
  }
  if (items_max_ != 0 && items != 0) {
    const int64_t after = items_.fetch_add(items, std::memory_order_relaxed) + items;
    if (items > 0 && after > static_cast<int64_t>(items_max_)) {
      items_.fetch_sub(items, std::memory_order_relaxed);
      if (bytes_max_ != 0) bytes_.fetch_sub(bytes, std::memory_order_relaxed);
      return false;
    }
  }
  return true;
}

Bounds::Verdict Bounds::reserve(int64_t bytes, int64_t items, uint64_t shard_bytes,
                                uint64_t* charged) {
  if (!reserve_own(bytes, items)) return Verdict::kBufferFull;
  const uint64_t after = shard_bytes + static_cast<uint64_t>(bytes);
  if (after <= *charged) return Verdict::kFits;
  // Larger shards take larger steps; when those do not fit any more, the smallest.
  uint64_t missing = align_up(after - *charged + after / 8, kChargeBytes);
  const uint64_t used = budget_->used();
  if (used + missing > budget_->bytes_max()) missing = align_up(after - *charged, kChargeBytes);
  if (used + missing > budget_->bytes_max()) {
    (void)reserve_own(-bytes, -items);
    return Verdict::kBudgetFull;
  }
  budget_->add(missing);
  *charged += missing;
  return Verdict::kFits;
}

void Bounds::uncharge(uint64_t* charged) {
  if (*charged != 0) budget_->remove(*charged);
  *charged = 0;
}

void Bounds::give_back(int64_t bytes, int64_t items, uint64_t shard_bytes, uint64_t* charged) {
  (void)reserve_own(-bytes, -items);
  // Some more is kept, so that a shard at an edge does not charge and give back in turns.
  const uint64_t wanted = shard_bytes == 0 ? 0 : shard_bytes + shard_bytes / 4 + 2 * kChargeBytes;
  if (wanted >= *charged) return;
  budget_->remove(*charged - wanted);
  *charged = wanted;
}

}  // namespace weir::buffer
