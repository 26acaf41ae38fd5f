// Records: what a read of a log gives out. Views into chunks, which stay alive (and count against the store's memory
// budget as pinned) until clear(); a few small records are copied instead, so that 100 bytes never hold on to 64 KiB.
//
// Records are not queue messages: a log gives out runs of up to hundreds of thousands, so there is no handle per
// record, nothing is copied or decoded until somebody asks, and 32 bytes are kept for each.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/codec.h"
#include "storage/chunk.h"

namespace weir::log {

struct Record {
  uint64_t offset = 0;
  int64_t time_ns = 0;
  const uint8_t* body = nullptr;  // properties, then payload
  uint32_t properties_bytes = 0;
  uint32_t payload_bytes = 0;

  ByteView properties() const { return {body, properties_bytes}; }
  ByteView payload() const { return {body + properties_bytes, payload_bytes}; }
};

// Thread class: exclusive, for properties are decoded when they are first asked for.
class Records {
 public:
  Records() = default;
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  ~Records() { clear(); }

  size_t count() const { return items_.size(); }
  const Record& at(size_t index) const { return items_[index]; }
  uint64_t payload_bytes() const { return payload_bytes_; }
  // Key, headers and content type; null when the record has none. kCorrupt when they cannot be read.
  Result<const format::Properties*> properties(size_t index);
  void clear();

  // --- filling (Window) ---
  // The record whose header begins at `record`; keep() must follow.
  void add(const uint8_t* record) {
    const auto body_bytes = load_little<uint32_t>(record + 4);
    const auto properties_bytes = load_little<uint32_t>(record + 28);
    items_.push_back({load_little<uint64_t>(record + 8) - 1, load_little<int64_t>(record + 16),
                      record + kHeaderBytes, properties_bytes, body_bytes - properties_bytes});
    payload_bytes_ += body_bytes - properties_bytes;
  }
  void drop_from(size_t first_index);
  // The records added from `first_index` on lie in the chunk at [begin, end). When it throws, drop them.
  void keep(size_t first_index, storage::Chunk* chunk, uint32_t begin, uint32_t end);

 private:
  static constexpr size_t kHeaderBytes = 32;
  struct Arena {
    std::unique_ptr<uint8_t[]> bytes;
    size_t capacity = 0;
    size_t used = 0;
  };
  struct Decoded {
    size_t index;
    std::unique_ptr<format::Properties> properties;
  };
  uint8_t* arena_space(size_t bytes);

  std::vector<Record> items_;
  uint64_t payload_bytes_ = 0;
  std::vector<storage::ChunkRef> pins_;
  std::vector<Arena> arenas_;  // blocks that never move
  size_t arena_index_ = 0;
  std::vector<Decoded> decoded_;  // ascending by index
};

}  // namespace weir::log
