#include "engine/log/records.h"

#include <algorithm>
#include <cstring>

#include "format/record.h"

namespace weir::log {

namespace {
constexpr uint32_t kCopiedBytesMax = 4096;
constexpr size_t kArenaBytes = 16u << 10;
constexpr size_t kArenasKept = 4;
constexpr size_t kItemsKept = 16u << 10;
}  // namespace

void Records::clear() {
  items_.clear();
  if (items_.capacity() > kItemsKept) std::vector<Record>().swap(items_);
  payload_bytes_ = 0;
  for (const storage::ChunkRef& pin : pins_) pin->pool->budget().unpin(pin->capacity);
  pins_.clear();
  if (arenas_.size() > kArenasKept) arenas_.resize(kArenasKept);
  for (Arena& arena : arenas_) arena.used = 0;
  arena_index_ = 0;
  decoded_.clear();
}

uint8_t* Records::arena_space(size_t bytes) {
  while (arena_index_ < arenas_.size() &&
         arenas_[arena_index_].capacity - arenas_[arena_index_].used < bytes) {
    ++arena_index_;
  }
  if (arena_index_ == arenas_.size()) {
    Arena arena;
    arena.capacity = kArenaBytes;
    arena.bytes = std::make_unique_for_overwrite<uint8_t[]>(arena.capacity);
    arenas_.push_back(std::move(arena));
  }
  Arena& arena = arenas_[arena_index_];
  uint8_t* space = arena.bytes.get() + arena.used;
  arena.used += bytes;
  return space;
}

void Records::keep(size_t first_index, storage::Chunk* chunk, uint32_t begin, uint32_t end) {
  static_assert(kHeaderBytes == format::kRecordHeaderBytes);
  if (first_index == items_.size()) return;
  if (end - begin <= kCopiedBytesMax) {
    const uint8_t* from = chunk->data + begin;
    uint8_t* copy = arena_space(end - begin);
    std::memcpy(copy, from, end - begin);
    for (size_t i = first_index; i < items_.size(); ++i)
      items_[i].body = copy + (items_[i].body - from);
  } else if (pins_.empty() || pins_.back().get() != chunk) {
    pins_.emplace_back(chunk);
    chunk->pool->budget().pin(chunk->capacity);
  }
}

void Records::drop_from(size_t first_index) {
  while (items_.size() > first_index) {
    payload_bytes_ -= items_.back().payload_bytes;
    items_.pop_back();
  }
}

Result<const format::Properties*> Records::properties(size_t index) {
  const Record& record = items_[index];
  if (record.properties_bytes == 0) return static_cast<const format::Properties*>(nullptr);
  const auto at =
      std::lower_bound(decoded_.begin(), decoded_.end(), index,
                       [](const Decoded& each, size_t wanted) { return each.index < wanted; });
  if (at != decoded_.end() && at->index == index)
    return static_cast<const format::Properties*>(at->properties.get());
  Result<format::Properties> properties = format::decode_properties(record.properties());
  if (!properties.ok()) {
    return Status(properties.status().code(),
                  text("properties of the record at offset ", record.offset, ": ",
                       properties.status().message()));
  }
  auto owned = std::make_unique<format::Properties>(properties.take());
  const format::Properties* found = owned.get();
  decoded_.insert(at, Decoded{index, std::move(owned)});
  return found;
}

}  // namespace weir::log
