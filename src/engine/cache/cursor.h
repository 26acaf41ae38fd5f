// Cursor: a scan of a collection as it was at one moment, in the order of its documents' versions. It takes the memory
// of one stretch of documents, never blocks a writer, and may be abandoned: destroying it frees all it holds.
//
// Thread class: exclusive.
#pragma once

#include <memory>
#include <vector>

#include "base/number_set.h"
#include "engine/cache/collection.h"
#include "engine/cache/filter.h"

namespace weir::cache {

// Does the record (header first) match? kCorrupt.
Status match_record(const Filter& filter, const uint8_t* record, bool* out);

struct CursorOptions {
  uint64_t after = 0;                    // begin behind this version
  std::shared_ptr<const Filter> filter;  // null: everything
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
  // Passes over what is left and counts it, up to count_max.
  Result<uint64_t> count_rest(uint64_t count_max);
  // Of the document given out last.
  uint64_t position() const { return position_; }

 private:
  Cursor(std::shared_ptr<Handle> collection, CollectionState* state)
      : collection_(std::move(collection)), state_(state) {}
  Status fetch();
  // The next record of the stretch at hand that is to be given out; null at its end. Takes no lock.
  Status peek(const uint8_t** out);
  void pass(const uint8_t* record);
  Status take(size_t count_max, uint64_t bytes_max, Documents* into);

  const std::shared_ptr<Handle> collection_;
  CollectionState* const state_;
  std::shared_ptr<const Filter> filter_;
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
