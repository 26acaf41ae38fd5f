#include "store/pager.h"

#include <algorithm>

#include "storage/log_scan.h"

namespace weir::store {

namespace {

constexpr uint64_t kReadAheadBytes = 256u << 10;
constexpr size_t kOpenSegmentsMax = 128;  // descriptors, whatever the number of segments
constexpr uint64_t kScratchBytesMax = 64ull << 20;
// Room that is kept for acknowledgements and removals: new records are refused first.
constexpr uint64_t kLogReserveShare = 16;
// Even a caller that does not want to wait waits for a checkpoint that is at work, within bounds.
constexpr int64_t kLogWaitMs = 10'000;

// Packs records into chunks of up to 64 KiB; a larger record gets a chunk of its own.
class Packer {
 public:
  Packer(storage::ChunkPool& pool, std::vector<storage::ChunkRef>* out) : pool_(pool), out_(out) {}

  // So many bytes of records come next.
  void expect(uint64_t bytes) { left_ += bytes; }

  Status add(const format::RecordView& record, const uint8_t* bytes) {
    const uint64_t size = format::record_bytes(record.header.body_bytes);
    if (out_->empty() || out_->back()->capacity - out_->back()->used < size) {
      storage::ChunkRef chunk =
          pool_.allocate(std::max(size, std::min<uint64_t>(left_, format::kChunkBytes)));
      if (!chunk)
        return {Code::kNoMemory, text("no memory to read back a message of ", size, " bytes")};
      out_->push_back(std::move(chunk));
    }
    storage::Chunk& chunk = *out_->back();
    std::memcpy(chunk.data + chunk.used, bytes, size);
    if (chunk.count == 0) chunk.first = record.header.number;
    chunk.last = record.header.number;
    ++chunk.count;
    chunk.used += static_cast<uint32_t>(size);
    left_ -= std::min(left_, size);
    return {};
  }

