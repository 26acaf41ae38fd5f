// Documents: what a read gives out. Small bodies are copied into an arena that is kept for the next use, large ones
// are views that pin their chunk; a pinned chunk counts against the store's memory budget until clear().
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/document_properties.h"
#include "storage/chunk.h"

namespace weir::cache {

struct Document {
  uint64_t version = 0;
  int64_t written_at_ns = 0;
  int64_t expires_at_ns = 0;  // wall clock; 0: never
  format::DocumentForm form = format::DocumentForm::kBytes;
  bool stored = true;    // the payload is as it is stored: no JSON text was made of it
  bool missing = false;  // get_many: there is none under this key, which is all that is here
  std::string_view key;
  std::string_view content_type;
  ByteView payload;
};

// Thread class: exclusive while it is filled or cleared, immutable otherwise.
class Documents {
 public:
  Documents() = default;
  Documents(Documents&&) noexcept = default;
  Documents& operator=(Documents&&) = delete;
  ~Documents() { clear(); }

  size_t count() const { return items_.size(); }
  const Document& at(size_t index) const { return items_[index]; }
  uint64_t bytes() const { return bytes_; }  // of all bodies
  void clear();

  // Adds the record at `record` (header first), copying a small body and pinning the chunk of a large one.
  // kCorrupt: it is no document; nothing was added.
  Status add(const uint8_t* record, storage::Chunk* chunk);
  void add_missing(std::string_view key);
  // Takes back the one added last; its copy or pin stays until clear().
  void drop_last() { items_.pop_back(); }
  // Gives a document another payload, which is copied.
  void replace_payload(size_t index, ByteView payload);

 private:
  struct Arena {
    std::unique_ptr<uint8_t[]> bytes;
    size_t capacity = 0;
    size_t used = 0;
  };
  uint8_t* arena_space(size_t bytes);

  std::vector<Document> items_;
  std::vector<Arena> arenas_;  // blocks that never move, so views stay valid
  size_t arena_index_ = 0;     // the block in use
  uint64_t bytes_ = 0;
  std::vector<storage::ChunkRef> pins_;
};

}  // namespace weir::cache
