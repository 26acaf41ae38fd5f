#include "store/checkpoint.h"

#include <algorithm>
#include <utility>

#include "base/seeded_bug.h"
#include "format/record.h"
#include "storage/log_scan.h"

namespace weir::store {

namespace {

constexpr uint64_t kOwnSegmentBytesMin =
    1u << 20;  // streams with more than this get segments of their own
constexpr uint64_t kSegmentBytesMax = 64ull << 20;
constexpr uint64_t kStreamedBytesMin = 1u << 20;    // copied without being held in memory
constexpr uint64_t kSliceBytes = 1u << 20;          // copied between two looks at the streams
constexpr uint64_t kCompactBytesMax = 64ull << 20;  // of one checkpoint
constexpr int64_t kRetryNs = 1000 * env::kNanosecondsPerMillisecond;

}  // namespace

Status Checkpointer::run(bool closing, const std::function<Status()>& then) {
  MutexLock lock(core_.mutex);
  while (running_) core_.env.clock.wait(finished_, core_.mutex, env::kNever);
  if (!core_.durable || core_.options.read_only) return {};
  running_ = true;
  Status status;
  try {
    status = run_once(closing);
  } catch (const std::bad_alloc&) {
    status = Status(Code::kNoMemory, "out of memory during a checkpoint");
  } catch (const std::exception& problem) {
    status = Status(Code::kInternal, text("a checkpoint broke off: ", problem.what()));
    pipeline_.fail(status);
  }
  core_.checkpoint_problem = status;
  retry_at_ns_ = status.ok() ? 0 : core_.env.clock.monotonic_ns() + kRetryNs;
  if (status.ok() && then) {
    try {
      status = then();
    } catch (const std::bad_alloc&) {
      status = Status(Code::kNoMemory, "out of memory behind a checkpoint");
    }
  }
  running_ = false;
  finished_.notify_all();
  core_.pool->budget().notify_change();
  return status;
}

Status Checkpointer::mark_clean() {
  MutexLock lock(core_.mutex);
  WEIR_TRY(pipeline_.flush());
  WEIR_TRY(pipeline_.wait_no_leader());
  format::Manifest manifest = core_.manifest;
  ++manifest.generation;
  manifest.durable = core_.synced_end;
  manifest.next_file_id = core_.next_file_id.load();
  manifest.next_group = core_.log->next_sequence();
  manifest.clean = true;
  // A segment that could not be removed is tried again at the next open.
  for (const auto& [id, file] : core_.files) {
    const bool dead = file->kind() == format::FileKind::kSegment && file->live_extents == 0;
    if (dead && manifest.deletes.size() < 1024) manifest.deletes.push_back(id);
  }
  WEIR_TRY(core_.manifest_file->write_both(manifest));
  core_.manifest = manifest;
  return {};
}

int64_t Checkpointer::step() {
  bool due = false;
  {
    MutexLock lock(core_.mutex);
    if (!core_.failed.ok()) return env::kNever;
    const int64_t now = core_.env.clock.monotonic_ns();
    if (now < retry_at_ns_) return retry_at_ns_;
    due = requested_ || core_.log_live_bytes > core_.options.wal_bytes_max / 2;
    requested_ = false;
    due = due || core_.has_dead_files() || core_.wants_compaction();
  }
  if (!due) return env::kNever;
  const Status status = run(false);
  if (!status.ok()) return retry_at_ns_;
  const Status spare = core_.log->prepare_spare();
  if (spare.code() == Code::kFailed) {
    MutexLock lock(core_.mutex);
    pipeline_.fail(spare);
  }
  return spare.ok() ? env::kNever : core_.env.clock.monotonic_ns() + kRetryNs;
}

Status Checkpointer::run_once(bool closing) {
  core_.mutex.assert_held();
  if (!WEIR_SEEDED_BUG(manifest_before_log_sync)) WEIR_TRY(pipeline_.flush());
  WEIR_TRY(pipeline_.wait_no_leader());
  Work work;
  work.closing = closing;
  begin(&work);
  Status status = copy_records_of(&work);
  if (status.code() == Code::kNoSpace && end_compaction()) {
    // What must be copied comes first when there is little room.
    abandon(&work);
    status = copy_records_of(&work);
  }
  if (!status.ok()) {
    end_compaction();
    abandon(&work);
    if (status.code() == Code::kFailed) pipeline_.fail(status);
    if (status.code() != Code::kNoSpace || closing) return status;
    work.adopts = true;
  }
  if (!work.adopts) install(&work);
  end_compaction();
  return publish(&work);
}

void Checkpointer::begin(Work* work) {
  core_.mutex.assert_held();
  pipeline_.roll_log();
  work->cut = core_.next_file_id.load();
  work->log_bytes = core_.log_live_bytes;
  for (const auto& [id, stream] : core_.streams) {
    work->streams.push_back(stream);
    work->compresses = work->compresses || compression_level(*stream) != 0;
  }
  choose_compacted();
  state_slot_ = 1 - core_.manifest.state_slot;
  if (WEIR_SEEDED_BUG(state_slot_in_place)) state_slot_ = core_.manifest.state_slot;
}

// Segments more than half dead, the deadest first, and small ones when there are many: what lives in them is written
// again, and their space comes back. A checkpoint copies a bounded amount; the rest waits for the next.
void Checkpointer::choose_compacted() {
  core_.mutex.assert_held();
  std::vector<storage::DataFile*> chosen;
  const bool merges = core_.small_segment_count() > kSmallSegmentsMax;
  for (const auto& [id, file] : core_.files) {
    if (file->is_sparse() || (merges && file->is_small())) chosen.push_back(file.get());
  }
  std::sort(chosen.begin(), chosen.end(), [](const auto* a, const auto* b) {
    return a->live_bytes * b->bytes < b->live_bytes * a->bytes;
  });
  uint64_t bytes = 0;
  for (storage::DataFile* file : chosen) {
    if (bytes != 0 && bytes + file->live_bytes > kCompactBytesMax) break;
    bytes += file->live_bytes;
    file->compacting = true;
  }
}

// Whether there was any.
bool Checkpointer::end_compaction() {
  core_.mutex.assert_held();
  bool any = false;
  for (const auto& [id, file] : core_.files) any = std::exchange(file->compacting, false) || any;
  return any;
}

// --- 2: live records before the cut ---

bool Checkpointer::to_copy(const storage::Extent& extent, const Work& work) const {
  if (extent.file == nullptr) return false;
  switch (extent.file->kind()) {
    case format::FileKind::kLog:
      return extent.file->id() < work.cut;
    case format::FileKind::kScratch:
      return work.closing;
    case format::FileKind::kSegment:
      return extent.file->compacting;
  }
  return false;
}

uint64_t Checkpointer::bytes_to_copy(const StreamPtr& stream, const Work& work) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < stream->extents().size(); ++i) {
    if (to_copy(stream->extents()[i], work)) bytes += stream->extents()[i].bytes;
  }
  const bool saves_memory = work.closing && stream->kind() == storage::kStreamMemory;
  return bytes + (saves_memory ? stream->memory_bytes() : 0);
}

