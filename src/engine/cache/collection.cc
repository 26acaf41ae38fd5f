#include "engine/cache/collection.h"

#include <algorithm>

#include "engine/cache/state.h"

namespace weir::cache {

namespace {
constexpr size_t kSweepMax = 256;
}

// --- opening, dropping, listing ---

Result<std::unique_ptr<Handle>> Handle::open(std::shared_ptr<store::Store> store,
                                             std::string_view name, const OpenOptions& options) {
  store::Store& opened_in = *store;
  MutexLock lock(opened_in.mutex());
  store::StreamPtr stream = store->find_stream_locked(kEngineCache, name);
  if (!stream) {
    if (!options.create) return Code::kNotFound;
    WEIR_ASSIGN(stream, store->create_stream_locked(kEngineCache,
                                                    static_cast<uint8_t>(options.kind), name));
  } else {
    const auto kind = static_cast<Kind>(stream->kind());
    // In a mem: store everything is in memory, whatever was asked for.
    if (kind != options.kind && !options.existing_kind && store->durable()) {
      return Status(Code::kExists,
                    text("collection ", weir::quoted(name), " exists and is ",
                         kind == Kind::kDurable ? "durable" : "a memory collection"));
    }
    WEIR_TRY(store->wait_created_locked(stream));
    if (stream->dropped) return Code::kNotFound;
  }
  CollectionState* state = CollectionState::of(*store, stream);
  std::unique_ptr<Handle> handle(new Handle(std::move(store), std::move(stream), state));
  Handle& opened = *handle;
  if (options.save_interval_ms == 0 || !opened.store_->durable() ||
      opened.store_->options().read_only) {
    return handle;
  }
  opened.save_interval_ns_ = options.save_interval_ms * env::kNanosecondsPerMillisecond;
  opened.next_save_ns_ = opened.store_->clock().monotonic_ns() + opened.save_interval_ns_;
  opened.saver_ = opened.store_->core().env.executor.start(
      "weir-save", [&opened] { return opened.save_step(); });
  return handle;
}

Handle::~Handle() { saver_.reset(); }

// A save that fails is tried again after the interval; the store tells what is wrong to those who write.
int64_t Handle::save_step() {
  const int64_t now = store_->clock().monotonic_ns();
  if (now >= next_save_ns_) {
    (void)save().ok();
    next_save_ns_ = store_->clock().monotonic_ns() + save_interval_ns_;
  }
  return next_save_ns_;
}

Status drop(store::Store& store, std::string_view name) {
  MutexLock lock(store.mutex());
  const store::StreamPtr stream = store.find_stream_locked(kEngineCache, name);
  if (!stream) return Code::kNotFound;
  return store.drop_stream_locked(stream);
}

Result<std::vector<std::string>> list(store::Store& store) {
  std::vector<std::string> names;
  MutexLock lock(store.mutex());
  for (const store::StreamPtr& stream : store.streams_of_locked(kEngineCache))
    names.push_back(stream->name());
  std::sort(names.begin(), names.end());
  return names;
}

Status Handle::check_open_locked() const {
  if (closed_) return {Code::kClosed, "the collection handle was closed"};
  if (stream_->dropped)
    return {Code::kClosed, text("collection ", weir::quoted(stream_->name()), " was dropped")};
  return {};
}

Status Handle::enter_locked() {
  WEIR_TRY(check_open_locked());
  if (state_->loaded()) return {};
  WEIR_TRY(state_->load_locked(stream_));
  return check_open_locked();
}

void Handle::shutdown() {
  MutexLock lock(store_->mutex());
  closed_ = true;
  store_->core().pool->budget().notify_change();
}

// --- counts ---

Status Handle::count(uint64_t* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  // Without documents that expire the stream knows; with such they have to be looked at once.
  if (state_->may_expire()) WEIR_TRY(enter_locked());
  *out = state_->count_locked();
  return {};
}

Status Handle::stats(Statistics* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  const uint64_t count = state_->count_locked();
  *out = state_->counted;
  out->kind = static_cast<Kind>(stream_->kind());
  out->state = state_->shown_state();
  out->document_count = count;
  store_->core().mutex.assert_held();
  out->evicted_bytes = store_->core().counted.page_out_bytes;
  out->memory_bytes = stream_->memory_bytes();
  out->directory_bytes = state_->directory_bytes();
  out->index_bytes = state_->indexes().bytes();
  out->index_count = state_->indexes().size();
  out->disk_bytes = stream_->disk_bytes();
  out->next_version = stream_->next_number();
  return {};
}

Status Handle::save() {
  {
    MutexLock lock(store_->mutex());
    WEIR_TRY(enter_locked());
    for (uint64_t before = UINT64_MAX; state_->has_due() && before != state_->due_count();) {
      before = state_->due_count();
      WEIR_TRY(state_->sweep_locked(stream_, kSweepMax));
      WEIR_TRY(check_open_locked());
    }
  }
  return store_->checkpoint();
}

}  // namespace weir::cache
