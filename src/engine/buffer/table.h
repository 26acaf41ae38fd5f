// Table: the shards of one buffer, and the calls on them. Tables are recycled, never destroyed: a Ref that outlived its
// buffer finds a shard that belongs to nobody, or to another, and is told kClosed. So a call needs no reference count,
// and closing needs to wait only for whoever holds a shard.
//
// Thread class: shared.
#pragma once

#include "base/result.h"
#include "engine/buffer/shard.h"

namespace weir::buffer {

// 0: the buffer's own.
struct Expiry {
  int64_t ms = 0;
};

class Table {
 public:
  static constexpr size_t kShardCount = 64;

  // A table that nobody uses, for a buffer with this owner number; nullptr: no memory.
  static Table* take();
  void give_back();

  // Lets calls of `owner` in, from the first shard on. False: no memory; stopped again.
  bool start(uint64_t owner, const Options& options, env::Clock& clock,
             storage::MemoryBudget& budget, Sweeper* sweeper);
  // The items count against the store's memory budget no more; only stop() may follow.
  void uncharge(uint64_t owner);
  // From here on calls of `owner` are refused and those of `next_owner` let in.
  void hand_over(uint64_t owner, uint64_t next_owner);
  // Removes everything and lets nobody in any more. Calls that hold a shard end first.
  void stop(uint64_t owner);

  // kDuplicate: only_if_absent, and there is a live one. kBusy: the budget is full; whoever can makes room and comes
  // again with `last_try`.
  Status set(uint64_t owner, ByteView key, ByteView value, Expiry expiry, bool only_if_absent,
             bool last_try);
  // The value of a key, to be given back with Item::give_back. kNotFound.
  Status get(uint64_t owner, ByteView key, bool renew, Item** out);
  Status take(uint64_t owner, ByteView key, Item** out);
  // Copies the value; kBufferTooSmall leaves everything as it was. *out_bytes is its size in both cases.
  Status copy(uint64_t owner, ByteView key, bool renew, MutableBytes into, size_t* out_bytes);
  Status remove(uint64_t owner, ByteView key);
  Status touch(uint64_t owner, ByteView key, Expiry expiry);
  Status remaining(uint64_t owner, ByteView key, int64_t* out_ns);
  Status count(uint64_t owner, uint64_t* out_count);
  Status clear(uint64_t owner, uint64_t* out_count);
  Status stats(uint64_t owner, Statistics* out);
  Status take_events(uint64_t owner, MutableBytes into, std::span<uint32_t> sizes,
                     size_t* out_count, size_t* out_bytes);
  // Puts an item of a snapshot in its place; bounds hold.
  Status restore(uint64_t owner, ByteView key, ByteView value, int64_t remaining_ns,
                 int64_t expiry_ms);
  // Visits what is live, one shard at a time.
  template <typename Visit>
  Status for_each(uint64_t owner, Visit&& visit) {
    for (Shard& shard : shards_) {
      const ShortLock lock(shard.mutex);
      if (shard.owner_locked() != owner) return Code::kClosed;
      const int64_t now_ns = shared_.clock->monotonic_ns();
      shard.for_each_locked([&](const Item* item) {
        if (item->deadline_ns > now_ns) visit(*item, item->deadline_ns - now_ns);
      });
    }
    return {};
  }

  // The sweeper's: one step for the shard `index`. True: nothing is left to do there now.
  bool sweep_step(uint64_t owner, size_t index);
  int64_t next_due_ns() const;

  Table* next = nullptr;  // guarded by the pool's mutex

 private:
  class Section;

  Shard& shard_of(uint64_t hash) { return shards_[hash >> 58]; }
  Status insert(Section& section, uint64_t hash, ByteView key, ByteView value, int64_t expiry_ms,
                Item* old, Item** prepared);
  Status admit(Section& section, int64_t bytes, int64_t items, const Item* old);
  Status evict_elsewhere(uint64_t owner, const Shard& full);
  Status no_room(uint64_t bytes) const;

  Shard shards_[kShardCount];
  Shared shared_;
  std::atomic<size_t> evict_next_{0};
};

// The process's hash seed, drawn when the first buffer is opened.
void seed_hashes(uint64_t seed);

}  // namespace weir::buffer