Status Checkpointer::copy_records_of(Work* work) {
  core_.mutex.assert_held();
  WEIR_TRY(copy_streams(work));
  return finish_segments(work);
}

Status Checkpointer::copy_streams(Work* work) {
  core_.mutex.assert_held();
  storage::SegmentWriter* shared_writer = nullptr;
  for (const StreamPtr& stream : work->streams) {
    const uint64_t bytes = stream->dropped ? 0 : bytes_to_copy(stream, *work);
    if (bytes == 0) continue;
    storage::SegmentWriter* writer = shared_writer;
    if (bytes >= kOwnSegmentBytesMin || shared_writer == nullptr ||
        shared_writer->bytes() >= kSegmentBytesMax) {
      WEIR_TRY(new_writer(work, &writer));
      if (bytes < kOwnSegmentBytesMin) shared_writer = writer;
    }
    WEIR_TRY(copy_stream(stream, work, writer));
    if (work->closing && stream->kind() == storage::kStreamMemory) {
      WEIR_TRY(copy_chunks(stream, work->writers.back().get()));
    }
  }
  return {};
}

Status Checkpointer::new_writer(Work* work, storage::SegmentWriter** out) {
  core_.mutex.assert_held();
  auto writer = std::make_unique<storage::SegmentWriter>(core_.env, *core_.directory, core_.io);
  Status status;
  {
    MutexUnlock unlocked(core_.mutex);
    status = writer->create(format::FileKind::kSegment, core_.uuid, core_.next_file_id.fetch_add(1),
                            work->compresses ? format::kFeatureCompressedFrames : 0);
  }
  WEIR_TRY(status);
  *out = writer.get();
  work->writers.push_back(std::move(writer));
  return {};
}

