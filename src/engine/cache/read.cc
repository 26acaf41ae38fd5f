// Point reads of a collection handle.
#include "engine/cache/collection.h"
#include "engine/cache/state.h"
#include "format/record.h"

namespace weir::cache {

// kNotFound, also for what is due.
Status Handle::read_one_locked(std::string_view key, const Hash128& hash, Documents* into) {
  for (bool missed = false;; missed = true) {
    const uint64_t number = state_->find_visible(hash);
    if (number == 0) return Code::kNotFound;
    storage::Chunk* chunk = nullptr;
    const uint8_t* record = stream_->find_in_memory(number, &chunk);
    if (record == nullptr) {
      WEIR_TRY(store_->pager().load(stream_, number));
      WEIR_TRY(check_open_locked());
      continue;
    }
    ++(missed ? state_->counted.miss_count : state_->counted.hit_count);
    WEIR_TRY(into->add(record, chunk));
    const Document& found = into->at(into->count() - 1);
    const bool is_due =
        found.expires_at_ns != 0 &&
        state_->due_ns(number, found.written_at_ns, found.expires_at_ns) <= state_->now_ns();
    if (found.key == key && !is_due) return {};
    into->drop_last();
    return Code::kNotFound;
  }
}

Status Handle::get(std::string_view key, Documents* into) {
  into->clear();
  const Hash128 hash = state_->hash(key);
  MutexLock lock(store_->mutex());
  WEIR_TRY(enter_locked());
  return read_one_locked(key, hash, into);
}

Status Handle::get_many(std::span<const std::string_view> keys, Documents* into) {
  into->clear();
  if (keys.empty() || keys.size() > kManyCountMax) {
    return {Code::kInvalidArgument, text("a batch has ", uint64_t{keys.size()},
                                         " keys; it has from 1 to ", uint64_t{kManyCountMax})};
  }
  std::vector<Hash128> hashes;
  hashes.reserve(keys.size());
  for (const std::string_view key : keys) hashes.push_back(state_->hash(key));
  MutexLock lock(store_->mutex());
  WEIR_TRY(enter_locked());
  for (size_t i = 0; i < keys.size(); ++i) {
    const Status status = read_one_locked(keys[i], hashes[i], into);
    if (status.code() == Code::kNotFound) {
      into->add_missing(keys[i]);
    } else if (!status.ok()) {
      into->clear();
      return status;
    }
  }
  return {};
}

}  // namespace weir::cache
