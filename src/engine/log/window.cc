#include "engine/log/window.h"

#include <algorithm>

#include "format/record.h"

namespace weir::log {

namespace {

uint64_t number_at(const uint8_t* record) { return load_little<uint64_t>(record + 8); }
uint32_t bytes_at(const uint8_t* record) {
  return static_cast<uint32_t>(format::record_bytes(load_little<uint32_t>(record + 4)));
}

}  // namespace

void Window::clear() {
  pieces_.clear();
  dead_.clear();
  at_ = 0;
  offset_ = 0;
  next_ = end_ = 1;
}

// The seam to memory and disk: the one place that decides where chunks come from. Nothing is made resident, so that a
// reader of everything evicts nothing that others want.
Status Window::fill_locked(store::Store& store, const store::StreamPtr& stream, uint64_t number,
                           uint64_t bytes_max) {
  store.mutex().assert_held();
  clear();
  while (true) {
    if (stream->dropped) return {Code::kClosed, text(quoted(stream->name()), " was dropped")};
    const uint64_t first = std::max(number, stream->first_live(number));
    next_ = end_ = first;
    if (first >= stream->visible_next) return {};
    pieces_.clear();
    WEIR_TRY(store.pager().fetch(stream, first, bytes_max, &pieces_));
    // The mutex may have been released, and the log trimmed or dropped.
    if (stream->dropped || std::max(number, stream->first_live(number)) != first) continue;
    if (pieces_.empty() || pieces_.front().first > first) {
      pieces_.clear();
      return {Code::kCorrupt, text("the record at offset ", first - 1, " of ",
                                   quoted(stream->name()), " is in no file")};
    }
    begin_at_locked(*stream, first);
    return {};
  }
}

void Window::begin_at_locked(storage::Stream& stream, uint64_t number) {
  next_ = number;
  end_ = std::min(pieces_.back().last + 1, stream.visible_next);
  for (auto it = stream.dead().intervals().lower_bound(number);
       it != stream.dead().intervals().end() && it->first < end_; ++it) {
    dead_.push_back(*it);
  }
  // In memory a record is found at once; what was read from disk begins about there.
  storage::Chunk* chunk = nullptr;
  const uint8_t* record = stream.find_in_memory(number, &chunk);
  if (record != nullptr && chunk == pieces_.front().chunk.get())
    offset_ = static_cast<uint32_t>(record - chunk->data);
}

// Are all numbers of [first, last] dead?
bool Window::is_dead(uint64_t first, uint64_t last) const {
  const auto behind = std::upper_bound(
      dead_.begin(), dead_.end(), first,
      [](uint64_t wanted, const auto& interval) { return wanted < interval.first; });
  return behind != dead_.begin() && last <= std::prev(behind)->second;
}

// No record lies in [next_, to): right when all of them are dead.
Status Window::pass(uint64_t to) {
  const uint64_t from = next_;
  next_ = to;
  if (from >= to || is_dead(from, to - 1)) return {};
  end_ = next_;
  return {Code::kCorrupt,
          text("the records from offset ", from - 1, " to ", to - 2, " are missing")};
}

// Stands on the next record to give out; makes the window empty when there is none.
Status Window::skip_to_next() {
  for (; at_ < pieces_.size(); ++at_, offset_ = 0) {
    const storage::ChunkView& piece = pieces_[at_];
    while (offset_ < piece.used) {
      const uint8_t* record = piece.chunk->data + offset_;
      const uint64_t number = number_at(record);
      if (number >= end_) return pass(end_);
      if (number >= next_ && (dead_.empty() || !is_dead(number, number))) return pass(number);
      offset_ += bytes_at(record);
    }
  }
  return pass(end_);
}

// As much of one chunk as fits, up to a number that is not there. True: `into` is full.
bool Window::take_run(size_t count_max, uint64_t bytes_max, Records* into) {
  const storage::ChunkView& piece = pieces_[at_];
  const uint8_t* const data = piece.chunk->data;
  const size_t first_index = into->count();
  const uint32_t begin = offset_;
  const uint64_t next_before = next_;
  bool full = false;
  try {
    while (offset_ < piece.used) {
      const uint8_t* record = data + offset_;
      const uint64_t number = number_at(record);
      if (number != next_ || number >= end_ || (!dead_.empty() && is_dead(number, number))) break;
      const uint32_t payload_bytes =
          load_little<uint32_t>(record + 4) - load_little<uint32_t>(record + 28);
      full = into->count() >= count_max ||
             (into->count() != 0 && into->payload_bytes() + payload_bytes > bytes_max);
      if (full) break;
      into->add(record);
      offset_ += bytes_at(record);
      next_ = number + 1;
    }
    into->keep(first_index, piece.chunk.get(), begin, offset_);
  } catch (...) {
    // Nothing keeps their bytes alive: they were not read.
    into->drop_from(first_index);
    offset_ = begin;
    next_ = next_before;
    throw;
  }
  return full;
}

Status Window::take(size_t count_max, uint64_t bytes_max, Records* into) {
  while (!empty()) {
    WEIR_TRY(skip_to_next());
    if (empty() || take_run(count_max, bytes_max, into)) break;
  }
  if (empty()) pieces_.clear();
  return {};
}

Status Window::first(uint64_t* out_number, int64_t* out_time_ns) {
  if (!empty()) WEIR_TRY(skip_to_next());
  if (empty()) return Code::kEnd;
  const uint8_t* record = pieces_[at_].chunk->data + offset_;
  *out_number = number_at(record);
  *out_time_ns = load_little<int64_t>(record + 16);
  return {};
}

}  // namespace weir::log
