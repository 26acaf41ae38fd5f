#include "engine/cache/cursor.h"

#include <algorithm>

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
  if (options.filter != nullptr && !options.filter->matches_all()) cursor->filter_ = options.filter;
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

Status Cursor::peek(const uint8_t** out) {
  *out = nullptr;
  for (; view_ < views_.size(); ++view_, offset_ = 0) {
    const storage::ChunkView& view = views_[view_];
    while (offset_ < view.used) {
      const uint8_t* record = view.chunk->data + offset_;
      const format::RecordHeader header = format::read_record_header(record);
      bool wanted = header.number > position_ && header.number < bound_ &&
                    (dead_.empty() || !dead_.contains(header.number));
      if (wanted && filter_ != nullptr) WEIR_TRY(match_record(*filter_, record, &wanted));
      if (wanted && state_->due_of(record) > opened_ns_) {
        *out = record;
        return {};
      }
      pass(record);
    }
    position_ = std::max(position_, view.last);
  }
  return {};
}

void Cursor::pass(const uint8_t* record) {
  const format::RecordHeader header = format::read_record_header(record);
  position_ = std::max(position_, header.number);
  offset_ += static_cast<uint32_t>(format::record_bytes(header.body_bytes));
}

// Copies from the stretch at hand; takes no lock.
Status Cursor::take(size_t count_max, uint64_t bytes_max, Documents* into) {
  const uint8_t* record = nullptr;
  while (true) {
    WEIR_TRY(peek(&record));
    if (record == nullptr || into->count() == count_max) return {};
    const uint64_t bytes = format::read_record_header(record).body_bytes;
    if (into->count() != 0 && into->bytes() + bytes > bytes_max) return {};
    WEIR_TRY(into->add(record, views_[view_].chunk.get()));
    pass(record);
  }
}

Result<uint64_t> Cursor::count_rest(uint64_t count_max) {
  for (uint64_t count = 0;;) {
    const uint8_t* record = nullptr;
    WEIR_TRY(peek(&record));
    if (record == nullptr) {
      const Status status = fetch();
      if (status.code() == Code::kEnd) return count;
      WEIR_TRY(status);
      continue;
    }
    if (++count == count_max) return count;
    pass(record);
  }
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
