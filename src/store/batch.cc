#include "store/batch.h"

#include <algorithm>

#include "base/seeded_bug.h"
#include "store/draft.h"

namespace weir::store {

Result<BatchItem*> Batch::add(BatchTarget& target) {
  if (committed_) {
    return Status(Code::kInvalidArgument,
                  "the batch was committed; clear it before filling it again");
  }
  if (target.batch_store() != store_) {
    return Status(Code::kInvalidArgument, text(weir::quoted(target.batch_stream()->name()),
                                               " belongs to another store than the batch"));
  }
  items_.emplace_back();
  items_.back().target = &target;
  return &items_.back();
}

Result<BatchItem*> Batch::add_record(BatchTarget& target, ByteView properties, ByteView payload) {
  BatchItem filled;
  WEIR_TRY(fill_draft(*store_, properties, payload, &filled.draft));
  const uint64_t bytes = properties.size() + payload.size();
  if (body_bytes_ + bytes > format::kBatchBytesMax) {
    return Status(Code::kTooLarge,
                  text("the batch would hold ", body_bytes_ + bytes, " bytes of records; at most ",
                       format::kBatchBytesMax, " are allowed"));
  }
  const bool large = bytes >= storage::kPreparedBytesMin && store_->durable();
  if (large) {
    // Straight to its chunk, which counts against the budget from now on: no copy beside it.
    make_room_for_large(bytes);
    WEIR_TRY(store_draft(*store_, &filled.draft));
  } else {
    filled.body_offset = bodies_.size();
    bodies_.reserve(bodies_.size() + bytes);
  }
  WEIR_ASSIGN(BatchItem* const item, add(target));
  if (!large) {
    bodies_.insert(bodies_.end(), properties.begin(), properties.end());
    bodies_.insert(bodies_.end(), payload.begin(), payload.end());
  }
  filled.target = &target;
  filled.appends = true;
  filled.properties_bytes = static_cast<uint32_t>(properties.size());
  filled.payload_bytes = static_cast<uint32_t>(payload.size());
  *item = std::move(filled);
  (large ? held_bytes_ : record_bytes_) += format::record_bytes(bytes);
  body_bytes_ += bytes;
  return item;
}

// Pages out what it can; at worst the batch, which is bounded, comes on top of the budget.
void Batch::make_room_for_large(uint64_t bytes) {
  MutexLock lock(store_->mutex());
  (void)store_->pager().make_room(bytes, 0, 0).ok();
}

void Batch::clear() {
  items_.clear();
  bodies_.clear();
  record_bytes_ = held_bytes_ = body_bytes_ = 0;
  committed_ = false;
}

// The bodies stay where they are from now on.
void Batch::prepare() {
  for (BatchItem& item : items_) {
    if (!item.appends || item.draft.prepared) continue;
    const ByteView body =
        ByteView(bodies_).subspan(item.body_offset, item.properties_bytes + item.payload_bytes);
    item.draft.properties = body.first(item.properties_bytes);
    item.draft.payload = body.subspan(item.properties_bytes);
  }
}

uint64_t Batch::operation_bytes() const {
  uint64_t bytes = 0;
  for (const BatchItem& item : items_) bytes += item.operation_bytes;
  return bytes;
}

Status Batch::check_locked() {
  // First: in a store that has stopped, what a failed commit held is not there any more.
  WEIR_TRY(store_->check_writable_locked());
  bool removes_durable = false;
  bool appends_memory = false;
  std::vector<std::pair<storage::Stream*, uint64_t>> named;
  for (const BatchItem& item : items_) {
    WEIR_TRY(item.target->check_item_locked(item));
    const bool memory = item.target->batch_stream()->kind() == storage::kStreamMemory;
    appends_memory = appends_memory || (item.appends && memory);
    removes_durable = removes_durable || (item.removes && !memory);
    if (item.removes && item.id != 0)
      named.emplace_back(item.target->batch_stream().get(), item.id);
  }
  std::sort(named.begin(), named.end());
  const auto twice = std::adjacent_find(named.begin(), named.end());
  if (twice != named.end()) {
    return {Code::kInvalidArgument, text("the batch acknowledges message ", twice->second, " of ",
                                         quoted(twice->first->name()), " twice")};
  }
  if (store_->durable() && removes_durable && appends_memory) {
    return {Code::kInvalidArgument,
            "a batch that acknowledges or removes what is durable must not write to what is kept "
            "in memory: a crash would lose it"};
  }
  return {};
}

Status Batch::admit_locked(bool sync, int64_t deadline_ns) {
  std::vector<Admission::Part> parts;
  bool appends = false;
  for (const BatchItem& item : items_) {
    const StreamPtr& stream = item.target->batch_stream();
    auto part = std::find_if(parts.begin(), parts.end(),
                             [&](const auto& one) { return *one.stream == stream; });
    if (part == parts.end()) part = parts.insert(part, {&stream, 0});
    part->record_count += item.appends ? 1 : 0;
    appends = appends || item.appends;
  }
  const Pager::Check check = [this] { return check_locked(); };
  Admission admission;
  admission.parts = parts;
  admission.sync = sync;
  admission.deadline_ns = deadline_ns;
  admission.memory_bytes = record_bytes_;
  admission.log_bytes = appends ? record_bytes_ + held_bytes_ + 1 : 0;
  admission.operation_bytes = operation_bytes();
  admission.check = &check;
  return store_->admit_locked(admission);
}

void Batch::settle_locked() {
  for (const BatchItem& item : items_) item.target->begin_settle_locked();
  for (BatchItem& item : items_) {
    item.left_out = false;
    item.target->settle_item_locked(item);
  }
}

// Places for all records, stream by stream in the batch's order, so that nothing below can fail.
Status Batch::reserve_locked() {
  std::vector<storage::Stream*> done;
  for (const BatchItem& first : items_) {
    storage::Stream* stream = first.target->batch_stream().get();
    if (!first.appends || std::find(done.begin(), done.end(), stream) != done.end()) continue;
    done.push_back(stream);
    std::vector<storage::RecordDraft> drafts;
    for (const BatchItem& item : items_) {
      if (item.appends && !item.left_out && item.target->batch_stream().get() == stream)
        drafts.push_back(item.draft);
    }
    if (!stream->reserve(*store_->core().pool, drafts.data(), drafts.size())) {
      for (storage::Stream* other : done) other->unreserve();
      return {Code::kNoMemory, text("no memory for a batch of ", record_bytes_, " bytes")};
    }
  }
  store_->pipeline().reserve_operations(operation_bytes());
  return {};
}

uint64_t Batch::sequence_locked(bool sync) {
  CommitPipeline& pipeline = store_->pipeline();
  for (BatchItem& item : items_) {
    if (item.left_out) continue;
    item.target->sequence_item_locked(pipeline, item);
    if (WEIR_SEEDED_BUG(batch_split)) pipeline.end_commit(sync), (void)pipeline.flush().ok();
  }
  const uint64_t group = pipeline.end_commit(sync);
  for (BatchItem& item : items_) {
    if (!item.left_out) item.target->item_sequenced_locked(item, group);
    item.draft = storage::RecordDraft();
  }
  committed_ = true;
  return group;
}

Status Batch::commit(Durability durability, int64_t timeout_ms, Level* out_level) {
  *out_level = Level::kMemory;
  Store& store = *store_;
  durability = store.resolve(durability);
  if (committed_)
    return {Code::kInvalidArgument, "the batch was committed; clear it before filling it again"};
  if (items_.empty()) return {};
  const bool sync = durability == Durability::kSync;
  const int64_t deadline_ns = timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(timeout_ms);
  prepare();
  MutexLock lock(store.mutex());
  WEIR_TRY(check_locked());
  WEIR_TRY(admit_locked(sync, deadline_ns));
  WEIR_TRY(check_locked());  // the mutex may have been released
  settle_locked();
  WEIR_TRY(reserve_locked());
  const uint64_t group = sequence_locked(sync);
  store.core().pool->budget().notify_if_waited();
  return store.finish_locked(group, durability, out_level);
}

}  // namespace weir::store
