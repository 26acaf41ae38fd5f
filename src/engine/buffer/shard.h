// Shard: a part of a buffer's items under one short mutex, with everything that belongs to them. Which shard a key is
// in is decided by its hash; shards share only their bounds.
//
// Thread class: what ends in _locked needs `mutex`. Shards are never destroyed: whoever finds one locks it and then looks
// whether it still belongs to the buffer that was meant.
#pragma once

#include <atomic>

#include "base/short_mutex.h"
#include "engine/buffer/bounds.h"
#include "engine/buffer/events.h"
#include "engine/buffer/index.h"
#include "engine/buffer/options.h"
#include "engine/buffer/sieve.h"
#include "engine/buffer/sweeper.h"
#include "engine/buffer/wheel.h"
#include "env/clock.h"

namespace weir::buffer {

// What the shards of one buffer share. Changes only while no shard has an owner.
struct Shared {
  env::Clock* clock = nullptr;
  Sweeper* sweeper = nullptr;  // may be null
  int64_t tick_ns = 0;
  int64_t expiry_ms = 0;
  bool evicts = false;
  bool keeps_events = false;
  Bounds bounds;
  Events events;
};

// Items that left a shard, to be freed when its mutex is not held any more.
class Leavers {
 public:
  Leavers() = default;
  Leavers(const Leavers&) = delete;
  Leavers& operator=(const Leavers&) = delete;
  ~Leavers() {
    while (first_ != nullptr) {
      Item* item = first_;
      first_ = item->wheel_next;
      Item::leave(item);
    }
  }
  void add(Item* item) {
    item->wheel_next = first_;
    first_ = item;
  }

 private:
  Item* first_ = nullptr;
};

inline constexpr int64_t kDeadlineMax = env::kNever - 1;

class alignas(64) Shard {
 public:
  // What one call does at most for those that are due.
  static constexpr uint32_t kLooksPerCall = 4;
  static constexpr uint32_t kLooksPerStep = 32;

  ShortMutex mutex;

  uint64_t owner_locked() const WEIR_REQUIRES(mutex) { return owner_; }
  void set_owner_locked(uint64_t owner) WEIR_REQUIRES(mutex) { owner_ = owner; }
  // False: no memory.
  bool start_locked(uint64_t owner, Shared* shared, int64_t now_ns) WEIR_REQUIRES(mutex);
  // Lets nobody in any more, and gives back what is not an item.
  void stop_locked() WEIR_REQUIRES(mutex);

  Shared& shared_locked() const WEIR_REQUIRES(mutex) { return *shared_; }
  size_t item_count_locked() const WEIR_REQUIRES(mutex) { return index_.size(); }
  uint64_t bytes_locked() const WEIR_REQUIRES(mutex) { return bytes_; }

  // The live item of a key, or nullptr. One that has expired goes now. The time is read while the item's line comes,
  // so *now_ns is set only when there is one.
  Item* find_locked(uint64_t hash, ByteView key, int64_t* now_ns, Leavers* leavers)
      WEIR_REQUIRES(mutex) {
    Item* item = index_.find(hash, key, [&] { *now_ns = shared_->clock->monotonic_ns(); });
    if (item == nullptr || item->deadline_ns > *now_ns) return item;
    expire_locked(item, leavers);
    return nullptr;
  }
  // `old` (may be null) is the live item of the same key, which it replaces. False: no memory; nothing changed.
  bool insert_locked(Item* item, Item* old, Leavers* leavers) WEIR_REQUIRES(mutex);
  // The deadline of an item becomes this. Later ones cost nothing.
  void move_deadline_locked(Item* item, int64_t deadline_ns) WEIR_REQUIRES(mutex);
  void remove_locked(Item* item, Leavers* leavers) WEIR_REQUIRES(mutex);
  // Evicts one; false when there is none but `keep`.
  bool evict_locked(const Item* keep, Leavers* leavers) WEIR_REQUIRES(mutex);
  // Removes what is due, looking at no more than `looks`. True: nothing is left to do at this time.
  bool sweep_locked(int64_t now_ns, uint32_t looks, Leavers* leavers) WEIR_REQUIRES(mutex);
  // One step of finding out how many are live at `now_ns`, with the mutex given back between the steps. True: done,
  // and the items that are here are live. `pass` begins as 0.
  bool count_step_locked(int64_t now_ns, uint64_t* pass, Leavers* leavers) WEIR_REQUIRES(mutex);
  // Removes up to `looks` items; true when none is left.
  bool clear_step_locked(uint32_t looks, uint64_t* removed, Leavers* leavers) WEIR_REQUIRES(mutex);
  template <typename Visit>
  void for_each_locked(Visit&& visit) const WEIR_REQUIRES(mutex) {
    index_.for_each(visit);
  }

  // When sweep_locked has something to do; for whoever wants to know without the mutex.
  int64_t next_due_ns() const { return next_due_ns_.load(std::memory_order_relaxed); }

  Counters counted WEIR_GUARDED_BY(mutex);

 private:
  int64_t tick_after(int64_t deadline_ns) const {
    return deadline_ns / shared_->tick_ns + (deadline_ns % shared_->tick_ns != 0 ? 1 : 0);
  }
  void schedule_locked(Item* item) WEIR_REQUIRES(mutex);
  void note_next_due_locked() WEIR_REQUIRES(mutex);
  void unlink_locked(Item* item, Leavers* leavers) WEIR_REQUIRES(mutex);
  void expire_locked(Item* item, Leavers* leavers) WEIR_REQUIRES(mutex);
  // An item whose slot came: goes, or goes on.
  bool settle_locked(Item* item, int64_t now_ns, Leavers* leavers) WEIR_REQUIRES(mutex);

  uint64_t owner_ WEIR_GUARDED_BY(mutex) = 0;  // 0: nobody
  Shared* shared_ = nullptr;                   // set before the owner is
  Index index_ WEIR_GUARDED_BY(mutex);
  uint64_t bytes_ WEIR_GUARDED_BY(mutex) = 0;
  std::atomic<int64_t> next_due_ns_{env::kNever};  // relaxed: a hint
  Wheel* wheel_ WEIR_GUARDED_BY(mutex) = nullptr;
  uint64_t pass_ WEIR_GUARDED_BY(mutex) = 0;
  Sieve sieve_ WEIR_GUARDED_BY(mutex);

 public:
  // The part of the store's memory budget that this shard has taken; see Bounds.
  uint64_t charged_bytes WEIR_GUARDED_BY(mutex) = 0;
};

}  // namespace weir::buffer
