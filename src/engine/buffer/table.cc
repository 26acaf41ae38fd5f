#include "engine/buffer/table.h"

#include <algorithm>
#include <new>
#include <utility>

#include "base/assert.h"
#include "base/heap.h"
#include "engine/buffer/hash.h"

namespace weir::buffer {

namespace {

// Larger values are copied before the shard is locked, smaller ones into the place of the value they replace.
constexpr size_t kCopiedInsideBytesMax = 4096;
constexpr uint32_t kEvictionsPerStep = 16;
static_assert(kExpiryMsMax < int64_t{1} << 40);  // what an item has room for

// Set once, before the first table is started; a shard's mutex orders it for everybody else.
std::atomic<uint64_t> hash_seed{0};

uint64_t hash_of(ByteView key) { return hash_key(key, hash_seed.load(std::memory_order_relaxed)); }

int64_t deadline_after(int64_t now_ns, int64_t duration_ns) {
  return duration_ns > kDeadlineMax - now_ns ? kDeadlineMax : now_ns + duration_ns;
}

int64_t renewed(const Item& item, int64_t now_ns) {
  return deadline_after(now_ns, item.expiry_ms() * env::kNanosecondsPerMillisecond);
}

// Tables between two uses. Never destroyed, as what is in it: threads of the host may call until the process is gone.
struct Pool {
  Mutex mutex;
  Table* first WEIR_GUARDED_BY(mutex) = nullptr;
};
union ImmortalPool {
  constexpr ImmortalPool() : pool() {}
  ~ImmortalPool() {}  // NOLINT(modernize-use-equals-default): a union's would be deleted
  Pool pool;
};
constinit ImmortalPool immortal;

}  // namespace

void seed_hashes(uint64_t seed) {
  uint64_t none = 0;
  hash_seed.compare_exchange_strong(none, seed | 1, std::memory_order_relaxed);
}

// A call inside a shard: its mutex, the time, and what it leaves behind.
class Table::Section {
 public:
  Section(Shard& shard, uint64_t owner) WEIR_NO_THREAD_SAFETY_ANALYSIS
      : shard_(shard),
        lock_(shard.mutex),
        open_(shard.owner_locked() == owner) {}
  Status check() const { return open_ ? Status() : Status(Code::kClosed); }
  bool open() const { return open_; }
  // Read at its first use: exact, but not in vain.
  int64_t now_ns() WEIR_NO_THREAD_SAFETY_ANALYSIS {
    if (now_ns_ == 0) now_ns_ = shard_.shared_locked().clock->monotonic_ns();
    return now_ns_;
  }
  // A few of those that are due, so that memory comes back also where nobody sweeps.
  void sweep_some() WEIR_NO_THREAD_SAFETY_ANALYSIS {
    if (shard_.next_due_ns() <= now_ns())
      (void)shard_.sweep_locked(now_ns_, Shard::kLooksPerCall, &leavers_);
  }
  Item* find(uint64_t hash, ByteView key) WEIR_NO_THREAD_SAFETY_ANALYSIS {
    return shard_.find_locked(hash, key, &now_ns_, &leavers_);
  }
  Leavers* leavers() { return &leavers_; }
  Shard& shard() { return shard_; }

