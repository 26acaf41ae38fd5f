#include "engine/cache/cursor.h"

#include "engine/cache/state.h"
#include "format/record.h"

namespace weir::cache {

namespace {
constexpr uint64_t kFetchBytes = 256u << 10;
}

Result<std::unique_ptr<Cursor>> Cursor::open(std::shared_ptr<Handle> collection,
                                             const CursorOptions& options) {
  CollectionState* state = collection->state();
  std::unique_ptr<Cursor> cursor(new Cursor(std::move(collection), state));
  Handle& handle = *cursor->collection_;
  MutexLock lock(handle.store()->mutex());
  WEIR_TRY(handle.check_open_locked());
  cursor->position_ = options.after;
  cursor->bound_ = handle.stream()->visible_next;
  cursor->opened_ns_ = state->now_ns();
  cursor->hold_ = state->open_hold();
  return cursor;
}

Cursor::~Cursor() {
  if (hold_ == 0) return;
  MutexLock lock(collection_->store()->mutex());
  state_->close_hold(hold_);
}

Status Cursor::fetch() {
  store::Store& store = *collection_->store();
  const store::StreamPtr& stream = collection_->stream();
  views_.clear();
  dead_.clear();
  view_ = 0;
  offset_ = 0;
  MutexLock lock(store.mutex());
  WEIR_TRY(collection_->check_open_locked());
  if (!state_->is_held(hold_)) {
    return {Code::kLimit, text("more than ", state_->held_max(),
                               " documents were replaced or removed since the cursor on ",
                               weir::quoted(stream->name()), " was opened: its snapshot is gone")};
  }
  if (position_ + 1 >= bound_) return Code::kEnd;
  WEIR_TRY(store.pager().fetch(stream, position_ + 1, kFetchBytes, &views_));
  WEIR_TRY(collection_->check_open_locked());
  if (views_.empty() || views_.front().first >= bound_) return Code::kEnd;
  dead_ = stream->dead_at(hold_, views_.front().first, views_.back().last);
  return {};
}

// Copies from the stretch at hand; takes no lock.
Status Cursor::take(size_t count_max, uint64_t bytes_max, Documents* into) {
  while (view_ < views_.size()) {
    const storage::ChunkView& view = views_[view_];
    if (offset_ >= view.used) {
      position_ = std::max(position_, view.last);
      ++view_;
      offset_ = 0;
      continue;
    }
    const uint8_t* record = view.chunk->data + offset_;
    const format::RecordHeader header = format::read_record_header(record);
    const auto after = offset_ + static_cast<uint32_t>(format::record_bytes(header.body_bytes));
    if (header.number <= position_ || header.number >= bound_ || dead_.contains(header.number)) {
      offset_ = after;
      continue;
    }
    if (into->count() == count_max) return {};
    if (into->count() != 0 && into->bytes() + header.body_bytes > bytes_max) return {};
    WEIR_TRY(into->add(record, view.chunk.get()));
    offset_ = after;
    position_ = header.number;
    const Document& found = into->at(into->count() - 1);
    if (found.expires_at_ns != 0 &&
        state_->due_ns(header.number, found.written_at_ns, found.expires_at_ns) <= opened_ns_) {
      into->drop_last();
    }
  }
  return {};
}

Status Cursor::next(size_t count_max, uint64_t bytes_max, Documents* into) {
  into->clear();
  while (into->count() == 0) {
    if (view_ == views_.size()) WEIR_TRY(fetch());
    const Status status = take(count_max, bytes_max, into);
    if (!status.ok() && into->count() == 0) return status;
  }
  // As much as was asked for, from further stretches, unless there is nothing more.
  while (into->count() < count_max && into->bytes() < bytes_max && view_ == views_.size()) {
    // What cannot be had now is told by the next call: these documents are given out.
    if (!fetch().ok() || !take(count_max, bytes_max, into).ok()) break;
  }
  return {};
}

}  // namespace weir::cache
