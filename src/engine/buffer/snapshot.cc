// The snapshot of a buffer: its live items as records of a stream, and a fact that says which of them count. Records
// come in several commits; the one that sets the fact, and ends the snapshot before, makes them the snapshot at once.
// Restoring uses it up in the same way, so that what was taken afterwards cannot come back after a crash.
#include <algorithm>

#include "base/seeded_bug.h"
#include "engine/buffer/buffer.h"
#include "format/record.h"
#include "store/draft.h"

namespace weir::buffer {

namespace {

constexpr std::string_view kSnapshotFact = "s";
constexpr size_t kFactBytes = 16;
constexpr size_t kTimesBytes = 16;
constexpr uint64_t kCommitBytesMax = 256u << 10;
constexpr size_t kCommitRecordsMax = 1000;
constexpr uint64_t kOperationBytes = 256;
constexpr int64_t kPatienceMs = 60'000;
constexpr uint64_t kReadBytes = 1u << 20;

struct Saved {
  const Item* item = nullptr;
  int64_t remaining_ns = 0;
};

// Records first and last that a fact names; nothing for an empty or foreign one.
struct Range {
  uint64_t first = 0;
  uint64_t last = 0;
};

Result<Range> snapshot_of(const storage::Stream& stream) {
  const auto found = stream.facts.find(kSnapshotFact);
  if (found == stream.facts.end()) return Range{1, 0};
  const ByteView value = as_bytes(found->second);
  Range range;
  if (value.size() == kFactBytes) {
    range = {load_little<uint64_t>(value.data()), load_little<uint64_t>(value.data() + 8)};
  }
  if (range.first == 0 || range.first > range.last || range.last >= stream.next_number()) {
    return Status(Code::kCorrupt, text("the snapshot of buffer ", quoted(stream.name()),
                                       " names records that are not there"));
  }
  return range;
}

// Ends what is in the stream below `next` and says what counts from now on, durably.
Status switch_over(store::Store& store, const store::StreamPtr& stream, uint64_t dead_next,
                   Range range) WEIR_REQUIRES(store.mutex()) {
  const store::Admission::Part part{&stream, 0};
  WEIR_TRY(store.admit_locked({.parts = {&part, 1},
                               .sync = true,
                               .deadline_ns = store.clock().deadline_after_ms(kPatienceMs),
                               .operation_bytes = kOperationBytes}));
  store.pipeline().reserve_operations(kOperationBytes);
  uint8_t fact[kFactBytes];
  store_little(fact, range.first);
  store_little(fact + 8, range.last);
  const bool empty = range.first > range.last;
  store.pipeline().set_fact(stream, kSnapshotFact, empty ? std::string_view() : as_text(fact));
  if (dead_next > 1) store.pipeline().mark_dead(stream, 1, dead_next - 1);
  return store.pipeline().wait(store.pipeline().end_commit(true));
}

// One commit's worth of items.
class Portion {
 public:
  Portion(store::Store& store, const store::StreamPtr& stream) : store_(store), stream_(stream) {}

  Status add(const Saved& saved) {
    std::vector<uint8_t>& properties = properties_.emplace_back(kTimesBytes);
    store_little(properties.data(), saved.remaining_ns);
    store_little(properties.data() + 8, saved.item->expiry_ms());
    const ByteView key = saved.item->key();
    properties.insert(properties.end(), key.begin(), key.end());
    const ByteView value = saved.item->value();
    storage::RecordDraft draft;
    WEIR_TRY(store::fill_draft(store_, properties, value, &draft));
    const uint64_t bytes = format::record_bytes(draft.body_bytes());
    if (draft.body_bytes() >= storage::kPreparedBytesMin) {
      WEIR_TRY(store::prepare_draft(store_, stream_, kPatienceMs, {}, &draft));
    } else {
      memory_bytes_ += bytes;
    }
    log_bytes_ += bytes;
    drafts_.push_back(std::move(draft));
    return {};
  }
  bool full() const { return log_bytes_ >= kCommitBytesMax || drafts_.size() == kCommitRecordsMax; }

  Status commit() {
    if (drafts_.empty()) return {};
    {
      const MutexLock lock(store_.mutex());
      const store::Admission::Part part{&stream_, drafts_.size()};
      WEIR_TRY(store_.admit_locked({.parts = {&part, 1},
                                    .deadline_ns = store_.clock().deadline_after_ms(kPatienceMs),
                                    .memory_bytes = memory_bytes_,
                                    .log_bytes = log_bytes_}));
      if (!stream_->reserve(*store_.core().pool, drafts_.data(), drafts_.size()))
        return Code::kNoMemory;
      store_.pipeline().reserve_operations(kOperationBytes);
      for (storage::RecordDraft& draft : drafts_) store_.pipeline().append(stream_, draft);
      store_.pipeline().end_commit(false);
    }
    drafts_.clear();
    properties_.clear();
    memory_bytes_ = log_bytes_ = 0;
    return {};
  }