 private:
  Leavers leavers_;  // freed after the mutex
  Shard& shard_;
  const ShortLock lock_;
  const bool open_;
  int64_t now_ns_ = 0;
};

Table* Table::take() {
  {
    const MutexLock lock(immortal.pool.mutex);
    if (immortal.pool.first != nullptr) {
      return std::exchange(immortal.pool.first, immortal.pool.first->next);
    }
  }
  void* memory = heap::allocate(sizeof(Table));
  return memory == nullptr ? nullptr : new (memory) Table;
}

void Table::give_back() {
  const MutexLock lock(immortal.pool.mutex);
  next = std::exchange(immortal.pool.first, this);
}

bool Table::start(uint64_t owner, const Options& options, env::Clock& clock,
                  storage::MemoryBudget& budget, Sweeper* sweeper) {
  WEIR_ASSERT(options.tick_ms > 0 && options.expiry_ms > 0);
  shared_.clock = &clock;
  shared_.sweeper = sweeper;
  shared_.tick_ns = int64_t{options.tick_ms} * env::kNanosecondsPerMillisecond;
  shared_.expiry_ms = options.expiry_ms;
  shared_.evicts = options.policy == Policy::kEvict;
  shared_.keeps_events = options.events_max > 0;
  shared_.bounds.start(options.bytes_max, options.items_max, &budget);
  shared_.events.start(options.events_max);
  const int64_t now_ns = clock.monotonic_ns();
  for (Shard& shard : shards_) {
    bool started = false;
    {
      const ShortLock lock(shard.mutex);
      started = shard.start_locked(owner, &shared_, now_ns);
    }
    if (!started) {
      stop(owner);
      return false;
    }
  }
  return true;
}

void Table::hand_over(uint64_t owner, uint64_t next_owner) {
  for (Shard& shard : shards_) {
    const ShortLock lock(shard.mutex);
    if (shard.owner_locked() == owner) shard.set_owner_locked(next_owner);
  }
}

void Table::uncharge(uint64_t owner) {
  for (Shard& shard : shards_) {
    const ShortLock lock(shard.mutex);
    if (shard.owner_locked() != owner) continue;
    shared_.bounds.uncharge(&shard.charged_bytes);
  }
}

void Table::stop(uint64_t owner) {
  for (Shard& shard : shards_) {
    for (bool done = false; !done;) {
      Leavers leavers;
      const ShortLock lock(shard.mutex);
      if (shard.owner_locked() != owner) break;
      uint64_t removed = 0;
      done = shard.clear_step_locked(Shard::kLooksPerStep, &removed, &leavers);
      if (done) shard.stop_locked();
    }
  }
}

// --- set ---

Status Table::no_room(uint64_t bytes) const {
  if (shared_.bounds.bytes_max() == 0 && shared_.bounds.items_max() == 0) {
    return {Code::kLimit,
            text("the store's memory budget has no room for an item of ", bytes, " bytes")};
  }
  return {Code::kLimit,
          text("no room for an item of ", bytes, " bytes; the buffer's bounds are bytes_max ",
               shared_.bounds.bytes_max(), " and items_max ", shared_.bounds.items_max(),
               " (0: none), and the store's memory budget")};
}

// Reserves, evicting from this shard if that is the policy. kLimit: there is no room here. kBusy: nor in the budget.
Status Table::admit(Section& section, int64_t bytes, int64_t items,
                    const Item* old) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  Shard& shard = section.shard();
  Bounds& bounds = shared_.bounds;
  bool swept = false;
  for (uint32_t evicted = 0;; ++evicted) {
    const Bounds::Verdict verdict =
        bounds.reserve(bytes, items, shard.bytes_locked(), &shard.charged_bytes);
    if (verdict == Bounds::Verdict::kFits) return {};
    // What has expired makes room first, a few at a time.
    if (!swept && shard.next_due_ns() <= section.now_ns()) {
      (void)shard.sweep_locked(section.now_ns(), Shard::kLooksPerStep, section.leavers());
      swept = true;
      continue;
    }
    const Code full = verdict == Bounds::Verdict::kBudgetFull ? Code::kBusy : Code::kLimit;
    if (!shared_.evicts || evicted == kEvictionsPerStep) return full;
    if (!shard.evict_locked(old, section.leavers())) return full;
  }
}

// Evicts an item of another shard, in turns. kLimit: there are none.
Status Table::evict_elsewhere(uint64_t owner, const Shard& full) {
  for (size_t i = 0; i < kShardCount; ++i) {
    Shard& shard = shards_[evict_next_.fetch_add(1, std::memory_order_relaxed) % kShardCount];
    if (&shard == &full) continue;
    Leavers leavers;
    const ShortLock lock(shard.mutex);
    if (shard.owner_locked() != owner) return Code::kClosed;
    if (shard.evict_locked(nullptr, &leavers)) return {};
  }
  return Code::kLimit;
}

Status Table::insert(Section& section, uint64_t hash, ByteView key, ByteView value,
                     int64_t expiry_ms, Item* old, Item** prepared) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  Shard& shard = section.shard();
  const uint64_t bytes = Item::bytes_of(key.size(), value.size());
  const int64_t deadline_ns =
      deadline_after(section.now_ns(), expiry_ms * env::kNanosecondsPerMillisecond);
  if (old != nullptr && *prepared == nullptr && old->bytes() == bytes && old->is_unheld()) {
    old->write_value(value);
    old->set_expiry_ms(expiry_ms);
    old->visited = 1;
    shard.move_deadline_locked(old, deadline_ns);
    return {};
  }
  const int64_t more = static_cast<int64_t>(bytes - (old == nullptr ? 0 : old->bytes()));
  const int64_t items = old == nullptr ? 1 : 0;
  WEIR_TRY(admit(section, more, items, old));
  Item* item = *prepared != nullptr ? *prepared : Item::create(key, value, hash);
  if (item != nullptr) {
    item->deadline_ns = deadline_ns;
    item->set_expiry_ms(expiry_ms);
    if (shard.insert_locked(item, old, section.leavers())) {
      *prepared = nullptr;
      return {};
    }
    if (*prepared == nullptr) Item::leave(item);
  }
  shared_.bounds.give_back(more, items, shard.bytes_locked(), &shard.charged_bytes);
  return {Code::kNoMemory, text("no memory for an item of ", bytes, " bytes")};
}

