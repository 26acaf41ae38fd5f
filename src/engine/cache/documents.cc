#include "engine/cache/documents.h"

#include <algorithm>

#include "format/record.h"

namespace weir::cache {

namespace {
constexpr size_t kCopiedBytesMax = 4096;
constexpr size_t kFirstArenaBytes = 4096;
constexpr size_t kArenaBytes = 64u << 10;
constexpr size_t kArenasKept = 16;
}  // namespace

void Documents::clear() {
  items_.clear();
  bytes_ = 0;
  for (const storage::ChunkRef& pin : pins_) pin->pool->budget().unpin(pin->capacity);
  pins_.clear();
  if (arenas_.size() > kArenasKept) arenas_.resize(kArenasKept);
  std::erase_if(arenas_, [](const Arena& arena) { return arena.capacity > kArenaBytes; });
  for (Arena& arena : arenas_) arena.used = 0;
  arena_index_ = 0;
}

uint8_t* Documents::arena_space(size_t bytes) {
  while (arena_index_ < arenas_.size() &&
         arenas_[arena_index_].capacity - arenas_[arena_index_].used < bytes) {
    ++arena_index_;
  }
  if (arena_index_ == arenas_.size()) {
    Arena arena;
    arena.capacity = std::max(bytes, arenas_.empty() ? kFirstArenaBytes : kArenaBytes);
    arena.bytes = std::make_unique_for_overwrite<uint8_t[]>(arena.capacity);
    arenas_.push_back(std::move(arena));
  }
  Arena& arena = arenas_[arena_index_];
  uint8_t* space = arena.bytes.get() + arena.used;
  arena.used += bytes;
  return space;
}

Status Documents::add(const uint8_t* record, storage::Chunk* chunk) {
  const format::RecordHeader header = format::read_record_header(record);
  const uint8_t* body = record + format::kRecordHeaderBytes;
  const size_t space = align_up(std::max<size_t>(header.body_bytes, 1), 8);
  const bool copies = space <= kCopiedBytesMax || chunk == nullptr;
  if (copies) {
    uint8_t* copy = arena_space(space);
    std::memcpy(copy, body, header.body_bytes);
    body = copy;
  }
  WEIR_ASSIGN(const format::DocumentProperties properties,
              format::decode_document_properties({body, header.properties_bytes}));
  if (!copies && (pins_.empty() || pins_.back().get() != chunk)) {
    pins_.push_back(storage::ChunkRef(chunk));
    chunk->pool->budget().pin(chunk->capacity);
  }
  Document document;
  document.version = header.number;
  document.written_at_ns = header.time_ns;
  document.expires_at_ns = properties.expires_at_ns;
  document.form = properties.form;
  document.key = properties.key;
  document.content_type = properties.content_type;
  document.payload = {body + header.properties_bytes, header.body_bytes - header.properties_bytes};
  items_.push_back(document);
  bytes_ += header.body_bytes;
  return {};
}

void Documents::add_missing(std::string_view key) {
  uint8_t* copy = arena_space(align_up(key.size() + 1, 8));
  std::memcpy(copy, key.data(), key.size());
  copy[key.size()] = 0;
  Document document;
  document.missing = true;
  document.key = as_text({copy, key.size()});
  items_.push_back(document);
  bytes_ += key.size();
}

void Documents::replace_payload(size_t index, ByteView payload) {
  // Followed by a zero byte, so that text can be printed.
  uint8_t* copy = arena_space(align_up(payload.size() + 1, 8));
  if (!payload.empty()) std::memcpy(copy, payload.data(), payload.size());
  copy[payload.size()] = 0;
  items_[index].stored = false;
  items_[index].payload = {copy, payload.size()};
  bytes_ += payload.size();
}

}  // namespace weir::cache
