// Batch: changes of any number of queues that commit together.
#include <algorithm>

#include "base/seeded_bug.h"
#include "engine/queue/draft.h"
#include "engine/queue/queue.h"
#include "engine/queue/state.h"

namespace weir::queue {

namespace {
constexpr size_t kOperationBytes = 64;
}

Status Batch::push(Handle& queue, ByteView payload, const PushOptions& options) {
  if (committed_)
    return {Code::kInvalidArgument, "the batch was committed; clear it before filling it again"};
  if (queue.store_ != store_)
    return {Code::kInvalidArgument, "the queue belongs to another store than the batch"};
  WEIR_ASSIGN(const std::vector<uint8_t> properties, encode_options(options));
  Item item;
  item.handle = &queue;
  item.is_push = true;
  item.body_offset = bodies_.size();
  item.properties_bytes = static_cast<uint32_t>(properties.size());
  item.payload_bytes = static_cast<uint32_t>(payload.size());
  item.producer_id = options.producer_id;
  item.producer_sequence = options.producer_sequence;
  WEIR_TRY(fill_draft(*store_, properties, payload, &item.draft));
  const uint64_t bytes = properties.size() + payload.size();
  if (body_bytes_ + bytes > format::kBatchBytesMax) {
    return {Code::kTooLarge,
            text("the batch would hold ", body_bytes_ + bytes, " bytes of messages; at most ",
                 format::kBatchBytesMax, " are allowed")};
  }
  items_.reserve(items_.size() + 1);
  if (bytes >= storage::kPreparedBytesMin && store_->durable()) {
    // Straight to its chunk, which counts against the budget from now on: no copy beside it.
    make_room_for_large(bytes);
    WEIR_TRY(store_draft(*store_, &item.draft));
    held_bytes_ += format::record_bytes(bytes);
    body_bytes_ += bytes;
    items_.push_back(std::move(item));
    return {};
  }
  bodies_.insert(bodies_.end(), properties.begin(), properties.end());
  bodies_.insert(bodies_.end(), payload.begin(), payload.end());
  record_bytes_ += format::record_bytes(bytes);
  body_bytes_ += bytes;
  items_.push_back(std::move(item));
  return {};
}

// Pages out what it can; at worst the batch, which is bounded, comes on top of the budget.
void Batch::make_room_for_large(uint64_t bytes) {
  MutexLock lock(store_->mutex());
  (void)store_->pager().make_room(bytes, 0, 0).ok();
}

Status Batch::ack(Handle& queue, uint64_t id) {
  if (committed_)
    return {Code::kInvalidArgument, "the batch was committed; clear it before filling it again"};
  if (queue.store_ != store_)
    return {Code::kInvalidArgument, "the queue belongs to another store than the batch"};
  Item item;
  item.handle = &queue;
  item.id = id;
  items_.push_back(std::move(item));
  return {};
}

void Batch::clear() {
  items_.clear();
  bodies_.clear();
  record_bytes_ = held_bytes_ = body_bytes_ = 0;
  committed_ = false;
}

// The bodies stay where they are from now on.
void Batch::prepare() {
  for (Item& item : items_) {
    if (!item.is_push) continue;
    if (item.draft.prepared) continue;
    const ByteView body =
        ByteView(bodies_).subspan(item.body_offset, item.properties_bytes + item.payload_bytes);
    item.draft.properties = body.first(item.properties_bytes);
    item.draft.payload = body.subspan(item.properties_bytes);
  }
}

Status Batch::check_locked() {
  // First: in a store that has stopped, what a failed commit held is not there any more.
  WEIR_TRY(store_->check_writable_locked());
  bool acks_durable = false;
  bool pushes_memory = false;
  std::vector<std::pair<storage::Stream*, uint64_t>> acks;
  for (const Item& item : items_) {
    WEIR_TRY(item.handle->check_open_locked());
    storage::Stream& stream = *item.handle->stream_;
    const bool memory = stream.kind() == storage::kStreamMemory;
    if (item.is_push) {
      pushes_memory = pushes_memory || memory;
      continue;
    }
    acks_durable = acks_durable || !memory;
    if (!item.handle->state_->may_acknowledge(item.id)) return Code::kNotFound;
    acks.emplace_back(&stream, item.id);
  }
  std::sort(acks.begin(), acks.end());
  const auto twice = std::adjacent_find(acks.begin(), acks.end());
  if (twice != acks.end()) {
    return {Code::kInvalidArgument,
            text("the batch acknowledges message ", twice->second, " twice")};
  }
  if (store_->durable() && acks_durable && pushes_memory) {
    return {Code::kInvalidArgument,
            "a batch that acknowledges durable messages must not push to a memory queue: a crash "
            "would lose the message"};
  }
  return {};
}

Status Batch::admit_locked(bool sync, int64_t deadline_ns) {
  store::Store& store = *store_;
  std::vector<std::pair<store::StreamPtr, uint64_t>> pushes;
  bool logs = false;
  for (const Item& item : items_) {
    const store::StreamPtr& stream = item.handle->stream_;
    logs = logs || (store.durable() && stream->kind() == storage::kStreamDurable);
    if (!item.is_push) continue;
    const auto known = std::find_if(pushes.begin(), pushes.end(),
                                    [&](const auto& one) { return one.first == stream; });
    if (known == pushes.end()) {
      pushes.emplace_back(stream, 1);
    } else {
      ++known->second;
    }
  }
  for (uint64_t group = 0; group != store.pipeline().open_group();) {
    group = store.pipeline().open_group();
    if (logs) {
      WEIR_TRY(store.pipeline().ensure_ack_room(items_.size() * 4 * kOperationBytes));
    }
    WEIR_TRY(store.pager().make_room(record_bytes_,
                                     logs && !pushes.empty() ? record_bytes_ + held_bytes_ + 1 : 0,
                                     deadline_ns, [this] { return check_locked(); }));
    if (!sync && logs) WEIR_TRY(store.pipeline().wait_async_room());
    for (const auto& [stream, count] : pushes) {
      const bool confirmed_first = sync && logs && stream->kind() == storage::kStreamDurable;
      if (!confirmed_first) WEIR_TRY(store.reserve_ids_locked(stream, count));
    }
  }
  return {};
}

void Batch::leave_out_duplicates_locked() {
  std::vector<std::pair<std::pair<QueueState*, uint64_t>, uint64_t>>
      seen;  // producers of this batch
  for (Item& item : items_) {
    item.left_out = false;
    if (!item.is_push || item.producer_id == 0) continue;
    const std::pair<QueueState*, uint64_t> key(item.handle->state_, item.producer_id);
    auto known =
        std::find_if(seen.begin(), seen.end(), [&](const auto& one) { return one.first == key; });
    if (known == seen.end()) {
      const Producer* producer = item.handle->state_->find_producer(item.producer_id);
      seen.emplace_back(key, producer == nullptr ? 0 : producer->sequence);
      known = seen.end() - 1;
    }
    item.left_out = item.producer_sequence <= known->second;
    known->second = std::max(known->second, item.producer_sequence);
    if (item.left_out) ++item.handle->state_->counted.duplicate_count;
  }
}

// Places for all records, stream by stream in the batch's order, so that nothing below can fail.
Status Batch::reserve_locked() {
  std::vector<storage::Stream*> done;
  for (const Item& first : items_) {
    storage::Stream* stream = first.handle->stream_.get();
    if (!first.is_push || std::find(done.begin(), done.end(), stream) != done.end()) continue;
    done.push_back(stream);
    std::vector<storage::RecordDraft> drafts;
    for (const Item& item : items_) {
      if (item.is_push && !item.left_out && item.handle->stream_.get() == stream)
        drafts.push_back(item.draft);
    }
    if (!stream->reserve(*store_->core().pool, drafts.data(), drafts.size())) {
      for (storage::Stream* other : done) other->unreserve();
      return {Code::kNoMemory, text("no memory for a batch of ", record_bytes_, " bytes")};
    }
  }
  store_->pipeline().reserve_operations(items_.size() * 4 * kOperationBytes);
  return {};
}

void Batch::sequence_locked(uint64_t* group, bool sync) {
  store::CommitPipeline& pipeline = store_->pipeline();
  for (Item& item : items_) {
    QueueState& state = *item.handle->state_;
    const store::StreamPtr& stream = item.handle->stream_;
    if (!item.is_push) {
      state.delivery.remove(item.id);
      state.forget_count(item.id);
      state.counted.ack_count += pipeline.mark_dead(stream, item.id, item.id);
      continue;
    }
    if (item.left_out) continue;
    item.id = pipeline.append(stream, item.draft);
    if (WEIR_SEEDED_BUG(batch_split)) pipeline.end_commit(sync), (void)pipeline.flush().ok();
    ++state.counted.push_count;
    if (item.producer_id != 0)
      state.set_producer(item.producer_id, item.producer_sequence, item.id);
  }
  *group = pipeline.end_commit(sync);
  for (Item& item : items_) {
    if (item.is_push && item.producer_id != 0 && !item.left_out) {
      item.handle->state_->set_producer_group(item.producer_id, *group);
    }
    item.draft = storage::RecordDraft();
  }
  committed_ = true;
}

Status Batch::commit(store::Durability durability, int64_t timeout_ms, store::Level* out_level) {
  *out_level = store::Level::kMemory;
  store::Store& store = *store_;
  durability = store.resolve(durability);
  if (committed_)
    return {Code::kInvalidArgument, "the batch was committed; clear it before filling it again"};
  if (items_.empty()) return {};
  const bool sync = durability == store::Durability::kSync;
  const int64_t deadline_ns = timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(timeout_ms);
  prepare();
  MutexLock lock(store.mutex());
  WEIR_TRY(check_locked());
  WEIR_TRY(admit_locked(sync, deadline_ns));
  WEIR_TRY(check_locked());  // the mutex may have been released
  leave_out_duplicates_locked();
  WEIR_TRY(reserve_locked());
  uint64_t group = 0;
  sequence_locked(&group, sync);
  store.core().pool->budget().notify_if_waited();
  return store.finish_locked(group, durability, out_level);
}

}  // namespace weir::queue