Status Table::set(uint64_t owner, ByteView key, ByteView value, Expiry expiry, bool only_if_absent,
                  bool last_try) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  struct Prepared {
    Item* item = nullptr;
    ~Prepared() {
      if (item != nullptr) Item::leave(item);
    }
  } prepared;
  if (value.size() > kCopiedInsideBytesMax) {
    prepared.item = Item::create(key, value, hash);
    if (prepared.item == nullptr) return Code::kNoMemory;
  }
  Shard& shard = shard_of(hash);
  while (true) {
    Status inserted;
    {
      Section section(shard, owner);
      WEIR_TRY(section.check());
      Item* old = section.find(hash, key);
      if (old != nullptr && only_if_absent) return Code::kDuplicate;
      const uint64_t bytes = Item::bytes_of(key.size(), value.size());
      if (shared_.bounds.bytes_max() != 0 && bytes > shared_.bounds.bytes_max()) {
        return {Code::kTooLarge, text("the item takes ", bytes, " bytes; bytes_max is ",
                                      shared_.bounds.bytes_max())};
      }
      const int64_t expiry_ms = expiry.ms == 0 ? shared_.expiry_ms : expiry.ms;
      inserted = insert(section, hash, key, value, expiry_ms, old, &prepared.item);
      if (inserted.ok()) {
        ++shard.counted.set_count;
        section.sweep_some();
        return {};
      }
      if (inserted.code() == Code::kBusy && !last_try) return inserted;
      if (inserted.code() == Code::kBusy) inserted = Code::kLimit;
      if (inserted.code() != Code::kLimit) return inserted;
      if (!shared_.evicts) {
        ++shard.counted.refused_count;
        return no_room(bytes);
      }
    }
    const Status evicted = evict_elsewhere(owner, shard);
    if (evicted.code() == Code::kLimit) {
      // The others are empty: another look here, where what is left is less than the step that was tried.
      Section section(shard, owner);
      WEIR_TRY(section.check());
      if (shard.item_count_locked() > 1) continue;
      ++shard.counted.refused_count;
      return no_room(Item::bytes_of(key.size(), value.size()));
    }
    WEIR_TRY(evicted);
  }
}

Status Table::restore(uint64_t owner, ByteView key, ByteView value, int64_t remaining_ns,
                      int64_t expiry_ms) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  WEIR_TRY(set(owner, key, value, {expiry_ms}, false, true));
  const uint64_t hash = hash_of(key);
  Section section(shard_of(hash), owner);
  WEIR_TRY(section.check());
  if (Item* item = section.find(hash, key); item != nullptr)
    section.shard().move_deadline_locked(item, deadline_after(section.now_ns(), remaining_ns));
  return {};
}

// --- the other calls on one item ---

Status Table::get(uint64_t owner, ByteView key, bool renew,
                  Item** out) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  Section section(shard_of(hash), owner);
  if (!section.open()) return Code::kClosed;
  ++section.shard().counted.get_count;
  Item* item = section.find(hash, key);
  if (item == nullptr) return Code::kNotFound;
  ++section.shard().counted.hit_count;
  // Never earlier than it was: nothing has to move.
  if (renew) item->deadline_ns = renewed(*item, section.now_ns());
  item->visited = 1;
  item->give();
  *out = item;
  return {};
}

Status Table::take(uint64_t owner, ByteView key, Item** out) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  Section section(shard_of(hash), owner);
  if (!section.open()) return Code::kClosed;
  ++section.shard().counted.get_count;
  Item* item = section.find(hash, key);
  if (item == nullptr) return Code::kNotFound;
  ++section.shard().counted.hit_count;
  ++section.shard().counted.removed_count;
  item->give();
  section.shard().remove_locked(item, section.leavers());
  section.sweep_some();
  *out = item;
  return {};
}

Status Table::copy(uint64_t owner, ByteView key, bool renew, MutableBytes into,
                   size_t* out_bytes) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  Item* held = nullptr;
  {
    Section section(shard_of(hash), owner);
    WEIR_TRY(section.check());
    ++section.shard().counted.get_count;
    Item* item = section.find(hash, key);
    if (item == nullptr) return Code::kNotFound;
    ++section.shard().counted.hit_count;
    const ByteView value = item->value();
    *out_bytes = value.size();
    if (value.size() > into.size()) {
      return {Code::kBufferTooSmall,
              text("the value has ", value.size(), " bytes; there is room for ", into.size())};
    }
    if (renew) item->deadline_ns = renewed(*item, section.now_ns());
    item->visited = 1;
    if (value.size() <= kCopiedInsideBytesMax) {
      if (!value.empty()) std::memcpy(into.data(), value.data(), value.size());
      return {};
    }
    item->give();
    held = item;
  }
  std::memcpy(into.data(), held->value().data(), held->value().size());
  Item::give_back(held);
  return {};
}

