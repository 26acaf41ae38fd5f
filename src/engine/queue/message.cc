#include "engine/queue/message.h"

#include "format/record.h"

namespace weir::queue {

namespace {
constexpr size_t kCopiedBytesMax = 4096;
constexpr size_t kFirstArenaBytes = 4096;
constexpr size_t kArenaBytes = 64u << 10;
constexpr size_t kArenasKept = 16;
}  // namespace

void Messages::clear() {
  items_.clear();
  payload_bytes_ = 0;
  for (const storage::ChunkRef& pin : pins_) pin->pool->budget().unpin(pin->capacity);
  pins_.clear();
  if (arenas_.size() > kArenasKept) arenas_.resize(kArenasKept);
  for (Arena& arena : arenas_) arena.used = 0;
  arena_index_ = 0;
}

uint8_t* Messages::arena_space(size_t bytes) {
  while (arena_index_ < arenas_.size() &&
         arenas_[arena_index_].capacity - arenas_[arena_index_].used < bytes) {
    ++arena_index_;
  }
  if (arena_index_ == arenas_.size()) {
    Arena arena;
    arena.capacity = arenas_.empty() ? kFirstArenaBytes : kArenaBytes;
    arena.bytes = std::make_unique_for_overwrite<uint8_t[]>(arena.capacity);
    arenas_.push_back(std::move(arena));
  }
  Arena& arena = arenas_[arena_index_];
  uint8_t* space = arena.bytes.get() + arena.used;
  arena.used += bytes;
  return space;
}

void Messages::add(const uint8_t* record, storage::Chunk* chunk, uint32_t delivery_count,
                   bool redelivered) {
  const format::RecordHeader header = format::read_record_header(record);
  const uint8_t* body = record + format::kRecordHeaderBytes;
  // Eight bytes at least, so that the payload's address is never null and properties stay aligned.
  const size_t space = align_up(std::max<size_t>(header.body_bytes, 1), 8);
  if (space <= kCopiedBytesMax) {
    uint8_t* copy = arena_space(space);
    std::memcpy(copy, body, header.body_bytes);
    body = copy;
  } else if (pins_.empty() || pins_.back().get() != chunk) {
    pins_.push_back(storage::ChunkRef(chunk));
    chunk->pool->budget().pin(chunk->capacity);
  }
  Message message;
  message.id = header.number;
  message.enqueued_at_ns = header.time_ns;
  message.delivery_count = delivery_count;
  message.redelivered = redelivered;
  message.properties_bytes = {body, header.properties_bytes};
  message.payload = {body + header.properties_bytes, header.body_bytes - header.properties_bytes};
  payload_bytes_ += message.payload.size();
  items_.push_back(std::move(message));
}

Status Messages::decode_last() {
  Message& message = items_.back();
  if (message.properties_bytes.empty()) return {};
  Result<format::Properties> properties = format::decode_properties(message.properties_bytes);
  if (!properties.ok()) {
    return {properties.status().code(),
            text("properties of message ", message.id, ": ", properties.status().message())};
  }
  message.properties = std::make_unique<format::Properties>(properties.take());
  return {};
}

// Its copy or pin stays until clear(): others may share it.
void Messages::drop_last() {
  payload_bytes_ -= items_.back().payload.size();
  items_.pop_back();
}

}  // namespace weir::queue
