#include "engine/buffer/shard.h"

#include <algorithm>
#include <new>

#include "base/assert.h"
#include "base/heap.h"

namespace weir::buffer {

void Counters::add(const Counters& other) {
  get_count += other.get_count;
  hit_count += other.hit_count;
  set_count += other.set_count;
  removed_count += other.removed_count;
  expired_count += other.expired_count;
  evicted_count += other.evicted_count;
  refused_count += other.refused_count;
  call_expiry_max = std::max(call_expiry_max, other.call_expiry_max);
}

bool Shard::start_locked(uint64_t owner, Shared* shared, int64_t now_ns) {
  WEIR_ASSERT(owner_ == 0 && index_.size() == 0 && owner != 0);
  void* memory = heap::allocate(sizeof(Wheel));
  if (memory == nullptr) return false;
  wheel_ = new (memory) Wheel;
  wheel_->start(now_ns / shared->tick_ns);
  counted = Counters();
  shared_ = shared;
  owner_ = owner;
  return true;
}

void Shard::stop_locked() {
  WEIR_ASSERT(index_.size() == 0 && bytes_ == 0 && charged_bytes == 0);
  owner_ = 0;
  next_due_ns_.store(env::kNever, std::memory_order_relaxed);
  index_.clear();
  if (wheel_ != nullptr) heap::release(wheel_);
  wheel_ = nullptr;
}

void Shard::schedule_locked(Item* item) {
  const int64_t tick = tick_after(item->deadline_ns);
  wheel_->insert(item, tick);
  const int64_t due_ns = tick * shared_->tick_ns;
  if (due_ns >= next_due_ns()) return;
  next_due_ns_.store(due_ns, std::memory_order_relaxed);
  if (shared_->sweeper != nullptr) shared_->sweeper->note_due(due_ns);
}

void Shard::note_next_due_locked() {
  const int64_t tick = wheel_->next_tick();
  next_due_ns_.store(tick == Wheel::kNoTick ? env::kNever : tick * shared_->tick_ns,
                     std::memory_order_relaxed);
}

bool Shard::insert_locked(Item* item, Item* old, Leavers* leavers) {
  if (old != nullptr) {
    index_.replace(old, item);
    if (shared_->evicts) {
      sieve_.replace(old, item);
      item->visited = 1;
    }
    wheel_->remove(old);
    bytes_ -= old->bytes();
    leavers->add(old);
  } else {
    if (!index_.reserve()) return false;
    index_.insert(item);
    if (shared_->evicts) sieve_.insert(item);
  }
  bytes_ += item->bytes();
  schedule_locked(item);
  return true;
}

void Shard::move_deadline_locked(Item* item, int64_t deadline_ns) {
  const bool earlier = deadline_ns < item->deadline_ns;
  item->deadline_ns = deadline_ns;
  if (!earlier) return;
  wheel_->remove(item);
  schedule_locked(item);
}

// An item that is in the wheel no more.
void Shard::unlink_locked(Item* item, Leavers* leavers) {
  index_.erase(item);
  if (shared_->evicts) sieve_.remove(item);
  bytes_ -= item->bytes();
  shared_->bounds.give_back(static_cast<int64_t>(item->bytes()), 1, bytes_, &charged_bytes);
  leavers->add(item);
}

void Shard::remove_locked(Item* item, Leavers* leavers) {
  wheel_->remove(item);
  unlink_locked(item, leavers);
}

void Shard::expire_locked(Item* item, Leavers* leavers) {
  ++counted.expired_count;
  if (shared_->keeps_events) shared_->events.add(item->key());
  remove_locked(item, leavers);
}

bool Shard::evict_locked(const Item* keep, Leavers* leavers) {
  Item* victim = sieve_.choose(keep);
  if (victim == nullptr) return false;
  ++counted.evicted_count;
  remove_locked(victim, leavers);
  return true;
}

bool Shard::settle_locked(Item* item, int64_t now_ns, Leavers* leavers) {
  // Renewed since it was put there: it goes on.
  if (item->deadline_ns > now_ns) {
    wheel_->insert(item, tick_after(item->deadline_ns));
    return false;
  }
  ++counted.expired_count;
  if (shared_->keeps_events) shared_->events.add(item->key());
  unlink_locked(item, leavers);
  return true;
}

bool Shard::sweep_locked(int64_t now_ns, uint32_t looks, Leavers* leavers) {
  const int64_t now_tick = now_ns / shared_->tick_ns;
  uint32_t left = looks;
  while (Item* item = wheel_->advance(now_tick, &left)) settle_locked(item, now_ns, leavers);
  counted.call_expiry_max = std::max<uint64_t>(counted.call_expiry_max, looks - left);
  note_next_due_locked();
  return left > 0;
}

bool Shard::count_step_locked(int64_t now_ns, uint64_t* pass, Leavers* leavers) {
  if (*pass == 0) *pass = ++pass_;
  // One tick further than has come: what is due within it is in there with what is not. An item that is not is marked
  // and goes to the end, so the first marked one says that all were seen.
  const int64_t tick = now_ns / shared_->tick_ns + 1;
  uint32_t left = kLooksPerStep;
  bool done = false;
  while (!done) {
    Item* item = wheel_->advance(tick, &left);
    if (item == nullptr) break;
    done = item->count_pass >= *pass;
    item->count_pass = std::max(item->count_pass, *pass);
    settle_locked(item, now_ns, leavers);
  }
  note_next_due_locked();
  return done || left > 0;
}

bool Shard::clear_step_locked(uint32_t looks, uint64_t* removed, Leavers* leavers) {
  for (; looks > 0; --looks) {
    Item* item = wheel_->any();
    if (item == nullptr) return true;
    remove_locked(item, leavers);
    ++*removed;
  }
  return index_.size() == 0;
}

}  // namespace weir::buffer
