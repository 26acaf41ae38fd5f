// Key compaction: of the records with one key only the newest stays. It reads the log once, remembers where each key
// was last seen, and marks what was superseded dead; offsets stay as they are.
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/log/log.h"
#include "engine/log/state.h"
#include "engine/log/window.h"

namespace weir::log {

namespace {

constexpr size_t kBatchCount = 1000;  // records read, or marked dead, in one go
constexpr size_t kOperationBytes = 64;

// One pass at a time: two would mark the same records.
class Compacting {
 public:
  explicit Compacting(bool& flag) : flag_(flag) { flag_ = true; }
  Compacting(const Compacting&) = delete;
  Compacting& operator=(const Compacting&) = delete;
  ~Compacting() { flag_ = false; }

 private:
  bool& flag_;
};

using Newest = std::unordered_map<std::string, uint64_t>;

Status note_keys(Records& records, Newest* newest, NumberSet* superseded) {
  for (size_t i = 0; i < records.count(); ++i) {
    WEIR_ASSIGN(const format::Properties* properties, records.properties(i));
    if (properties == nullptr || properties->key.empty()) continue;
    const uint64_t number = records.at(i).offset + 1;
    const auto [at, is_new] = newest->try_emplace(properties->key, number);
    if (!is_new) {
      superseded->insert(at->second, at->second);
      at->second = number;
    }
  }
  return {};
}

}  // namespace

Status Handle::compact(uint64_t* out_count) {
  *out_count = 0;
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  if (state_->compacting) return {Code::kBusy, "the log is being compacted by another thread"};
  const Compacting compacting(state_->compacting);
  // Only what is synced supersedes: a death mark must never outlive its reason.
  WEIR_TRY(store.pipeline().flush());
  WEIR_TRY(check_open_locked());
  const uint64_t end = stream_->visible_next;
  Newest newest;
  NumberSet superseded;
  Window window;
  Records records;
  for (uint64_t number = stream_->floor(); number < end; number = window.next()) {
    WEIR_TRY(window.fill_locked(store, stream_, number, kWindowBytesMax));
    window.limit(end);
    MutexUnlock unlocked(store.mutex());
    while (!window.empty()) {
      records.clear();
      WEIR_TRY(window.take(kBatchCount, UINT64_MAX, &records));
      WEIR_TRY(note_keys(records, &newest, &superseded));
    }
  }
  size_t marked = kBatchCount;
  for (const auto& [first, last] : superseded.intervals()) {
    if (marked == kBatchCount) {
      store.pipeline().end_commit(false);
      WEIR_TRY(store.pipeline().ensure_ack_room(kBatchCount * kOperationBytes));
      WEIR_TRY(check_open_locked());
      store.pipeline().reserve_operations(kBatchCount * kOperationBytes);
      marked = 0;
    }
    *out_count += store.pipeline().mark_dead(stream_, first, last);
    ++marked;
  }
  state_->counted.compacted_count += *out_count;
  state_->invalidate_windows();
  const uint64_t group = store.pipeline().end_commit(true);
  store.core().pool->budget().notify_if_waited();
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, store::Durability::kSync, &level);
}

}  // namespace weir::log