std::vector<Checkpointer::Piece> Checkpointer::next_pieces(const StreamPtr& stream,
                                                           const Work& work, uint64_t from,
                                                           uint64_t* resume, NumberSet* dead) {
  core_.mutex.assert_held();
  std::vector<Piece> pieces;
  uint64_t bytes = 0;
  const auto& extents = stream->extents();
  *resume = UINT64_MAX;
  for (size_t i = stream->extent_index(from); i < extents.size(); ++i) {
    const storage::Extent& extent = extents[i];
    if (!to_copy(extent, work)) {
      if (extent.file == nullptr || pieces.empty()) continue;
      // What stays lies between: a frame must not span it.
      *resume = extent.last + 1;
      break;
    }
    if (bytes >= kSliceBytes) {
      *resume = extent.first;
      break;
    }
    Piece piece;
    piece.extent = extent;
    piece.file = core_.file_of(extent.file->id());
    ++piece.file->pins;
    const size_t chunk = stream->chunk_index(extent.first);
    if (chunk < stream->chunks().size() && stream->chunks()[chunk]->first <= extent.first &&
        stream->chunks()[chunk]->last >= extent.last) {
      piece.chunk = stream->chunks()[chunk];
      piece.body = piece.chunk->bytes();
    }
    bytes += extent.bytes;
    if (WEIR_SEEDED_BUG(checkpoint_skips_open_chunks) && piece.chunk) {
      --piece.file->pins;
      continue;
    }
    pieces.push_back(std::move(piece));
  }
  if (!pieces.empty()) {
    *dead = stream->gone_in(pieces.front().extent.first, pieces.back().extent.last);
  }
  return pieces;
}

Status Checkpointer::copy_stream(const StreamPtr& stream, Work* work,
                                 storage::SegmentWriter* writer) {
  core_.mutex.assert_held();
  const int level = compression_level(*stream);
  for (uint64_t from = 1; from != UINT64_MAX;) {
    NumberSet dead;
    uint64_t resume = 0;
    const std::vector<Piece> pieces = next_pieces(stream, *work, from, &resume, &dead);
    if (pieces.empty()) return {};
    if (writer->bytes() >= kSegmentBytesMax) WEIR_TRY(new_writer(work, &writer));
    Status status;
    {
      MutexUnlock unlocked(core_.mutex);
      writer->set_compression_level(level);
      status = copy_pieces(stream, pieces, dead, writer);
    }
    for (const Piece& piece : pieces) --piece.file->pins;
    WEIR_TRY(status);
    from = resume;
  }
  return {};
}

Status Checkpointer::copy_pieces(const StreamPtr& stream, const std::vector<Piece>& pieces,
                                 const NumberSet& dead, storage::SegmentWriter* writer) {
  std::vector<uint8_t> frame;
  for (const Piece& piece : pieces) {
    const storage::Extent& extent = piece.extent;
    if (piece.chunk) {
      WEIR_TRY(copy_records(stream->id(), piece.body, extent.first, extent.last, dead, writer));
      continue;
    }
    WEIR_ASSIGN(const std::shared_ptr<env::File> file, piece.file->file(*core_.directory));
    format::FrameHeader header;
    if (extent.bytes >= kStreamedBytesMin && extent.first == extent.last) {
      WEIR_TRY(copy_large(*file, piece, writer));
      continue;
    }
    WEIR_TRY(storage::read_frame(*file, *piece.file, extent.offset, extent.bytes, &frame, &header));
    const ByteView body = ByteView(frame).subspan(format::kFrameHeaderBytes, header.body_bytes);
    WEIR_TRY(copy_records(stream->id(), body, extent.first, extent.last, dead, writer));
  }
  return writer->end_frame();
}

Status Checkpointer::copy_large(env::File& file, const Piece& piece,
                                storage::SegmentWriter* writer) {
  uint8_t head[format::kFrameHeaderBytes];
  WEIR_ASSIGN(const size_t read, file.read_at(piece.extent.offset, head));
  const Result<format::FrameHeader> header =
      read < sizeof head
          ? Result<format::FrameHeader>(Status(Code::kCorrupt, "the file ends inside a frame"))
          : format::read_frame_header(head, piece.file->seed(), piece.extent.offset);
  const Status status =
      header.ok() ? writer->copy_frame(file, piece.extent.offset + sizeof head, header.value())
                  : header.status();
  if (status.code() != Code::kCorrupt) return status;
  return {Code::kCorrupt, text(piece.file->name(), " (id ", piece.file->id(), ") at offset ",
                               piece.extent.offset, ": ", status.message())};
}

