// Point reads of a collection handle.
#include "engine/cache/collection.h"
#include "engine/cache/state.h"
#include "format/record.h"

namespace weir::cache {

namespace {

// Keeps what dies meanwhile readable. With the store's mutex held at both ends.
class HeldStream {
 public:
  explicit HeldStream(CollectionState& state) : state_(state), hold_(state.open_hold()) {}
  HeldStream(const HeldStream&) = delete;
  HeldStream& operator=(const HeldStream&) = delete;
  ~HeldStream() { state_.close_hold(hold_); }

 private:
  CollectionState& state_;
  const uint64_t hold_;
};

}  // namespace

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

Status Handle::read_version_locked(std::string_view key, uint64_t version, Documents* into) {
  if (version == 0) return Code::kNotFound;
  storage::Chunk* chunk = nullptr;
  const uint8_t* record = stream_->find_in_memory(version, &chunk);
  ++(record == nullptr ? state_->counted.miss_count : state_->counted.hit_count);
  std::vector<storage::ChunkView> views;
  if (record == nullptr) {
    WEIR_TRY(store_->pager().fetch(stream_, version, 0, &views));
    WEIR_TRY(check_open_locked());
    for (const storage::ChunkView& view : views) {
      for (uint32_t at = 0; at < view.used && record == nullptr;) {
        const format::RecordHeader header = format::read_record_header(view.chunk->data + at);
        if (header.number == version) {
          record = view.chunk->data + at;
          chunk = view.chunk.get();
        }
        at += static_cast<uint32_t>(format::record_bytes(header.body_bytes));
      }
    }
    if (record == nullptr)
      return {Code::kCorrupt,
              text("document ", weir::quoted(key), ", version ", version, ", is in no file")};
  }
  const bool is_due = state_->due_of(record) <= state_->now_ns();
  WEIR_TRY(into->add(record, chunk));
  if (into->at(into->count() - 1).key == key && !is_due) return {};
  into->drop_last();
  return Code::kNotFound;
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
  // What is not in memory is read without the mutex: all versions are settled first, and held.
  std::vector<uint64_t> versions;
  versions.reserve(keys.size());
  for (const Hash128& hash : hashes) versions.push_back(state_->find_visible(hash));
  const HeldStream held(*state_);
  for (size_t i = 0; i < keys.size(); ++i) {
    const Status status = read_version_locked(keys[i], versions[i], into);
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
