#include "engine/log/log.h"

#include <algorithm>

#include "engine/log/state.h"
#include "engine/log/window.h"

namespace weir::log {

namespace {

constexpr size_t kOperationBytes = 512;  // of a few facts with names, and a death mark

// A window that is kept for its memory only holds no chunk.
class Release {
 public:
  explicit Release(Window& window) : window_(window) {}
  Release(const Release&) = delete;
  Release& operator=(const Release&) = delete;
  ~Release() { window_.clear(); }

 private:
  Window& window_;
};

}  // namespace

// --- opening, dropping, listing ---

Result<std::unique_ptr<Handle>> Handle::open(const std::shared_ptr<store::Store>& store,
                                             std::string_view name, const OpenOptions& options) {
  MutexLock lock(store->mutex());
  store::StreamPtr stream = store->find_stream_locked(kEngineLog, name);
  bool made = false;
  if (!stream) {
    if (!options.create) return Code::kNotFound;
    WEIR_ASSIGN(stream,
                store->create_stream_locked(kEngineLog, static_cast<uint8_t>(options.kind), name));
    made = stream->next_number() == 1 && stream->facts.empty();
  } else {
    const auto kind = static_cast<Kind>(stream->kind());
    // In a mem: store every log is in memory, whatever was asked for.
    if (kind != options.kind && !options.existing_kind && store->durable()) {
      return Status(Code::kExists, text("log ", quoted(name), " exists and is ",
                                        kind == Kind::kDurable ? "durable" : "a memory log"));
    }
    WEIR_TRY(store->wait_created_locked(stream));
    if (stream->dropped) return Code::kNotFound;
  }
  LogState* state = LogState::of(*store, stream);
  std::unique_ptr<Handle> handle(new Handle(store, stream, state));
  if (made) {
    state->set_retention(options.retention);
    const uint64_t group = store->pipeline().end_commit(true);
    store::Level level = store::Level::kMemory;
    WEIR_TRY(store->finish_locked(group, store::Durability::kSync, &level));
  }
  return handle;
}

Status drop(store::Store& store, std::string_view name) {
  MutexLock lock(store.mutex());
  const store::StreamPtr stream = store.find_stream_locked(kEngineLog, name);
  if (!stream) return Code::kNotFound;
  return store.drop_stream_locked(stream);
}

Result<std::vector<std::string>> list(store::Store& store) {
  std::vector<std::string> names;
  MutexLock lock(store.mutex());
  for (const store::StreamPtr& stream : store.streams_of_locked(kEngineLog))
    names.push_back(stream->name());
  std::sort(names.begin(), names.end());
  return names;
}

Status Handle::check_open_locked() const {
  if (closed_) return {Code::kClosed, "the log handle was closed"};
  if (stream_->dropped)
    return {Code::kClosed, text("log ", quoted(stream_->name()), " was dropped")};
  return {};
}

std::function<Status()> Handle::still_wanted() const {
  return [this] { return check_open_locked(); };
}

void Handle::shutdown() {
  MutexLock lock(store_->mutex());
  closed_ = true;
  store_->core().pool->budget().notify_change();
}

// --- offsets ---

Status Handle::first_offset(uint64_t* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  *out = std::min(stream_->floor(), std::max(stream_->visible_next, uint64_t{1})) - 1;
  return {};
}

Status Handle::next_offset(uint64_t* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  *out = stream_->visible_next - 1;
  return {};
}

Status Handle::offset_for_time(int64_t time_ns, uint64_t* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  uint64_t number = 0;
  WEIR_TRY(state_->find_time_locked(stream_, time_ns, &number));
  *out = number - 1;
  return {};
}

Status Handle::read(uint64_t offset, size_t count_max, uint64_t bytes_max, Records* into,
                    uint64_t* out_first_offset) {
  into->clear();
  thread_local Window window;  // kept, so that a read allocates nothing
  const Release release(window);
  const uint64_t window_bytes = count_max == 1 ? 0 : std::min<uint64_t>(bytes_max, kWindowBytesMax);
  for (uint64_t number = offset + 1; into->count() < count_max; number = window.next()) {
    {
      MutexLock lock(store_->mutex());
      WEIR_TRY(check_open_locked());
      if (number < state_->trimmed_below) {
        *out_first_offset = std::min(stream_->floor(), stream_->visible_next) - 1;
        return Code::kOutOfRange;
      }
      // Some may have been found before one could not be read: they are the result.
      const Status filled = window.fill_locked(*store_, stream_, number, window_bytes);
      if (!filled.ok() && into->count() == 0) return filled;
      if (!filled.ok() || window.empty()) break;
    }
    const Status taken = window.take(count_max, bytes_max, into);
    if (!taken.ok() && into->count() == 0) return taken;
    if (!taken.ok() || !window.empty()) break;
  }
  state_->read_count.fetch_add(into->count(), std::memory_order_relaxed);
  return into->count() == 0 ? Status(Code::kEmpty) : Status();
}

// --- retention ---

Status Handle::configure(const Retention& retention) {
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  WEIR_TRY(store.pipeline().ensure_ack_room(kOperationBytes));
  WEIR_TRY(check_open_locked());
  store.pipeline().reserve_operations(kOperationBytes);
  state_->set_retention(retention);
  const uint64_t group = store.pipeline().end_commit(true);
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, store::Durability::kSync, &level);
}

