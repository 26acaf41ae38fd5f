// Chunks: the unit of memory. Up to 64 KiB of one stream's records (a larger record has a chunk of its own), laid out
// as they are on disk, reference-counted, recycled by size class. Everything a chunk takes is counted by MemoryBudget.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/sync.h"
#include "env/clock.h"

namespace weir::storage {

// Counts bytes and lets producers wait for change. Shared by the store and by messages that outlive it.
// Thread-safe; its mutex is a leaf.
class MemoryBudget {
 public:
  explicit MemoryBudget(uint64_t bytes_max) : bytes_max_(bytes_max) {}
  void add(uint64_t bytes);
  void remove(uint64_t bytes);
  // Bytes of chunks that messages hold on to.
  void pin(uint64_t bytes) { pinned_.fetch_add(bytes, std::memory_order_relaxed); }
  void unpin(uint64_t bytes);
  uint64_t pinned() const { return pinned_.load(std::memory_order_relaxed); }
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  uint64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  uint64_t bytes_max() const { return bytes_max_; }
  uint64_t high_mark() const { return bytes_max_ / 10 * 9; }
  uint64_t low_mark() const { return bytes_max_ / 10 * 8; }

  // An event count: read change_count(), look whether there is room, then wait for the count to move on.
  uint64_t change_count() const { return changes_.load(std::memory_order_acquire); }
  void notify_change();
  // After room was made elsewhere (log, streams): costs nothing when nobody waits.
  void notify_if_waited() { count_change(); }
  bool wait_change(uint64_t seen, env::Clock& clock,
                   int64_t deadline_ns);  // false: the deadline passed

 private:
  void count_change();

  const uint64_t bytes_max_;
  std::atomic<uint64_t> used_{0};
  std::atomic<uint64_t> pinned_{0};
  std::atomic<uint64_t> peak_{0};
  std::atomic<uint64_t> changes_{0};
  std::atomic<uint32_t> waiters_{0};
  Mutex mutex_;
  CondVar changed_;
};

class ChunkPool;

// Fields but `references` are guarded by the store's mutex while the chunk is the tail of its stream, and immutable
// after that (bytes below `used` never change, so a writer may read them without the lock).
struct Chunk {
  std::atomic<uint32_t> references{0};
  uint32_t used = 0;  // bytes of records from data on
  uint64_t capacity = 0;
  uint64_t first = 0;  // numbers of the first and last record
  uint64_t last = 0;
  uint32_t count = 0;
  uint8_t* data = nullptr;
  ChunkPool* pool = nullptr;

  // The records not yet handed to a log group: [slice_begin, used).
  uint32_t slice_begin = 0;
  uint32_t slice_count = 0;
  uint32_t slice_crc = 0;
  uint64_t slice_first = 0;

  bool saved = false;     // every record can be read back from disk
  bool evicting = false;  // chosen by Stream::evict
  bool visited = false;   // found since the clock's hand came by
  // Where each record begins, for streams that are read at random; empty until then. Kept through recycling, so that
  // a steady state allocates nothing.
  std::vector<uint32_t> offsets;

  ByteView bytes() const { return {data, used}; }
};

// A counted reference.
class ChunkRef {
 public:
  ChunkRef() = default;
  explicit ChunkRef(Chunk* chunk) : chunk_(chunk) {
    if (chunk_ != nullptr) chunk_->references.fetch_add(1, std::memory_order_relaxed);
  }
  ChunkRef(const ChunkRef& other) : ChunkRef(other.chunk_) {}
  ChunkRef(ChunkRef&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
  ChunkRef& operator=(ChunkRef other) noexcept {
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~ChunkRef() { reset(); }
  void reset();
  Chunk* get() const { return chunk_; }
  Chunk* operator->() const { return chunk_; }
  Chunk& operator*() const { return *chunk_; }
  explicit operator bool() const { return chunk_ != nullptr; }

 private:
  Chunk* chunk_ = nullptr;
};

// What a reader may see of a chunk without the store's mutex: the tail of a stream grows behind it.
struct ChunkView {
  ChunkRef chunk;
  uint32_t used = 0;  // bytes of records
  uint32_t count = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  ByteView bytes() const { return {chunk->data, used}; }
};

// Makes and recycles chunks. Lives until its last chunk is gone, so messages may outlive the store. Thread-safe; its
// mutex is a leaf.
class ChunkPool {
 public:
  // The owner's reference; release with ChunkPool::close.
  static ChunkPool* create(uint64_t budget_bytes_max);
  void close();

  // A chunk with room for at least `bytes`; the null reference when there is no memory. Never waits.
  ChunkRef allocate(uint64_t bytes);
  MemoryBudget& budget() { return budget_; }

 private:
  friend class ChunkRef;
  static constexpr int kClassCount = 4;  // 1, 4, 16, 64 KiB

  explicit ChunkPool(uint64_t budget_bytes_max);
  ~ChunkPool();
  void release(Chunk* chunk);
  void drop_reference();

  MemoryBudget budget_;
  std::atomic<uint64_t> references_{1};  // the owner's and one per chunk in use
  Mutex mutex_;
  std::vector<Chunk*> free_[kClassCount] WEIR_GUARDED_BY(mutex_);
};

inline void ChunkRef::reset() {
  if (chunk_ == nullptr) return;
  // acq_rel: the last holder must see all that other holders did before it recycles the bytes.
  if (chunk_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
    chunk_->pool->release(chunk_);
  chunk_ = nullptr;
}

}  // namespace weir::storage
