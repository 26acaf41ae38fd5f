#include "storage/stream.h"

#include <algorithm>
#include <utility>

#include "format/frame.h"

namespace weir::storage {

namespace {
constexpr uint64_t kChunkBytesMin = 1024;
}  // namespace

// --- numbers ---

uint64_t Stream::first_live(uint64_t from) const {
  const uint64_t start = std::max(from, floor_);
  return std::min(dead_.empty() ? start : dead_.first_missing(start), next_number_);
}

uint64_t Stream::mark_dead(uint64_t first, uint64_t last) {
  first = std::max(first, floor_);
  last = std::min(last, next_number_ - 1);
  if (first > last) return 0;
  const uint64_t newly = last - first + 1 - (dead_.empty() ? 0 : dead_.count_in(first, last));
  if (newly == 0) return 0;
  const bool held = !holds_.empty();
  if (held) {
    hold_dead(first, last);
  } else {
    account_dead(first, last);
  }
  if (first == floor_) {
    floor_ = last + 1;
    if (!dead_.empty()) {
      floor_ = dead_.first_missing(floor_);
      dead_.erase_below(floor_);
    }
    drop_dead_prefix();
  } else {
    dead_.insert(first, last);
    if (!held) drop_dead_chunks(first, last);
  }
  return newly;
}

void Stream::hold_dead(uint64_t first, uint64_t last) {
  // Only what was live until now.
  for (uint64_t from = first; from <= last;) {
    from = dead_.first_missing(from);
    if (from > last) break;
    const auto next = dead_.intervals().upper_bound(from);
    const uint64_t to = next == dead_.intervals().end() ? last : std::min(last, next->first - 1);
    holds_.note_dead(from, to);
    from = to + 1;
  }
}

void Stream::close_hold(uint64_t hold) {
  const NumberSet released = holds_.close(hold);
  for (const auto& [first, last] : released.intervals()) account_released(first, last);
  drop_dead_prefix();
  for (const auto& [first, last] : released.intervals()) drop_dead_chunks(first, last);
}

void Stream::account_released(uint64_t first, uint64_t last) {
  for (size_t i = extent_index(first); i < extents_.size() && extents_[i].first <= last; ++i) {
    Extent& extent = extents_[i];
    if (extent.file == nullptr) continue;
    lower_live(extent, std::min(last, extent.last) - std::max(first, extent.first) + 1);
  }
}

uint64_t Stream::gone_count(uint64_t first, uint64_t last) const {
  const uint64_t low = std::max(first, floor_);
  const uint64_t dead =
      low > last ? last - first + 1 : low - first + (dead_.empty() ? 0 : dead_.count_in(low, last));
  return holds_.empty() ? dead : dead - holds_.count_in(first, last);
}

bool Stream::is_gone(const Chunk& chunk) const {
  return chunk.last < floor_ && (holds_.empty() || holds_.count_in(chunk.first, chunk.last) == 0);
}

// The dead numbers of [first, last] without those in `kept`.
NumberSet Stream::subtract(uint64_t first, uint64_t last, const NumberSet& kept) const {
  NumberSet result;
  const auto add = [&](uint64_t from, uint64_t to) {
    while (from <= to) {
      from = kept.first_missing(from);
      if (from > to) return;
      const auto next = kept.intervals().upper_bound(from);
      const uint64_t end = next == kept.intervals().end() ? to : std::min(to, next->first - 1);
      result.insert(from, end);
      from = end + 1;
    }
  };
  if (first < floor_) add(first, std::min(last, floor_ - 1));
  const auto& intervals = dead_.intervals();
  auto at = intervals.upper_bound(first);
  if (at != intervals.begin()) --at;
  for (; at != intervals.end() && at->first <= last; ++at) {
    if (at->second >= first) add(std::max(first, at->first), std::min(last, at->second));
  }
  return result;
}

NumberSet Stream::dead_at(uint64_t hold, uint64_t first, uint64_t last) const {
  NumberSet kept;
  if (hold != 0) holds_.collect(hold, first, last, &kept);
  return subtract(first, last, kept);
}

NumberSet Stream::gone_in(uint64_t first, uint64_t last) const {
  NumberSet kept;
  holds_.collect(0, first, last, &kept);
  return subtract(first, last, kept);
}

void Stream::restore(uint64_t next_number, uint64_t floor,
                     const std::vector<std::pair<uint64_t, uint64_t>>& dead) {
  next_number_ = next_number;
  floor_ = floor;
  for (const auto& [first, last] : dead) dead_.insert(first, last);
  floor_ = dead_.first_missing(floor_);
  dead_.erase_below(floor_);
}

void Stream::raise_next(uint64_t next_number) {
  next_number_ = std::max(next_number_, next_number);
}

void Stream::add_gap(uint64_t first, uint64_t last) {
  constexpr size_t kGapsMax = 1000;
  if (!gaps.empty() && gaps.back().first <= first && last <= gaps.back().second) return;
  gaps.emplace_back(first, last);
  if (gaps.size() > kGapsMax) gaps.erase(gaps.begin());
}

void Stream::account_dead(uint64_t first, uint64_t last) {
  if (extents_.empty()) return;
  for (size_t i = extent_index(first); i < extents_.size() && extents_[i].first <= last; ++i) {
    Extent& extent = extents_[i];
    if (extent.file == nullptr) continue;
    const uint64_t from = std::max(first, extent.first);
    const uint64_t to = std::min(last, extent.last);
    lower_live(extent, to - from + 1 - (dead_.empty() ? 0 : dead_.count_in(from, to)));
  }
}

void Stream::lower_live(Extent& extent, uint64_t count) {
  extent.file->live_bytes -= extent.live_bytes();
  extent.live -= count;
  extent.file->live_bytes += extent.live_bytes();
  if (extent.live == 0) release_extent(extent);
}

// What of a new extent lives; its file counts it.
void Stream::count_live(Extent& extent) {
  extent.live = extent.last - extent.first + 1 - gone_count(extent.first, extent.last);
  extent.records = std::max(extent.records == 0 ? extent.live : extent.records, extent.live);
  if (extent.live == 0) return;
  ++extent.file->live_extents;
  extent.file->live_bytes += extent.live_bytes();
  disk_bytes_ += extent.bytes;
}

void Stream::release_extent(Extent& extent) {
  if (extent.file == nullptr) return;
  --extent.file->live_extents;
  extent.file->live_bytes -= extent.live_bytes();
  disk_bytes_ -= extent.bytes;
  extent.file = nullptr;
}

void Stream::drop_dead_prefix() {
  while (!chunks_.empty() && is_gone(*chunks_.front())) {
    const Chunk& chunk = *chunks_.front();
    // The tail stays open for the next push; a slice that no group has taken must still reach the log.
    if ((chunks_.size() == 1 && tail_open_) || chunk.slice_count != 0) break;
    forget_hint(&chunk);
    memory_bytes_ -= chunk.capacity;
    chunks_.pop_front();
  }
  while (!extents_.empty() && extents_.front().last < floor_) {
    if (!holds_.empty() && extents_.front().file != nullptr) break;
    release_extent(extents_.front());
    extents_.pop_front();
  }
}

// Acknowledged out of order: a chunk with nothing live in it goes, wherever it is.
void Stream::drop_dead_chunks(uint64_t first, uint64_t last) {
  bool chosen = false;
  for (size_t i = chunk_index(first); i < chunks_.size() && chunks_[i]->first <= last; ++i) {
    Chunk& chunk = *chunks_[i];
    const bool is_open = i + 1 == chunks_.size() && tail_open_;
    if (is_open || chunk.slice_count != 0) continue;
    if (gone_count(chunk.first, chunk.last) != chunk.last - chunk.first + 1) continue;
    chunk.evicting = chosen = true;
  }
  if (chosen) remove_chosen();
}

// --- appending ---

bool Stream::reserve(ChunkPool& pool, const RecordDraft* drafts, size_t count) {
  uint64_t room = tail_open_ ? chunks_.back()->capacity - chunks_.back()->used : 0;
  chunks_.reserve(chunks_.size() + count + 1);
  for (size_t i = 0; i < count; ++i) {
    if (drafts[i].prepared) {
      room = 0;
      continue;
    }
    const uint64_t bytes = format::record_bytes(drafts[i].body_bytes());
    if (bytes > room) {
      ChunkRef chunk = pool.allocate(std::max(bytes, chunk_bytes_next_));
      if (!chunk) {
        reserved_.clear();
        return false;
      }
      chunk_bytes_next_ = std::min<uint64_t>(chunk_bytes_next_ * 4, format::kChunkBytes);
      room = chunk->capacity;
      reserved_.push_back(std::move(chunk));
    }
    room -= bytes;
  }
  return true;
}

Chunk* Stream::chunk_for(const RecordDraft& draft) {
  const uint64_t bytes = format::record_bytes(draft.body_bytes());
  if (draft.prepared) {
    chunks_.push_back(draft.prepared);
    tail_open_ = false;
  } else if (tail_open_ && chunks_.back()->capacity - chunks_.back()->used >= bytes) {
    return chunks_.back().get();
  } else {
    WEIR_ASSERT(!reserved_.empty());
    chunks_.push_back(std::move(reserved_.front()));
    reserved_.pop_front();
    tail_open_ = true;
  }
  memory_bytes_ += chunks_.back()->capacity;
  return chunks_.back().get();
}

uint64_t Stream::append(RecordDraft& draft) {
  const uint64_t number = next_number_++;
  Chunk& chunk = *chunk_for(draft);
  uint8_t* to = chunk.data + chunk.used;
  const uint64_t body_bytes = draft.body_bytes();
  const uint64_t bytes = format::record_bytes(body_bytes);
  if (!draft.prepared) {
    uint8_t* body = to + format::kRecordHeaderBytes;
    if (!draft.properties.empty())
      std::memcpy(body, draft.properties.data(), draft.properties.size());
    if (!draft.payload.empty())
      std::memcpy(body + draft.properties.size(), draft.payload.data(), draft.payload.size());
  }
  std::memset(to + format::kRecordHeaderBytes + body_bytes, 0,
              bytes - format::kRecordHeaderBytes - body_bytes);
  format::RecordHeader header;
  header.body_bytes = static_cast<uint32_t>(body_bytes);
  header.number = number;
  header.time_ns = draft.time_ns;
  header.stream_id = id_;
  header.properties_bytes = static_cast<uint32_t>(draft.properties.size());
  const uint32_t crc = format::write_record_header(header, draft.body_crc, to);
  if (chunk.count == 0) chunk.first = number;
  if (kind_ == kStreamDurable) {
    if (chunk.slice_count == 0) chunk.slice_first = number;
    ++chunk.slice_count;
    chunk.slice_crc = format::fold_crc(chunk.slice_crc, crc);
  }
  if (access != Access::kQueue) note_offset(chunk);
  chunk.last = number;
  ++chunk.count;
  chunk.used += static_cast<uint32_t>(bytes);
  return number;
}

void Stream::take_slices(std::vector<Slice>* out) {
  const size_t from = out->size();
  for (size_t i = chunks_.size(); i > 0; --i) {
    Chunk& chunk = *chunks_[i - 1];
    if (chunk.slice_count == 0) break;
    Slice slice;
    slice.chunk = chunks_[i - 1];
    slice.begin = chunk.slice_begin;
    slice.end = chunk.used;
    slice.count = chunk.slice_count;
    slice.crc = chunk.slice_crc;
    slice.first = chunk.slice_first;
    slice.last = chunk.last;
    out->push_back(std::move(slice));
    chunk.slice_begin = chunk.used;
    chunk.slice_count = 0;
    chunk.slice_crc = 0;
  }
  std::reverse(out->begin() + static_cast<std::ptrdiff_t>(from), out->end());
  drop_dead_prefix();
}

// --- memory ---

size_t Stream::chunk_index(uint64_t number) const {
  size_t low = 0;
  size_t high = chunks_.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (chunks_[middle]->last < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void Stream::forget_hint(const Chunk* chunk) {
  if (hint_chunk_ == chunk) hint_chunk_ = nullptr;
}

void Stream::note_offset(Chunk& chunk) {
  // A chunk that was filled before its offsets were wanted is indexed when somebody looks into it.
  if (chunk.offsets.size() == chunk.count) chunk.offsets.push_back(chunk.used);
}

// Where `number` begins in its chunk, or its used bytes when it is not there.
uint32_t Stream::offset_in(Chunk& chunk, uint64_t number) {
  if (chunk.offsets.size() != chunk.count) {
    chunk.offsets.clear();
    for (uint32_t offset = 0; offset < chunk.used;) {
      chunk.offsets.push_back(offset);
      offset += static_cast<uint32_t>(
          format::record_bytes(load_little<uint32_t>(chunk.data + offset + 4)));
    }
  }
  const auto number_at = [&](uint32_t offset) {
    return load_little<uint64_t>(chunk.data + offset + 8);
  };
  if (chunk.last - chunk.first + 1 == chunk.count) return chunk.offsets[number - chunk.first];
  const auto found = std::lower_bound(
      chunk.offsets.begin(), chunk.offsets.end(), number,
      [&](uint32_t offset, uint64_t wanted) { return number_at(offset) < wanted; });
  return found != chunk.offsets.end() && number_at(*found) == number ? *found : chunk.used;
}

const uint8_t* Stream::find_at_random(uint64_t number, Chunk** out_chunk) {
  Chunk* chunk = hint_chunk_;
  if (chunk == nullptr || number < chunk->first || number > chunk->last) {
    const size_t index = chunk_index(number);
    if (index == chunks_.size() || chunks_[index]->first > number) return nullptr;
    chunk = chunks_[index].get();
  }
  const uint32_t offset = offset_in(*chunk, number);
  if (offset == chunk->used) return nullptr;
  hint_chunk_ = chunk;
  hint_number_ = number;
  hint_offset_ = chunk->used;
  chunk->visited = true;
  if (out_chunk != nullptr) *out_chunk = chunk;
  return chunk->data + offset;
}

const uint8_t* Stream::find_in_memory(uint64_t number, Chunk** out_chunk) {
  if (access != Access::kQueue) return find_at_random(number, out_chunk);
  Chunk* chunk = hint_chunk_;
  uint32_t offset = hint_offset_;
  if (chunk == nullptr || number <= hint_number_ || number > chunk->last) {
    const size_t index = chunk_index(number);
    if (index == chunks_.size() || chunks_[index]->first > number) return nullptr;
    chunk = chunks_[index].get();
    offset = 0;
  }
  while (offset < chunk->used) {
    const uint8_t* record = chunk->data + offset;
    const auto found = load_little<uint64_t>(record + 8);
    const auto next =
        offset + static_cast<uint32_t>(format::record_bytes(load_little<uint32_t>(record + 4)));
    if (found >= number) {
      if (found > number) return nullptr;
      hint_chunk_ = chunk;
      hint_offset_ = next;
      hint_number_ = number;
      if (out_chunk != nullptr) *out_chunk = chunk;
      return record;
    }
    offset = next;
  }
  return nullptr;
}

void Stream::add_loaded(ChunkRef chunk) {
  if (chunk->last < floor_) return;
  const size_t index = chunk_index(chunk->first);
  if (index < chunks_.size() && chunks_[index]->first <= chunk->last) return;
  if (index == chunks_.size()) tail_open_ = false;
  chunk->saved = true;
  memory_bytes_ += chunk->capacity;
  std::vector<ChunkRef> one;
  one.push_back(std::move(chunk));
  chunks_.replace(index, index, one);
}

bool Stream::evictable(size_t index, uint64_t head) const {
  const Chunk& chunk = *chunks_[index];
  const bool is_open = index + 1 == chunks_.size() && tail_open_;
  if (chunk.references.load(std::memory_order_relaxed) != 1 || chunk.slice_count != 0) return false;
  if (is_open) return is_gone(chunk);
  if (chunk.first <= head && head <= chunk.last) return false;
  return true;
}

// Whether the chunk may go, which a chunk that was found lately may not this time.
bool Stream::evict_now(size_t index, uint64_t head) {
  Chunk& chunk = *chunks_[index];
  const bool on_disk =
      chunk.saved || (kind_ == kStreamDurable && chunk.last < on_disk_next_) || is_gone(chunk);
  if (!on_disk || !evictable(index, head)) return false;
  if (access != Access::kRandom || head == 0) return true;
  return !std::exchange(chunk.visited, false);
}

uint64_t Stream::evict(uint64_t head, uint64_t wanted) {
  const size_t count = chunks_.size();
  size_t at = access == Access::kRandom ? chunk_index(clock_hand_ + 1) : 0;
  // Twice around: the first time takes away the second chances.
  const size_t steps = access == Access::kRandom ? 2 * count : count;
  uint64_t chosen = 0;
  for (size_t step = 0; step < steps && chosen < wanted; ++step, ++at) {
    if (at >= count) at = 0;
    const size_t index = access == Access::kQueue ? count - 1 - at : at;
    Chunk& chunk = *chunks_[index];
    clock_hand_ = chunk.last;
    if (chunk.evicting || !evict_now(index, access == Access::kLog ? 0 : head)) continue;
    chunk.evicting = true;
    chosen += chunk.capacity;
  }
  return chosen == 0 ? 0 : remove_chosen();
}

std::vector<ChunkRef> Stream::spill_candidates(uint64_t head, uint64_t wanted) const {
  std::vector<ChunkRef> chosen;
  uint64_t bytes = 0;
  for (size_t i = chunks_.size(); i > 0 && bytes < wanted; --i) {
    if (chunks_[i - 1]->saved || !evictable(i - 1, head)) continue;
    if (i == chunks_.size() && tail_open_) continue;
    bytes += chunks_[i - 1]->capacity;
    chosen.push_back(chunks_[i - 1]);
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

uint64_t Stream::remove_chosen() {
  uint64_t freed = 0;
  size_t kept = 0;
  const size_t size = chunks_.size();
  const bool tail_goes = size > 0 && chunks_.back()->evicting;
  for (size_t i = 0; i < size; ++i) {
    if (chunks_[i]->evicting) {
      freed += chunks_[i]->capacity;
      chunks_[i]->evicting = false;
      forget_hint(chunks_[i].get());
      chunks_[i].reset();
    } else {
      if (kept != i) chunks_[kept] = std::move(chunks_[i]);
      ++kept;
    }
  }
  while (chunks_.size() > kept) chunks_.pop_back();
  if (tail_goes) {
    tail_open_ = false;
    chunk_bytes_next_ = kChunkBytesMin;
  }
  memory_bytes_ -= freed;
  return freed;
}

// --- disk ---

size_t Stream::extent_index(uint64_t number) const {
  size_t low = 0;
  size_t high = extents_.size();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (extents_[middle].last < number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void Stream::add_extent(const Extent& extent) {
  on_disk_next_ = std::max(on_disk_next_, extent.last + 1);
  Extent added = extent;
  count_live(added);
  if (added.live == 0) return;
  if (extents_.empty() || extents_.back().last < added.first) {
    extents_.push_back(added);
    return;
  }
  std::vector<Extent> one{added};
  const size_t index = extent_index(added.first);
  WEIR_ASSERT(index == extents_.size() || extents_[index].first > added.last);
  extents_.replace(index, index, one);
}

// `others` are sorted and lie in one gap, or in few: whole runs go in at once.
void Stream::insert_extents(std::vector<Extent> others) {
  std::vector<Extent> live;
  for (Extent& extent : others) {
    count_live(extent);
    if (extent.live == 0) continue;
    on_disk_next_ = std::max(on_disk_next_, extent.last + 1);
    live.push_back(extent);
  }
  std::sort(live.begin(), live.end(),
            [](const Extent& a, const Extent& b) { return a.first < b.first; });
  for (size_t begin = 0; begin < live.size();) {
    const size_t index = extent_index(live[begin].first);
    size_t end = begin + 1;
    while (end < live.size() &&
           (index == extents_.size() || live[end].last < extents_[index].first))
      ++end;
    WEIR_ASSERT(index == extents_.size() || live[end - 1].last < extents_[index].first);
    std::vector<Extent> run(live.begin() + static_cast<std::ptrdiff_t>(begin),
                            live.begin() + static_cast<std::ptrdiff_t>(end));
    extents_.replace(index, index, run);
    begin = end;
  }
}

void Stream::forget_all() {
  hint_chunk_ = nullptr;
  tail_open_ = false;
  chunks_.clear();
  reserved_.clear();
  memory_bytes_ = 0;
  for (size_t i = 0; i < extents_.size(); ++i) release_extent(extents_[i]);
  extents_.clear();
}

}  // namespace weir::storage
