#include "storage/chunk.h"

#include <new>

#include "base/heap.h"

namespace weir::storage {

namespace {

constexpr uint64_t kClassBytes[] = {1u << 10, 4u << 10, 16u << 10, 64u << 10};
// Kept for reuse, beside the budget.
constexpr uint64_t kFreeBytesMax[] = {256u << 10, 512u << 10, 1u << 20, 4u << 20};

// The class that holds `bytes`, or -1: a chunk of its own size.
int class_of(uint64_t bytes) {
  for (int i = 0; i < 4; ++i) {
    if (bytes <= kClassBytes[i]) return i;
  }
  return -1;
}

}  // namespace

void MemoryBudget::add(uint64_t bytes) {
  const uint64_t now = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  uint64_t seen = peak_.load(std::memory_order_relaxed);
  while (now > seen && !peak_.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
  }
}

void MemoryBudget::remove(uint64_t bytes) {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  count_change();
}

void MemoryBudget::unpin(uint64_t bytes) {
  pinned_.fetch_sub(bytes, std::memory_order_relaxed);
  count_change();
}

void MemoryBudget::count_change() {
  // seq_cst pairs with wait_change: either we see the waiter, or it sees the new count.
  changes_.fetch_add(1);
  if (waiters_.load() != 0) notify_change();
}

void MemoryBudget::notify_change() {
  MutexLock lock(mutex_);
  changes_.fetch_add(1);
  changed_.notify_all();
}

bool MemoryBudget::wait_change(uint64_t seen, env::Clock& clock, int64_t deadline_ns) {
  MutexLock lock(mutex_);
  waiters_.fetch_add(1);
  bool in_time = true;
  while (changes_.load() == seen && in_time) in_time = clock.wait(changed_, mutex_, deadline_ns);
  waiters_.fetch_sub(1);
  return in_time;
}

// The lists never grow: release runs in destructors and must not fail for lack of memory.
ChunkPool::ChunkPool(uint64_t budget_bytes_max) : budget_(budget_bytes_max) {
  for (int i = 0; i < kClassCount; ++i) free_[i].reserve(kFreeBytesMax[i] / kClassBytes[i]);
}

ChunkPool* ChunkPool::create(uint64_t budget_bytes_max) { return new ChunkPool(budget_bytes_max); }

ChunkPool::~ChunkPool() {
  for (auto& list : free_) {
    for (Chunk* chunk : list) {
      heap::release(chunk->data);
      delete chunk;
    }
  }
}

void ChunkPool::close() { drop_reference(); }

void ChunkPool::drop_reference() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

ChunkRef ChunkPool::allocate(uint64_t bytes) {
  const int size_class = class_of(bytes);
  Chunk* chunk = nullptr;
  if (size_class >= 0) {
    MutexLock lock(mutex_);
    auto& list = free_[size_class];
    if (!list.empty()) {
      chunk = list.back();
      list.pop_back();
    }
  }
  if (chunk == nullptr) {
    const uint64_t capacity = size_class >= 0 ? kClassBytes[size_class] : align_up(bytes, 4096);
    auto* data = static_cast<uint8_t*>(heap::allocate(capacity));
    if (data == nullptr) return ChunkRef();
    chunk = new (std::nothrow) Chunk;
    if (chunk == nullptr) {
      heap::release(data);
      return ChunkRef();
    }
    chunk->data = data;
    chunk->capacity = capacity;
    chunk->pool = this;
  }
  budget_.add(chunk->capacity);
  references_.fetch_add(1, std::memory_order_relaxed);
  return ChunkRef(chunk);
}

void ChunkPool::release(Chunk* chunk) {
  budget_.remove(chunk->capacity);
  const int size_class = class_of(chunk->capacity);
  bool kept = false;
  if (size_class >= 0) {
    chunk->used = 0;
    chunk->first = chunk->last = 0;
    chunk->count = 0;
    chunk->slice_begin = chunk->slice_count = chunk->slice_crc = 0;
    chunk->saved = chunk->evicting = chunk->visited = false;
    chunk->offsets.clear();
    MutexLock lock(mutex_);
    auto& list = free_[size_class];
    if (list.size() < list.capacity()) {
      list.push_back(chunk);
      kept = true;
    }
  }
  if (!kept) {
    heap::release(chunk->data);
    delete chunk;
  }
  drop_reference();
}

}  // namespace weir::storage
