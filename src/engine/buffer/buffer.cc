#include "engine/buffer/buffer.h"

#include <algorithm>
#include <map>
#include <string>

namespace weir::buffer {

// A buffer that is open, being opened or being closed. Guarded by the store's mutex.
struct Opened {
  std::string name;
  Options options;
  Ref ref;
  uint64_t handle_count = 0;
  bool busy = true;  // somebody opens or closes it, without the mutex
};

// The buffers of one store. Belongs to the store; what is in it is guarded by the store's mutex.
class Registry {
 public:
  explicit Registry(env::Env& env) : sweeper(env) {}
  static Registry& of_locked(store::Store& store) {
    std::shared_ptr<void>& slot = store.engine_slot_locked(kEngineBuffer);
    if (slot == nullptr) {
      seed_hashes(store.core().env.random.next());
      slot = std::make_shared<Registry>(store.core().env);
    }
    return *static_cast<Registry*>(slot.get());
  }

  std::map<std::string, std::unique_ptr<Opened>, std::less<>> buffers;
  CondVar changed;  // one is not busy any more, or gone
  Sweeper sweeper;
};

namespace {

// Numbers of owners are used once, in all stores: a stale one never fits again.
std::atomic<uint64_t> next_owner{1};

uint64_t new_owner() { return next_owner.fetch_add(1, std::memory_order_relaxed); }

Status begin(store::Store& store, Registry& registry, Opened& opened) {
  Table* table = Table::take();
  if (table == nullptr) return Code::kNoMemory;
  const uint64_t owner = new_owner();
  if (!table->start(owner, opened.options, store.clock(), store.core().pool->budget(),
                    &registry.sweeper)) {
    table->give_back();
    return Code::kNoMemory;
  }
  opened.ref = {table, owner};
  Status status =
      opened.options.snapshot ? restore_snapshot(store, opened.name, *table, owner) : Status();
  if (!status.ok()) {
    table->stop(owner);
    table->give_back();
    return status;
  }
  registry.sweeper.add(table, owner);
  return {};
}

Status end(store::Store& store, Registry& registry, const Opened& opened) {
  Table& table = *opened.ref.table;
  registry.sweeper.remove(&table);
  // Calls are refused from here on; what is there stays as it is.
  const uint64_t closer = new_owner();
  table.hand_over(opened.ref.owner, closer);
  Status status;
  try {
    if (opened.options.snapshot) status = save_snapshot(store, opened.name, table, closer);
  } catch (const std::bad_alloc&) {
    status = Code::kNoMemory;
  }
  table.stop(closer);
  table.give_back();
  return status;
}

Status same_options(const Opened& opened, const Options* options) {
  if (options == nullptr || *options == opened.options) return {};
  return {Code::kExists,
          text("buffer ", quoted(opened.name), " is open with other options: tick_ms ",
               opened.options.tick_ms, ", expiry_ms ", opened.options.expiry_ms, ", bytes_max ",
               opened.options.bytes_max, ", items_max ", opened.options.items_max)};
}

}  // namespace

Result<std::unique_ptr<Handle>> Handle::open(std::shared_ptr<store::Store> store,
                                             std::string_view name, const Options* options) {
  MutexLock lock(store->mutex());
  Registry& registry = Registry::of_locked(*store);
  auto found = registry.buffers.find(name);
  while (found != registry.buffers.end() && found->second->busy) {
    store->wait_locked(registry.changed, env::kNever);
    found = registry.buffers.find(name);
  }
  if (found != registry.buffers.end()) {
    Opened& opened = *found->second;
    WEIR_TRY(same_options(opened, options));
    std::unique_ptr<Handle> handle(new Handle(std::move(store), &opened, opened.ref));
    ++opened.handle_count;
    return handle;
  }
  auto fresh = std::make_unique<Opened>();
  fresh->name = name;
  if (options != nullptr) fresh->options = *options;
  Opened& opened = *fresh;
  found = registry.buffers.emplace(opened.name, std::move(fresh)).first;
  Status status;
  {
    const MutexUnlock unlock(store->mutex());
    try {
      status = begin(*store, registry, opened);
    } catch (const std::bad_alloc&) {
      status = Code::kNoMemory;
    }
  }
  registry.changed.notify_all();
  if (!status.ok()) {
    registry.buffers.erase(found);
    return status;
  }
  opened.busy = false;
  opened.handle_count = 1;
  const Ref ref = opened.ref;
  return std::unique_ptr<Handle>(new Handle(std::move(store), &opened, ref));
}

Status Handle::close() {
  if (opened_ == nullptr) return Code::kClosed;
  Opened* opened = std::exchange(opened_, nullptr);
  MutexLock lock(store_->mutex());
  Registry& registry = Registry::of_locked(*store_);
  if (--opened->handle_count > 0) return {};
  opened->busy = true;
  Status status;
  {
    const MutexUnlock unlock(store_->mutex());
    status = end(*store_, registry, *opened);
  }
  registry.buffers.erase(opened->name);
  registry.changed.notify_all();
  return status;
}

Status Handle::set(Ref ref, store::Store& store, ByteView key, ByteView value, Expiry expiry,
                   bool only_if_absent) {
  Status status = ref.table->set(ref.owner, key, value, expiry, only_if_absent, false);
  if (status.code() != Code::kBusy) return status;
  // The budget is full: what can be read back from disk goes first.
  {
    const MutexLock lock(store.mutex());
    store.pager().relieve();
  }
  return ref.table->set(ref.owner, key, value, expiry, only_if_absent, true);
}

std::vector<std::string> list(store::Store& store) {
  const MutexLock lock(store.mutex());
  std::vector<std::string> names;
  for (const auto& [name, opened] : Registry::of_locked(store).buffers) names.push_back(name);
  return names;
}

void make_id(env::Env& env, int64_t handle, uint8_t* into) {
  // Its first value is drawn once; from there each call has a number of its own.
  static std::atomic<uint64_t> counter{env.random.next()};
  store_little(into, static_cast<uint64_t>(handle));
  store_little(into + 8, static_cast<uint64_t>(env.clock.wall_ns()));
  store_little(into + 16, counter.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace weir::buffer
