// CollectionState: what a collection adds to its stream. The live records are the collection; the directory says which
// of them is a key's newest. It belongs to the stream (its attachment) and lives as long. Guarded by the store's mutex.
//
// Versions. A put appends a record and lets the key's former one die with the same commit; a remove only lets it die.
// Both take effect for readers when the commit becomes visible (CommitPipeline::mark_dead_when_visible), for writers at
// once: the directory names the newest version, and `previous_` leads from those that are not visible yet to what
// readers still see. A removed key keeps a tombstone in the directory until then.
#pragma once

#include <string_view>
#include <vector>

#include "base/flat_map.h"
#include "base/sync.h"
#include "engine/cache/collection.h"
#include "engine/cache/directory.h"
#include "engine/cache/indexes.h"
#include "store/store.h"

namespace weir::cache {

inline constexpr uint8_t kEngineCache = 3;
// Documents that were replaced or removed since and that cursors still see: with more, the oldest cursor ends.
inline constexpr uint64_t kHeldMax = 1'000'000;

// Facts (storage::Stream::facts) of a collection, all values little-endian.
//   "k"   u64: generated keys below may have been given out
//   "e"   "1": there are or were documents that expire
class CollectionState : public storage::Attachment {
 public:
  // The state of a stream, made at its first use.
  static CollectionState* of(store::Store& store, const store::StreamPtr& stream);
  ~CollectionState() override = default;

  void on_change_locked() override;
  void before_group_locked() override;

  // --- the directory ---
  // Fills it at the first use. May release the mutex.
  Status load_locked(const store::StreamPtr& stream);
  bool loaded() const { return load_ == Load::kLoaded; }
  Loaded shown_state() const;
  Hash128 hash(std::string_view key) const { return hash_(as_bytes(key)); }
  // The version that readers see; 0: none. Expiry is not looked at.
  uint64_t find_visible(const Hash128& hash) const;
  // The version that the next change comes after; 0: none.
  uint64_t find_newest(const Hash128& hash) const;
  uint64_t directory_bytes() const { return directory_.bytes(); }

  // --- changes, while a commit is built ---
  // So that `count` changes cannot fail for want of memory.
  void reserve(const Hash128& hash, size_t count);
  void set_newest(const store::StreamPtr& stream, const Hash128& hash, uint64_t number,
                  int64_t due_ns);
  void remove_newest(const store::StreamPtr& stream, const Hash128& hash);
  void note_group(uint64_t group) { last_group_ = group > last_group_ ? group : last_group_; }

  // --- indexes ---
  Indexes& indexes() { return indexes_; }
  void index_locked(uint64_t number, ByteView properties, ByteView payload) {
    if (indexes_.empty()) return;
    indexes_.insert_locked(number, properties, payload);
    indexes_.purge_locked(stream_);
  }

  // --- generated keys ---
  // Never given out before, also by a process that crashed. May release the mutex.
  Status take_key_locked(const store::StreamPtr& stream, uint64_t* out);

  // --- expiry ---
  // The wall clock as it was when the collection was opened first, going on with the monotonic one: jumps do not count.
  int64_t now_ns() const { return store_.clock().monotonic_ns() + wall_offset_ns_; }
  // When a document is due; kNever. After a restart it lives no longer than from then for its whole time to live, so
  // that a wall clock that was set back does not keep it.
  int64_t due_ns(uint64_t number, int64_t written_at_ns, int64_t expires_at_ns) const;
  // Of a record, header first.
  int64_t due_of(const uint8_t* record) const;
  bool has_expiries() const { return !expiries_.empty() || !expired_.empty(); }
  size_t due_count() const { return expired_.size(); }
  bool has_due() {
    expire_locked();
    return !expired_.empty();
  }
  // Was it due when somebody last looked (expire_locked)?
  bool is_due(uint64_t number) const { return expired_.find(number) != nullptr; }
  // Counts what is due by now as gone.
  void expire_locked();
  // Removes up to `count_max` documents that are due, durably in the background. May release the mutex.
  Status sweep_locked(const store::StreamPtr& stream, size_t count_max);
  // Visible documents that are not due.
  uint64_t count_locked();

  // Without such documents the stream alone can count.
  bool may_expire() const { return may_expire_; }

  // --- cursors ---
  // Holds of the stream. One that pins too much is closed by the state; its cursor sees that.
  uint64_t open_hold();
  void close_hold(uint64_t hold);
  bool is_held(uint64_t hold) const;
  uint64_t held_max() const { return held_max_; }
  void set_held_max(uint64_t count) { held_max_ = count; }

  Statistics counted;  // the counters
  CondVar load_done;

 private:
  enum class Load : uint8_t { kUnloaded, kLoading, kLoaded };
  static constexpr uint64_t kTombstone = kNumberBound;  // the bit that marks one
  static bool is_tombstone(uint64_t version) { return (version & kTombstone) != 0; }

  struct Change {
    uint64_t version = 0;
    Hash128 hash;
  };
  struct Expiry {
    int64_t due_ns = 0;
    uint64_t number = 0;
    Hash128 hash;
  };
  struct Found;  // by a scan of a chunk

  CollectionState(store::Store& store, const store::StreamPtr& stream);
  Status fill_locked(const store::StreamPtr& stream);
  Status scan_locked(const storage::ChunkView& view, uint64_t from);
  void end_oldest_cursor();
  bool is_visible(uint64_t version) const;
  void add_expiry(const Expiry& expiry);
  void replace(const store::StreamPtr& stream, const Hash128& hash, uint64_t entry,
               uint64_t version);
  void log_key_ceiling(const store::StreamPtr& stream, uint64_t ceiling);

  store::Store& store_;
  storage::Stream& stream_;
  const KeyedHash hash_;
  Load load_ = Load::kUnloaded;
  Directory directory_;
  Indexes indexes_;
  FlatMap<uint64_t> previous_;  // version -> the one it came after
  Ring<Change> changes_;        // not visible yet, in the order of their commits
  uint64_t tombstones_ = 0;
  uint64_t last_group_ = 0;  // of the newest change
  // Keys.
  uint64_t next_key_ = 1;
  uint64_t key_ceiling_ = 1;         // as logged ...
  uint64_t key_ceiling_group_ = 0;   // ... by this group
  uint64_t key_ceiling_synced_ = 1;  // keys below may be given out
  // Expiry.
  const int64_t wall_offset_ns_;
  const int64_t opened_at_ns_;
  bool may_expire_ = false;
  std::vector<uint64_t> holds_;  // of open cursors, the oldest first
  uint64_t held_max_ = kHeldMax;
  std::vector<Expiry> expiries_;  // a heap, the next due first; may name what is dead
  FlatMap<Hash128> expired_;      // due, visible and not removed yet
};

}  // namespace weir::cache