Status Handle::trim(uint64_t before, uint64_t* out_count) {
  *out_count = 0;
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  WEIR_TRY(store.pipeline().ensure_ack_room(kOperationBytes));
  WEIR_TRY(check_open_locked());
  store.pipeline().reserve_operations(kOperationBytes);
  const uint64_t bound = std::min(std::min(before, kOffsetMax) + 1, stream_->visible_next);
  // What an ASYNC trim (the retention's) has done is not done durably before it is synced.
  if (bound <= state_->trimmed_below) return store.pipeline().flush();
  *out_count = state_->trim_below(bound);
  const uint64_t group = store.pipeline().end_commit(true);
  store.core().pool->budget().notify_if_waited();
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, store::Durability::kSync, &level);
}

Status Handle::retain(uint64_t* out_count) {
  *out_count = 0;
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store_->check_writable_locked());
  WEIR_TRY(state_->retain_locked(stream_, out_count));
  return check_open_locked();
}

Status Handle::stats(Statistics* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  *out = state_->counted;
  out->kind = static_cast<Kind>(stream_->kind());
  out->retention = state_->retention;
  out->read_count = state_->read_count.load(std::memory_order_relaxed);
  const uint64_t hidden = stream_->next_number() - stream_->visible_next;
  const uint64_t live = stream_->live_count();
  out->record_count = live > hidden ? live - hidden : 0;
  out->first_offset = std::min(stream_->floor(), stream_->visible_next) - 1;
  out->next_offset = stream_->visible_next - 1;
  out->trimmed_offset = state_->trimmed_below - 1;
  out->consumer_count = state_->consumers.size();
  out->reader_count = state_->readers.size();
  out->memory_bytes = stream_->memory_bytes();
  out->disk_bytes = stream_->disk_bytes();
  return {};
}

// --- consumers ---

Result<std::vector<std::string>> Handle::consumers() {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  std::vector<std::string> names;
  for (const auto& [name, consumer] : state_->consumers) names.push_back(name);
  return names;
}

Status Handle::consumer(std::string_view name, ConsumerStatistics* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  const auto found = state_->consumers.find(name);
  if (found == state_->consumers.end()) return Code::kNotFound;
  const Consumer& consumer = found->second;
  out->offset = consumer.committed - 1;
  out->lag = stream_->visible_next - std::min(consumer.committed, stream_->visible_next);
  out->reader_count = consumer.reader_count;
  out->committed_at_ns = consumer.committed_at_ns;
  return {};
}

// The consumer, when nobody reads as it.
static Result<std::string> idle_consumer_locked(LogState& state, std::string_view name) {
  const auto found = state.consumers.find(name);
  if (found == state.consumers.end()) return Code::kNotFound;
  if (found->second.reader_count != 0) {
    return Status(Code::kBusy, text("consumer ", quoted(name), " has ", found->second.reader_count,
                                    " open readers; close them first"));
  }
  return found->first;
}

Status Handle::reset_consumer(std::string_view name, uint64_t offset) {
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  WEIR_TRY(store.pipeline().ensure_ack_room(kOperationBytes));
  WEIR_TRY(check_open_locked());
  WEIR_ASSIGN(const std::string known, idle_consumer_locked(*state_, name));
  store.pipeline().reserve_operations(kOperationBytes);
  state_->set_consumer(known, state_->consumers[known], offset + 1, store.clock().wall_ns());
  const uint64_t group = store.pipeline().end_commit(true);
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, store::Durability::kSync, &level);
}

Status Handle::remove_consumer(std::string_view name) {
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  WEIR_TRY(store.pipeline().ensure_ack_room(kOperationBytes));
  WEIR_TRY(check_open_locked());
  WEIR_ASSIGN(const std::string known, idle_consumer_locked(*state_, name));
  store.pipeline().reserve_operations(kOperationBytes);
  state_->erase_consumer(known);
  const uint64_t group = store.pipeline().end_commit(true);
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, store::Durability::kSync, &level);
}

}  // namespace weir::log