Status Checkpointer::copy_records(uint32_t stream_id, ByteView body, uint64_t first, uint64_t last,
                                  const NumberSet& dead, storage::SegmentWriter* writer) {
  uint64_t offset = 0;
  // The number is looked at before anything else: behind `last` the tail of a chunk may still be written to.
  while (offset < body.size()) {
    const uint64_t number = load_little<uint64_t>(body.data() + offset + 8);
    const uint64_t bytes = format::record_bytes(load_little<uint32_t>(body.data() + offset + 4));
    if (number >= first && !dead.contains(number)) {
      WEIR_TRY(writer->add_record(stream_id, body.subspan(offset, bytes)));
    }
    if (number >= last) break;
    offset += bytes;
  }
  return {};
}

// Closing: what a memory stream holds in memory only.
Status Checkpointer::copy_chunks(const StreamPtr& stream, storage::SegmentWriter* writer) {
  core_.mutex.assert_held();
  std::vector<storage::ChunkRef> chunks;
  for (size_t i = 0; i < stream->chunks().size(); ++i) {
    if (!stream->chunks()[i]->saved && stream->chunks()[i]->count != 0)
      chunks.push_back(stream->chunks()[i]);
  }
  NumberSet dead = stream->dead();
  if (stream->floor() > 1) dead.insert(1, stream->floor() - 1);
  writer->set_compression_level(compression_level(*stream));
  MutexUnlock unlocked(core_.mutex);
  for (const storage::ChunkRef& chunk : chunks) {
    WEIR_TRY(copy_records(stream->id(), chunk->bytes(), chunk->first, chunk->last, dead, writer));
    WEIR_TRY(writer->end_frame());
  }
  return {};
}

// --- 3 ---

Status Checkpointer::finish_segments(Work* work) {
  core_.mutex.assert_held();
  // The directory's sync also covers what the last checkpoint removed: the next manifest does not list it any more.
  if (work->writers.empty() && core_.manifest.deletes.empty()) return {};
  MutexUnlock unlocked(core_.mutex);
  for (auto& writer : work->writers) WEIR_TRY(writer->finish());
  if (WEIR_SEEDED_BUG(segments_without_a_name)) return {};
  ++core_.io.sync_count;
  return storage::synced(core_.directory->sync());
}

// The records are where the state will say: from here on they are read from the segments.
void Checkpointer::install(Work* work) {
  core_.mutex.assert_held();
  NewExtents added;
  for (auto& writer : work->writers) {
    const std::shared_ptr<storage::DataFile>& file = writer->file();
    file->close();  // synced; opened again when somebody reads it
    core_.files.emplace(file->id(), file);
    for (const format::FooterEntry& entry : writer->entries()) {
      storage::Extent extent;
      extent.first = entry.first;
      extent.last = entry.last;
      extent.offset = entry.offset;
      extent.bytes = entry.bytes;
      extent.records = entry.record_count;
      extent.file = file.get();
      added[entry.stream_id].push_back(extent);
    }
  }
  for (const StreamPtr& stream : work->streams) {
    if (stream->dropped) continue;
    stream->replace_copied([&](const storage::Extent& extent) { return to_copy(extent, *work); },
                           std::move(added[stream->id()]));
  }
}

// --- 4 and 5 ---

format::StoreState Checkpointer::capture(Work* work) {
  core_.mutex.assert_held();
  format::StoreState state;
  state.generation = core_.manifest.generation + 1;
  state.next_stream_id = core_.next_stream_id;
  for (const auto& [id, stream] : core_.streams) {
    format::StreamState one;
    one.stream_id = id;
    one.engine = stream->engine();
    one.kind = stream->kind();
    one.name = stream->name();
    one.next_number = stream->next_number();
    one.ceiling = stream->ceiling_logged;
    one.floor = stream->floor();
    for (const auto& [first, last] : stream->dead().intervals()) one.dead.emplace_back(first, last);
    one.gaps = stream->gaps;
    for (const auto& [key, value] : stream->facts) one.facts.emplace_back(key, value);
    state.streams.push_back(std::move(one));
  }
  capture_files(work, &state);
  return state;
}