Status Table::remove(uint64_t owner, ByteView key) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  Section section(shard_of(hash), owner);
  WEIR_TRY(section.check());
  Item* item = section.find(hash, key);
  if (item == nullptr) return Code::kNotFound;
  ++section.shard().counted.removed_count;
  section.shard().remove_locked(item, section.leavers());
  section.sweep_some();
  return {};
}

Status Table::touch(uint64_t owner, ByteView key, Expiry expiry) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  Section section(shard_of(hash), owner);
  WEIR_TRY(section.check());
  Item* item = section.find(hash, key);
  if (item == nullptr) return Code::kNotFound;
  if (expiry.ms != 0) item->set_expiry_ms(expiry.ms);
  item->visited = 1;
  section.shard().move_deadline_locked(item, renewed(*item, section.now_ns()));
  return {};
}

Status Table::remaining(uint64_t owner, ByteView key,
                        int64_t* out_ns) WEIR_NO_THREAD_SAFETY_ANALYSIS {
  const uint64_t hash = hash_of(key);
  Section section(shard_of(hash), owner);
  WEIR_TRY(section.check());
  const Item* item = section.find(hash, key);
  if (item == nullptr) return Code::kNotFound;
  *out_ns = item->deadline_ns - section.now_ns();
  return {};
}

// --- the calls on all ---

Status Table::count(uint64_t owner, uint64_t* out_count) {
  uint64_t sum = 0;
  for (Shard& shard : shards_) {
    uint64_t pass = 0;
    int64_t now_ns = 0;
    for (bool done = false; !done;) {
      Leavers leavers;
      const ShortLock lock(shard.mutex);
      if (shard.owner_locked() != owner) return Code::kClosed;
      // The time of the first step: what expires while it counts was live when it was asked.
      if (now_ns == 0) now_ns = shared_.clock->monotonic_ns();
      done = shard.count_step_locked(now_ns, &pass, &leavers);
      if (done) sum += shard.item_count_locked();
    }
  }
  *out_count = sum;
  return {};
}

Status Table::clear(uint64_t owner, uint64_t* out_count) {
  for (Shard& shard : shards_) {
    // No more than there were at first: those who go on setting must not keep this call for ever.
    uint64_t left = UINT64_MAX;
    for (bool done = false; !done;) {
      Leavers leavers;
      const ShortLock lock(shard.mutex);
      if (shard.owner_locked() != owner) return Code::kClosed;
      left = std::min<uint64_t>(left, shard.item_count_locked());
      uint64_t removed = 0;
      const auto looks = static_cast<uint32_t>(std::min<uint64_t>(left, Shard::kLooksPerStep));
      done = shard.clear_step_locked(looks, &removed, &leavers) || removed >= left;
      left -= removed;
      shard.counted.removed_count += removed;
      *out_count += removed;
    }
  }
  return {};
}

Status Table::stats(uint64_t owner, Statistics* out) {
  *out = Statistics();
  for (Shard& shard : shards_) {
    const ShortLock lock(shard.mutex);
    if (shard.owner_locked() != owner) return Code::kClosed;
    out->counted.add(shard.counted);
    out->item_count += shard.item_count_locked();
    out->bytes += shard.bytes_locked();
  }
  shared_.events.counts(&out->event_count, &out->event_lost_count);
  return {};
}

Status Table::take_events(uint64_t owner, MutableBytes into, std::span<uint32_t> sizes,
                          size_t* out_count, size_t* out_bytes) {
  // A shard's mutex keeps the owner where it is: there is no closing meanwhile.
  const ShortLock lock(shards_[0].mutex);
  if (shards_[0].owner_locked() != owner) return Code::kClosed;
  return shared_.events.take(into, sizes, out_count, out_bytes);
}

bool Table::sweep_step(uint64_t owner, size_t index) {
  Shard& shard = shards_[index];
  Leavers leavers;
  const ShortLock lock(shard.mutex);
  if (shard.owner_locked() != owner) return true;
  const int64_t now_ns = shared_.clock->monotonic_ns();
  return shard.next_due_ns() > now_ns || shard.sweep_locked(now_ns, Shard::kLooksPerStep, &leavers);
}

int64_t Table::next_due_ns() const {
  int64_t earliest = env::kNever;
  for (const Shard& shard : shards_) earliest = std::min(earliest, shard.next_due_ns());
  return earliest;
}

}  // namespace weir::buffer