 private:
  store::Store& store_;
  const store::StreamPtr& stream_;
  std::vector<std::vector<uint8_t>> properties_;
  std::vector<storage::RecordDraft> drafts_;
  uint64_t memory_bytes_ = 0;
  uint64_t log_bytes_ = 0;
};

Status restore_records(const std::vector<storage::ChunkView>& chunks, Range range, Table& table,
                       uint64_t owner, uint64_t* next) {
  for (const storage::ChunkView& chunk : chunks) {
    format::RecordReader reader(chunk.bytes(), false);
    format::RecordView record;
    while (reader.next(&record)) {
      const uint64_t number = record.header.number;
      if (number < *next || number > range.last) continue;
      const ByteView properties = record.properties;
      if (properties.size() <= kTimesBytes || properties.size() > kTimesBytes + kKeyBytesMax) {
        return {Code::kCorrupt, text("record ", number, " of a snapshot has ", properties.size(),
                                     " bytes of properties")};
      }
      const auto remaining_ns = load_little<int64_t>(properties.data());
      const auto expiry_ms = load_little<int64_t>(properties.data() + 8);
      if (remaining_ns < 1 || expiry_ms < 1 || expiry_ms > kExpiryMsMax) {
        return {Code::kCorrupt, text("record ", number, " of a snapshot lives for ", remaining_ns,
                                     " ns and is renewed for ", expiry_ms, " ms")};
      }
      const Status put = table.restore(owner, properties.subspan(kTimesBytes), record.payload,
                                       remaining_ns, expiry_ms);
      if (put.code() == Code::kLimit || put.code() == Code::kTooLarge) {
        return {Code::kLimit, text("the snapshot has ", range.last - range.first + 1,
                                   " items, more than the bounds of the buffer allow")};
      }
      WEIR_TRY(put);
      *next = number + 1;
    }
  }
  return {};
}

}  // namespace

Status save_snapshot(store::Store& store, std::string_view name, Table& table, uint64_t owner) {
  if (!store.durable() || store.options().read_only) return {};
  std::vector<Saved> all;
  WEIR_TRY(table.for_each(owner, [&](const Item& item, int64_t remaining_ns) {
    all.push_back({&item, remaining_ns});
  }));
  store::StreamPtr stream;
  uint64_t first = 0;
  {
    const MutexLock lock(store.mutex());
    stream = store.find_stream_locked(kEngineBuffer, name);
    if (!stream) {
      if (all.empty()) return {};
      WEIR_ASSIGN(stream, store.create_stream_locked(kEngineBuffer, storage::kStreamDurable, name));
    }
    first = stream->next_number();
  }
  // The budget is for what the store reads and writes from here on.
  table.uncharge(owner);
  Portion portion(store, stream);
  for (const Saved& saved : all) {
    WEIR_TRY(portion.add(saved));
    if (portion.full()) WEIR_TRY(portion.commit());
  }
  WEIR_TRY(portion.commit());
  const MutexLock lock(store.mutex());
  return switch_over(store, stream, first, {first, first + all.size() - 1});
}

Status restore_snapshot(store::Store& store, std::string_view name, Table& table, uint64_t owner) {
  const MutexLock lock(store.mutex());
  const store::StreamPtr stream = store.find_stream_locked(kEngineBuffer, name);
  if (!stream) return {};
  WEIR_ASSIGN(const Range range, snapshot_of(*stream));
  for (uint64_t next = range.first; next <= range.last;) {
    const uint64_t before = next;
    std::vector<storage::ChunkView> chunks;
    WEIR_TRY(store.pager().fetch(stream, next, kReadBytes, &chunks));
    {
      const MutexUnlock unlock(store.mutex());
      WEIR_TRY(restore_records(chunks, range, table, owner, &next));
    }
    if (next == before) {
      return {Code::kCorrupt, text("the snapshot of buffer ", quoted(name), " ends at record ",
                                   next, " of ", range.last)};
    }
  }
  if (store.options().read_only) return {};
  // What a save that never ended has left goes as well.
  const bool nothing = range.first > range.last && stream->live_count() == 0;
  return nothing ? Status() : switch_over(store, stream, stream->next_number(), {1, 0});
}

}  // namespace weir::buffer