void Checkpointer::capture_files(Work* work, format::StoreState* state) {
  core_.mutex.assert_held();
  for (const auto& [id, file] : core_.files) {
    if (file->kind() == format::FileKind::kLog && id < work->cut) {
      file->adopted = file->live_extents != 0;
      if (!file->adopted) continue;
      state->adopted.push_back(
          {id, file->seed().salt, file->bytes, storage::slot_index(file->name())});
    }
    if (file->kind() != format::FileKind::kSegment) continue;
    if (file->live_extents != 0) {
      state->segments.push_back(file->segment);
    } else {
      work->to_delete.push_back(file);
    }
  }
}

Status Checkpointer::publish(Work* work) {
  core_.mutex.assert_held();
  const format::StoreState state = capture(work);
  // Write-ahead: nothing that the state contains may be missing in the log after a crash.
  if (!WEIR_SEEDED_BUG(manifest_before_log_sync)) WEIR_TRY(pipeline_.flush());
  WEIR_TRY(pipeline_.wait_no_leader());
  format::Manifest manifest = core_.manifest;
  manifest.generation = state.generation;
  manifest.cut_file_id = work->cut;
  manifest.next_file_id = core_.next_file_id.load();
  manifest.durable = core_.synced_end;
  manifest.clean = work->closing;
  manifest.next_group = core_.log->next_sequence();
  manifest.deletes.clear();
  for (const auto& file : work->to_delete) {
    // The list only saves a look at open; it must fit into the slot.
    if (manifest.deletes.size() < 1024) manifest.deletes.push_back(file->id());
  }
  Status status;
  Status written;
  {
    MutexUnlock unlocked(core_.mutex);
    status = storage::write_state(*core_.directory, core_.io, state_slot_, state, &manifest);
    if (status.ok()) written = core_.manifest_file->write_both(manifest);
  }
  if (!status.ok()) {
    // A full disk leaves the store as it was; anything else may have been a failed sync.
    if (status.code() == Code::kNoSpace) return status;
    pipeline_.fail(status);
    return core_.failed;
  }
  if (!written.ok()) {
    pipeline_.fail(written);
    return core_.failed;
  }
  core_.manifest = manifest;
  release(work);
  return {};
}

// --- 6 ---

void Checkpointer::release(Work* work) {
  core_.mutex.assert_held();
  core_.log_live_bytes -= std::min(core_.log_live_bytes, work->log_bytes);
  ++core_.counted.checkpoint_count;
  std::vector<std::shared_ptr<storage::DataFile>> log_files;
  std::vector<std::shared_ptr<storage::DataFile>> others;
  for (auto at = core_.files.begin(); at != core_.files.end();) {
    const std::shared_ptr<storage::DataFile>& file = at->second;
    const bool wanted = file->live_extents != 0 || file->pins != 0;
    // One that the new state lists stays, even if its last record died meanwhile.
    const bool old_log =
        file->kind() == format::FileKind::kLog && file->id() < work->cut && !file->adopted;
    const bool scratch = file->kind() == format::FileKind::kScratch;
    const bool deleted =
        std::find(work->to_delete.begin(), work->to_delete.end(), file) != work->to_delete.end();
    if (wanted || !(old_log || scratch || deleted)) {
      ++at;
      continue;
    }
    (old_log ? log_files : others).push_back(file);
    at = core_.files.erase(at);
  }
  MutexUnlock unlocked(core_.mutex);
  // What cannot be removed now is removed at the next open: it is in the manifest's list or beyond its ids.
  for (const auto& file : log_files) (void)core_.log->release(*file).ok();
  (void)remove_files(others).ok();
}

Status Checkpointer::remove_files(const std::vector<std::shared_ptr<storage::DataFile>>& files) {
  Status first;
  for (const auto& file : files) {
    file->close();
    Status status = core_.directory->remove(file->name());
    if (status.ok() || status.code() == Code::kNotFound) continue;
    if (first.ok()) first = status;
    if (file->kind() != format::FileKind::kSegment) continue;
    // A file of which nothing is live: the next checkpoint lists it for deletion and tries again.
    MutexLock lock(core_.mutex);
    core_.files.emplace(file->id(), file);
  }
  return first;
}

// Nothing refers to the unfinished segments: their space goes back.
void Checkpointer::abandon(Work* work) {
  core_.mutex.assert_held();
  std::vector<std::shared_ptr<storage::DataFile>> files;
  for (auto& writer : work->writers) {
    if (writer->file()) files.push_back(writer->file());
  }
  work->writers.clear();
  MutexUnlock unlocked(core_.mutex);
  (void)remove_files(files).ok();
}

}  // namespace weir::store
