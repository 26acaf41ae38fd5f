// Messages: what a pop or peek gives out. Small bodies are copied into an arena that is kept for the next use, large
// ones are views that pin their chunk; a pinned chunk counts against the store's memory budget until clear().
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/codec.h"
#include "storage/chunk.h"

namespace weir::queue {

struct Message {
  uint64_t id = 0;
  int64_t enqueued_at_ns = 0;
  uint32_t delivery_count = 0;
  bool redelivered = false;
  ByteView payload;
  ByteView properties_bytes;                       // as stored; decoded by Messages::decode
  std::unique_ptr<format::Properties> properties;  // null: none
};

// Thread class: exclusive while it is filled or cleared, immutable otherwise.
class Messages {
 public:
  Messages() = default;
  Messages(Messages&&) noexcept = default;
  Messages& operator=(Messages&&) = delete;

  size_t count() const { return items_.size(); }
  const Message& at(size_t index) const { return items_[index]; }
  uint64_t payload_bytes() const { return payload_bytes_; }
  void clear();
  ~Messages() { clear(); }

  // Adds the record at `record` (header first), copying a small body and pinning the chunk of a large one.
  void add(const uint8_t* record, storage::Chunk* chunk, uint32_t delivery_count, bool redelivered);
  // Decodes the properties of the one added last. kCorrupt when they cannot be read.
  Status decode_last();
  // Takes back the one added last.
  void drop_last();

 private:
  struct Arena {
    std::unique_ptr<uint8_t[]> bytes;
    size_t capacity = 0;
    size_t used = 0;
  };
  uint8_t* arena_space(size_t bytes);

  std::vector<Message> items_;
  std::vector<Arena> arenas_;  // blocks that never move, so views stay valid
  size_t arena_index_ = 0;     // the block in use
  uint64_t payload_bytes_ = 0;
  std::vector<storage::ChunkRef> pins_;
};

}  // namespace weir::queue