 private:
  storage::ChunkPool& pool_;
  uint64_t left_ = 0;
  std::vector<storage::ChunkRef>* out_;
};

}  // namespace

// --- room ---

Status Pager::make_room(uint64_t memory_bytes, uint64_t log_bytes, int64_t deadline_ns,
                        const Check& check) {
  core_.mutex.assert_held();
  const storage::MemoryBudget& budget = core_.pool->budget();
  if (memory_bytes != 0 && budget.used() + memory_bytes > budget.high_mark()) {
    WEIR_TRY(make_memory_room(memory_bytes, deadline_ns, check));
  }
  if (log_bytes == 0) return {};
  WEIR_TRY(make_log_room(log_bytes, deadline_ns, check));
  return pipeline_.ensure_log_room(log_bytes);
}

void Pager::evict_to(uint64_t target, bool heads_too) {
  core_.mutex.assert_held();
  storage::MemoryBudget& budget = core_.pool->budget();
  std::vector<std::pair<uint64_t, storage::Stream*>> by_size;
  for (const auto& [id, stream] : core_.streams) {
    if (stream->memory_bytes() != 0) by_size.emplace_back(stream->memory_bytes(), stream.get());
  }
  std::sort(by_size.begin(), by_size.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [size, stream] : by_size) {
    const uint64_t used = budget.used();
    if (used <= target) return;
    core_.counted.page_out_bytes += stream->evict(heads_too ? 0 : stream->head_hint, used - target);
  }
}

void Pager::relieve() {
  core_.mutex.assert_held();
  storage::MemoryBudget& budget = core_.pool->budget();
  if (core_.durable && budget.used() > budget.high_mark()) evict_to(budget.low_mark());
}

Status Pager::make_memory_room(uint64_t bytes, int64_t deadline_ns, const Check& check) {
  core_.mutex.assert_held();
  storage::MemoryBudget& budget = core_.pool->budget();
  while (true) {
    if (!core_.failed.ok()) return core_.failed;
    const uint64_t seen = budget.change_count();
    if (check) WEIR_TRY(check());
    if (core_.durable || budget.used() + bytes > budget.bytes_max()) {
      evict_to(budget.low_mark() - std::min(bytes, budget.low_mark()));
    }
    const uint64_t enough = core_.durable ? budget.high_mark() : budget.bytes_max();
    // What the next pops want goes last: it would be read back at once.
    if (core_.durable && budget.used() + bytes > enough) {
      evict_to(enough - std::min(bytes, enough), true);
    }
    if (budget.used() + bytes <= enough) return {};
    if (core_.durable) {
      WEIR_ASSIGN(const bool spilled, spill(budget.used() + bytes -
                                            std::min(budget.used() + bytes, budget.low_mark())));
      if (spilled) continue;
      if (!pipeline_.idle()) {
        WEIR_TRY(pipeline_.flush());
        continue;
      }
      if (budget.used() + bytes <= budget.bytes_max()) return {};
      // What is left are heads and tails. One message may exceed the budget; pinned ones are the caller's to free.
      if (budget.pinned() == 0) return {};
    }
    const Status full(Code::kLimit,
                      text("the memory budget of ", budget.bytes_max(), " bytes has no room for ",
                           bytes, " more: ", budget.used(), " are in use, ", budget.pinned(),
                           " of them by messages that were not freed yet"));
    if (deadline_ns <= core_.env.clock.monotonic_ns()) return full;
    MutexUnlock unlocked(core_.mutex);
    if (!budget.wait_change(seen, core_.env.clock, deadline_ns)) return full;
  }
}

Status Pager::make_log_room(uint64_t bytes, int64_t deadline_ns, const Check& check) {
  core_.mutex.assert_held();
  const uint64_t limit =
      core_.options.wal_bytes_max - core_.options.wal_bytes_max / kLogReserveShare;
  storage::MemoryBudget& budget = core_.pool->budget();
  while (true) {
    if (!core_.failed.ok()) return core_.failed;
    const uint64_t seen = budget.change_count();
    if (check) WEIR_TRY(check());
    if (core_.log_live_bytes + pipeline_.open_bytes() + bytes <= core_.options.wal_bytes_max / 2)
      return {};
    if (wake_checkpoint_) wake_checkpoint_();
    if (core_.log_live_bytes + pipeline_.open_bytes() + bytes <= limit) return {};
    // A message larger than the log still gets through, alone.
    if (core_.log_live_bytes <= limit / 2) {
      if (pipeline_.open_bytes() == 0) return {};
      WEIR_TRY(pipeline_.flush());
      continue;
    }
    if (!core_.checkpoint_problem.ok()) return core_.checkpoint_problem;
    if (deadline_ns <= core_.env.clock.monotonic_ns())
      deadline_ns = core_.env.clock.deadline_after_ms(kLogWaitMs);
    bool in_time = true;
    {
      MutexUnlock unlocked(core_.mutex);
      in_time = budget.wait_change(seen, core_.env.clock, deadline_ns);
    }
    if (!in_time) {
      return {Code::kLimit,
              text("the write-ahead log of ", core_.options.wal_bytes_max,
                   " bytes has no room for ", bytes, " more: a checkpoint is still making some")};
    }
  }
}

// --- memory streams ---

Result<bool> Pager::spill(uint64_t wanted) {
  core_.mutex.assert_held();
  if (spilling_) {
    while (spilling_) core_.env.clock.wait(spilled_, core_.mutex, env::kNever);
    return true;
  }
  StreamPtr largest;
  std::vector<storage::ChunkRef> chunks;
  for (const auto& [id, stream] : core_.streams) {
    if (stream->kind() != storage::kStreamMemory) continue;
    if (largest && stream->memory_bytes() <= largest->memory_bytes()) continue;
    std::vector<storage::ChunkRef> candidates = stream->spill_candidates(stream->head_hint, wanted);
    if (candidates.empty()) continue;
    largest = stream;
    chunks = std::move(candidates);
  }
  if (!largest) return false;
  spilling_ = true;
  Status status;
  {
    MutexUnlock unlocked(core_.mutex);
    status = write_spilled(chunks, largest->id());
  }
  if (status.ok() && !largest->dropped) {
    const std::shared_ptr<storage::DataFile>& file = scratch_->file();
    // Pinned while it is written to; readers add pins of their own.
    if (core_.files.emplace(file->id(), file).second) ++file->pins;
    for (const format::FooterEntry& entry : scratch_->entries()) {
      storage::Extent extent;
      extent.first = entry.first;
      extent.last = entry.last;
      extent.offset = entry.offset;
      extent.bytes = entry.bytes;
      extent.records = entry.record_count;
      extent.file = file.get();
      largest->add_extent(extent);
    }
    for (const storage::ChunkRef& chunk : chunks) chunk->saved = true;
  }
  if (scratch_) scratch_->entries().clear();
  if (scratch_ && (!status.ok() || scratch_->bytes() >= kScratchBytesMax)) {
    const std::shared_ptr<storage::DataFile>& file = scratch_->file();
    if (file && core_.files.count(file->id()) != 0) --file->pins;
    scratch_.reset();
    if (wake_checkpoint_) wake_checkpoint_();  // it removes scratch files that nobody needs
  }
  spilling_ = false;
  spilled_.notify_all();
  if (!status.ok()) return status;
  return true;
}

Status Pager::write_spilled(const std::vector<storage::ChunkRef>& chunks, uint32_t stream_id) {
  if (!scratch_) {
    scratch_ = std::make_unique<storage::SegmentWriter>(core_.env, *core_.directory, core_.io);
    WEIR_TRY(
        scratch_->create(format::FileKind::kScratch, core_.uuid, core_.next_file_id.fetch_add(1)));
  }
  for (const storage::ChunkRef& chunk : chunks) {
    format::RecordReader reader(chunk->bytes(), false);
    format::RecordView record;
    uint64_t offset = 0;
    while (reader.next(&record)) {
      const uint64_t bytes = format::record_bytes(record.header.body_bytes);
      WEIR_TRY(scratch_->add_record(stream_id, chunk->bytes().subspan(offset, bytes)));
      offset += bytes;
    }
    WEIR_TRY(scratch_->end_frame());
  }
  return scratch_->flush();
}

// --- reading back ---

std::vector<Pager::Piece> Pager::collect_pieces(const StreamPtr& stream, uint64_t number,
                                                uint64_t limit, uint64_t bytes_max) {
  core_.mutex.assert_held();
  std::vector<Piece> pieces;
  const auto& extents = stream->extents();
  uint64_t bytes = 0;
  for (size_t i = stream->extent_index(number); i < extents.size() && extents[i].first < limit;
       ++i) {
    if (extents[i].file == nullptr) continue;
    if (!pieces.empty()) {
      const storage::Extent& first = pieces.front().extent;
      const bool near = extents[i].file == first.file && extents[i].offset > first.offset &&
                        extents[i].offset + extents[i].bytes - first.offset <= 2 * kReadAheadBytes;
      if (!near || bytes + extents[i].bytes > bytes_max) break;
    }
    bytes += extents[i].bytes;
    pieces.push_back({extents[i], core_.file_of(extents[i].file->id())});
  }
  return pieces;
}

Status Pager::read_pieces(const std::vector<Piece>& pieces, uint64_t from, uint64_t limit,
                          std::vector<storage::ChunkRef>* chunks) {
  storage::DataFile& data = *pieces.front().file;
  WEIR_ASSIGN(const std::shared_ptr<env::File> file, data.file(*core_.directory));
  if (pieces.size() == 1 && pieces.front().extent.bytes > 2 * kReadAheadBytes) {
    return read_large(*file, pieces.front(), chunks);
  }
  const uint64_t begin = pieces.front().extent.offset;
  // Scratch files are filled from the tail of a queue: a later piece may lie before an earlier one.
  uint64_t end = begin;
  for (const Piece& piece : pieces) end = std::max(end, piece.extent.offset + piece.extent.bytes);
  // Not a vector: that would fill it with zeros first.
  const std::unique_ptr<uint8_t[]> bytes_read(new uint8_t[end - begin]);
  const MutableBytes window(bytes_read.get(), end - begin);
  WEIR_ASSIGN(const size_t read, file->read_at(begin, window));
  std::vector<uint8_t> decompressed;
  Packer packer(*core_.pool, chunks);
  for (const Piece& piece : pieces) {
    const uint64_t at = piece.extent.offset - begin;
    if (at + piece.extent.bytes > read) {
      return {Code::kCorrupt,
              text(data.name(), " at offset ", piece.extent.offset,
                   ": the file ends inside a frame of ", piece.extent.bytes, " bytes")};
    }
    const ByteView frame = ByteView(window).subspan(at, piece.extent.bytes);
    format::FrameHeader header;
    ByteView body;
    WEIR_TRY(storage::check_frame(data, piece.extent.offset, frame, &decompressed, &header, &body));
    packer.expect(body.size());
    format::RecordReader reader(body, false);
    format::RecordView record;
    const uint8_t* bytes = body.data();
    for (; reader.next(&record); bytes += format::record_bytes(record.header.body_bytes)) {
      if (record.header.number < from || record.header.number >= limit) continue;
      WEIR_TRY(packer.add(record, bytes));
    }
  }
  return {};
}

// Keeps the descriptors in bounds: a store may have thousands of segments.
void Pager::note_read(const std::shared_ptr<storage::DataFile>& file) {
  if (file->kind() != format::FileKind::kSegment) return;
  for (size_t i = 0; i < open_segments_.size(); ++i) {
    if (open_segments_[i] == file) return;
  }
  open_segments_.push_back(file);
  if (open_segments_.size() <= kOpenSegmentsMax) return;
  open_segments_.front()->close();
  open_segments_.pop_front();
}

// A frame of one large record goes straight into its chunk: no second copy beside the budget.
Status Pager::read_large(env::File& file, const Piece& piece,
                         std::vector<storage::ChunkRef>* chunks) {
  const storage::Extent& extent = piece.extent;
  const format::Seed& seed = piece.file->seed();
  const auto damaged = [&](const Status& why) {
    return Status(why.code(),
                  text(piece.file->name(), " (id ", piece.file->id(), ") at offset ", extent.offset,
                       ": ", why.message()),
                  why.os_error());
  };
  uint8_t head[format::kFrameHeaderBytes];
  WEIR_ASSIGN(const size_t head_read, file.read_at(extent.offset, head));
  if (head_read < sizeof head)
    return damaged(Status(Code::kCorrupt, "the file ends inside a frame"));
  Result<format::FrameHeader> header = format::read_frame_header(head, seed, extent.offset);
  if (!header.ok()) return damaged(header.status());
  const uint64_t bytes = header.value().body_bytes;
  if (format::frame_bytes(bytes) > extent.bytes) {
    return damaged(Status(Code::kCorrupt,
                          text("the frame is larger than the ", extent.bytes, " bytes listed")));
  }
  storage::ChunkRef chunk = core_.pool->allocate(bytes);
  if (!chunk)
    return {Code::kNoMemory, text("no memory to read back a message of ", bytes, " bytes")};
  WEIR_ASSIGN(const size_t read,
              file.read_at(extent.offset + sizeof head, MutableBytes(chunk->data, bytes)));
  const Status sound = format::verify_frame_body(header.value(), ByteView(chunk->data, read));
  if (!sound.ok()) return damaged(sound);
  chunk->used = static_cast<uint32_t>(bytes);
  chunk->first = header.value().first;
  chunk->last = header.value().last;
  chunk->count = header.value().record_count;
  chunks->push_back(std::move(chunk));
  return {};
}

// Releases the mutex while it reads.
Status Pager::read_unlocked(const std::vector<Piece>& pieces, uint64_t number, uint64_t limit,
                            std::vector<storage::ChunkRef>* chunks) {
  core_.mutex.assert_held();
  ++pieces.front().file->pins;
  Status status;
  {
    MutexUnlock unlocked(core_.mutex);
    status = read_pieces(pieces, number, limit, chunks);
  }
  --pieces.front().file->pins;
  note_read(pieces.front().file);
  return status;
}

namespace {

// The first number from `number` on that an extent holds; UINT64_MAX when none does.
uint64_t next_on_disk(const storage::Stream& stream, uint64_t number) {
  const auto& extents = stream.extents();
  for (size_t i = stream.extent_index(number); i < extents.size(); ++i) {
    if (extents[i].file != nullptr) return std::max(extents[i].first, number);
  }
  return UINT64_MAX;
}

storage::ChunkView view_of(const storage::ChunkRef& chunk) {
  return {chunk, chunk->used, chunk->count, chunk->first, chunk->last};
}

// Chunks in memory from `number` on, as far as nothing that is only on disk comes in between.
void take_views(const storage::Stream& stream, uint64_t number, uint64_t bytes_max,
                std::vector<storage::ChunkView>* out) {
  const auto& chunks = stream.chunks();
  uint64_t bytes = 0;
  uint64_t next = number;
  for (size_t at = stream.chunk_index(number);
       at < chunks.size() && (out->empty() || bytes < bytes_max); ++at) {
    if (!out->empty() && next_on_disk(stream, next) < chunks[at]->first) break;
    out->push_back(view_of(chunks[at]));
    bytes += chunks[at]->used;
    next = chunks[at]->last + 1;
  }
}

}  // namespace

Status Pager::fetch(const StreamPtr& stream, uint64_t number, uint64_t bytes_max,
                    std::vector<storage::ChunkView>* out) {
  core_.mutex.assert_held();
  out->clear();
  while (true) {
    const auto& chunks = stream->chunks();
    const size_t at = stream->chunk_index(number);
    const uint64_t in_memory =
        at < chunks.size() ? std::max(chunks[at]->first, number) : stream->next_number();
    const uint64_t on_disk = next_on_disk(*stream, number);
    if (on_disk >= in_memory) {
      take_views(*stream, number, bytes_max, out);
      return {};
    }
    const std::vector<Piece> pieces =
        collect_pieces(stream, on_disk, in_memory, std::min(bytes_max, kReadAheadBytes));
    const uint64_t end = std::min(in_memory, pieces.back().extent.last + 1);
    std::vector<storage::ChunkRef> loaded;
    WEIR_TRY(read_unlocked(pieces, on_disk, in_memory, &loaded));
    for (const storage::ChunkRef& chunk : loaded) out->push_back(view_of(chunk));
    relieve();
    if (!out->empty()) return {};
    // A frame may hold none of the numbers in a part of its range: the dead were left out when it was written.
    number = end;
  }
}

Status Pager::load(const StreamPtr& stream, uint64_t number) {
  core_.mutex.assert_held();
  if (stream->loading) {
    while (stream->loading) core_.env.clock.wait(loaded_, core_.mutex, env::kNever);
    return {};
  }
  const size_t behind = stream->chunk_index(number);
  const uint64_t limit =
      behind < stream->chunks().size() ? stream->chunks()[behind]->first : stream->next_number();
  // Who reads at random has no use for what follows.
  const uint64_t bytes_max = stream->access == storage::Access::kRandom ? 0 : kReadAheadBytes;
  const std::vector<Piece> pieces = collect_pieces(stream, number, limit, bytes_max);
  if (pieces.empty() || pieces.front().extent.first > number) {
    return {Code::kCorrupt,
            text("record ", number, " of ", quoted(stream->name()), " is in no file")};
  }
  stream->loading = true;
  std::vector<storage::ChunkRef> chunks;
  const Status status = read_unlocked(pieces, number, limit, &chunks);
  stream->loading = false;
  loaded_.notify_all();
  WEIR_TRY(status);
  if (stream->dropped) return {};
  for (storage::ChunkRef& chunk : chunks) {
    core_.counted.page_in_bytes += chunk->used;
    stream->add_loaded(std::move(chunk));
  }
  stream->head_hint = number;
  relieve();
  return {};
}

}  // namespace weir::store
