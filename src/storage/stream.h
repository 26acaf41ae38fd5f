// Stream: an ordered sequence of records under one counter. It knows, for every number below the next one, whether
// it is dead, in a chunk in memory, in an extent on disk, or both. No I/O. Guarded by the store's mutex as a whole.
//
// Invariants: chunks and extents are each ascending and disjoint; every live number is in a chunk or in an extent;
// `dead` holds only numbers above the floor; a chunk that is not the tail never changes.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/metrics.h"
#include "base/number_set.h"
#include "base/ring.h"
#include "format/codec.h"
#include "format/record.h"
#include "storage/chunk.h"
#include "storage/data_file.h"
#include "storage/holds.h"

namespace weir::storage {

// Stream::kind: what its engine promised at creation.
inline constexpr uint8_t kStreamDurable = 0;
inline constexpr uint8_t kStreamMemory = 1;

// How the records of a stream are read, which decides what stays in memory longest.
enum class Access : uint8_t {
  kQueue,  // from the head, in order: head and tail stay
  kLog,    // by offset, mostly near the tail: the oldest go first
  kRandom,  // any: what was found lately gets a second chance (CLOCK: Corbato, "A Paging Experiment", 1968)
};

// A frame on disk that holds numbers of one stream.
struct Extent {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t offset = 0;       // of the frame
  uint64_t bytes = 0;        // of the whole frame
  uint64_t records = 0;      // in the frame; fewer than last - first + 1 when it has holes
  uint64_t live = 0;         // of them, those that can still be read
  DataFile* file = nullptr;  // null once nothing in it is live
  // What lives in it, in bytes of the frame.
  uint64_t live_bytes() const { return records == 0 ? 0 : bytes * live / records; }
};

// What a caller hands over to be appended: the body's checksum is computed before the lock.
struct RecordDraft {
  ByteView properties;
  ByteView payload;
  uint32_t body_crc = 0;
  int64_t time_ns = 0;
  ChunkRef
      prepared;  // large records: a chunk of their own, body already at data + kRecordHeaderBytes
  uint64_t body_bytes() const { return properties.size() + payload.size(); }
};

// Records from here on get a chunk of their own, filled without the lock.
inline constexpr uint64_t kPreparedBytesMin = 16u << 10;

// A run of records of a stream that one group writes.
struct Slice {
  ChunkRef chunk;
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t count = 0;
  uint32_t crc = 0;
  uint64_t first = 0;
  uint64_t last = 0;
};

// What an engine hangs onto its stream; called with the store's mutex held.
class Attachment {
 public:
  virtual ~Attachment() = default;
  // Records became deliverable, or the stream was dropped or stopped.
  virtual void on_change_locked() = 0;
  // A group is about to be closed: the chance to add lazy facts to it.
  virtual void before_group_locked() = 0;
  // Somebody collects metrics: cheap, whatever the stream holds.
  virtual void add_metrics_locked(Metrics& metrics) { (void)metrics; }
};

class Stream {
 public:
  Stream(uint32_t id, uint8_t engine, uint8_t kind, std::string name)
      : id_(id), engine_(engine), kind_(kind), name_(std::move(name)) {}
  ~Stream() { forget_all(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  uint32_t id() const { return id_; }
  uint8_t engine() const { return engine_; }
  uint8_t kind() const { return kind_; }
  const std::string& name() const { return name_; }

  // --- numbers ---
  uint64_t next_number() const { return next_number_; }
  uint64_t floor() const { return floor_; }
  const NumberSet& dead() const { return dead_; }
  uint64_t live_count() const { return next_number_ - floor_ - dead_.count(); }
  bool is_dead(uint64_t number) const { return number < floor_ || dead_.contains(number); }
  // The first live number >= from; next_number() when there is none.
  uint64_t first_live(uint64_t from) const;
  // Returns how many of them were live. Drops chunks and extents that nobody needs any more.
  uint64_t mark_dead(uint64_t first, uint64_t last);
  // Snapshots: while a hold is open, records that die stay where they can be read.
  uint64_t open_hold() { return holds_.open(); }
  void close_hold(uint64_t hold);
  uint64_t held_count() const { return holds_.count(); }
  // The numbers of [first, last] that were dead when the hold was opened; those that are dead now for 0.
  NumberSet dead_at(uint64_t hold, uint64_t first, uint64_t last) const;
  // The numbers of [first, last] that nobody can read any more.
  NumberSet gone_in(uint64_t first, uint64_t last) const;
  // Recovery: numbers start here; everything below is dead unless extents say otherwise.
  void restore(uint64_t next_number, uint64_t floor,
               const std::vector<std::pair<uint64_t, uint64_t>>& dead);
  void raise_next(uint64_t next_number);
  // Remembers a loss; the history is bounded, the numbers stay dead in any case.
  void add_gap(uint64_t first, uint64_t last);

  // --- appending ---
  // Makes sure that the drafts' bytes have a place, so that append cannot fail. False: no memory, nothing changed.
  bool reserve(ChunkPool& pool, const RecordDraft* drafts, size_t count);
  void unreserve() { reserved_.clear(); }
  // Gives the record its number and its place.
  uint64_t append(RecordDraft& draft);
  // Moves what was appended since the last call into `out`.
  void take_slices(std::vector<Slice>* out);

  // --- memory ---
  // With access kRandom or kLog a record is found within its chunk in constant time.
  // The record's bytes when it is in memory (header first), else null. `out_chunk` (may be null) receives its chunk,
  // which stays while the store's mutex is held.
  const uint8_t* find_in_memory(uint64_t number, Chunk** out_chunk);
  uint64_t memory_bytes() const { return memory_bytes_; }
  const Ring<ChunkRef>& chunks() const { return chunks_; }
  size_t chunk_index(uint64_t number) const;  // first chunk whose last >= number
  // Puts a chunk read back from disk into its place; ignored when its numbers are dead or already in memory.
  void add_loaded(ChunkRef chunk);
  // Drops chunks that can be read back, the newest first but the tail and the chunk of `head` last, until `wanted`
  // bytes are free. Returns the bytes freed.
  uint64_t evict(uint64_t head, uint64_t wanted);
  // Memory streams: chunks to write to a scratch file, chosen like those of evict, ascending. After their extents were
  // added, set_saved makes them evictable.
  std::vector<ChunkRef> spill_candidates(uint64_t head, uint64_t wanted) const;

  // --- disk ---
  void add_extent(const Extent& extent);
  const Ring<Extent>& extents() const { return extents_; }
  // Index of the first extent whose last >= number.
  size_t extent_index(uint64_t number) const;
  // Replaces the extents that `copied` chooses by others that hold the same live numbers, sorted.
  template <typename Copied>
  void replace_copied(Copied&& copied, std::vector<Extent> others) {
    size_t kept = 0;
    for (size_t i = 0; i < extents_.size(); ++i) {
      if (extents_[i].file == nullptr) continue;
      if (copied(extents_[i])) {
        release_extent(extents_[i]);
        continue;
      }
      if (kept != i) extents_[kept] = extents_[i];
      ++kept;
    }
    while (extents_.size() > kept) extents_.pop_back();
    insert_extents(std::move(others));
  }
  uint64_t disk_bytes() const { return disk_bytes_; }
  // Numbers below are in extents (or dead); only those may be evicted.
  uint64_t on_disk_next() const { return on_disk_next_; }

  void forget_all();

  // --- fields of the layers above, guarded alike ---
  std::map<std::string, std::string, std::less<>> facts;
  std::vector<std::pair<uint64_t, uint64_t>> gaps;
  std::unique_ptr<Attachment> attachment;
  uint64_t visible_next = 1;    // numbers below may be delivered
  uint64_t ceiling_logged = 0;  // the ceiling as last logged ...
  uint64_t ceiling_group = 0;   // ... by this group
  uint64_t ceiling_synced = 0;
  uint64_t dirty_group = 0;  // the open group that has records of this stream
  Access access = Access::kQueue;
  uint64_t head_hint = 1;  // where the engine reads next: kept in memory longest
  bool loading = false;    // somebody reads chunks back
  bool dropped = false;
  uint64_t created_group = 0;      // durable once this group is
  uint64_t pending_group = 0;      // the newest group that will make records visible
  uint64_t unpublished_dead = 0;   // acknowledged by SYNC commits that are not synced yet
  bool recovered_unclean = false;  // what was delivered before the stop is not known exactly
  uint64_t recovered_next = 1;     // next_number when the store was opened

 private:
  void insert_extents(std::vector<Extent> others);
  void drop_dead_prefix();
  void drop_dead_chunks(uint64_t first, uint64_t last);
  void account_dead(uint64_t first, uint64_t last);
  void hold_dead(uint64_t first, uint64_t last);
  void account_released(uint64_t first, uint64_t last);
  void lower_live(Extent& extent, uint64_t count);
  void count_live(Extent& extent);
  uint64_t gone_count(uint64_t first, uint64_t last) const;
  bool is_gone(const Chunk& chunk) const;
  NumberSet subtract(uint64_t first, uint64_t last, const NumberSet& kept) const;
  static void note_offset(Chunk& chunk);
  static uint32_t offset_in(Chunk& chunk, uint64_t number);
  const uint8_t* find_at_random(uint64_t number, Chunk** out_chunk);
  bool evict_now(size_t index, uint64_t head);
  void release_extent(Extent& extent);
  void forget_hint(const Chunk* chunk);
  bool evictable(size_t index, uint64_t head) const;
  uint64_t remove_chosen();
  Chunk* chunk_for(const RecordDraft& draft);

  const uint32_t id_;
  const uint8_t engine_;
  const uint8_t kind_;
  const std::string name_;
  uint64_t next_number_ = 1;
  uint64_t floor_ = 1;
  NumberSet dead_;
  Holds holds_;
  Ring<ChunkRef> chunks_;
  Ring<ChunkRef> reserved_;  // chunks that the next appends will fill
  Ring<Extent> extents_;
  uint64_t memory_bytes_ = 0;
  uint64_t disk_bytes_ = 0;
  uint64_t on_disk_next_ = 1;
  uint64_t clock_hand_ = 0;           // kRandom: eviction goes on behind this number
  uint64_t chunk_bytes_next_ = 1024;  // a stream that gets more gets larger chunks
  bool tail_open_ = false;            // the last chunk may still be appended to
  // Where the last find ended: the next number's record begins there.
  Chunk* hint_chunk_ = nullptr;
  uint32_t hint_offset_ = 0;
  uint64_t hint_number_ = 0;
};

}  // namespace weir::storage
