// Cursor: a scan of a collection as it was at one moment, in the order of its documents' versions. It takes the memory
// of one stretch of documents, never blocks a writer, and may be abandoned: destroying it frees all it holds.
//
// Thread class: exclusive.
#pragma once

#include <memory>
#include <vector>

#include "base/number_set.h"
#include "engine/cache/collection.h"

namespace weir::cache {

struct CursorOptions {
  uint64_t after = 0;  // begin behind this version
};

class Cursor {
 public:
  static Result<std::unique_ptr<Cursor>> open(std::shared_ptr<Handle> collection,
                                              const CursorOptions& options);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // Replaces what is in `into` by up to count_max documents, about bytes_max in all but at least one. kEnd: there are no
  // more. kLimit: too much was changed since the cursor was opened to keep its snapshot; open another one.
  Status next(size_t count_max, uint64_t bytes_max, Documents* into);
  // Of the document given out last.
  uint64_t position() const { return position_; }

 private:
  Cursor(std::shared_ptr<Handle> collection, CollectionState* state)
      : collection_(std::move(collection)), state_(state) {}
  Status fetch();
  Status take(size_t count_max, uint64_t bytes_max, Documents* into);

  const std::shared_ptr<Handle> collection_;
  CollectionState* const state_;
  uint64_t hold_ = 0;
  uint64_t bound_ = 0;     // versions of the snapshot are below
  int64_t opened_ns_ = 0;  // what was due by then is left out
  uint64_t position_ = 0;  // versions up to here were given out or passed over
  // The stretch at hand.
  std::vector<storage::ChunkView> views_;
  size_t view_ = 0;
  uint32_t offset_ = 0;  // in views_[view_]
  NumberSet dead_;       // of the stretch, when the cursor was opened
};

}  // namespace weir::cache
