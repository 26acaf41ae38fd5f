#include "engine/queue/queue.h"

#include <algorithm>
#include <new>

#include "engine/queue/properties.h"
#include "engine/queue/state.h"
#include "store/draft.h"

namespace weir::queue {

namespace {

// An operation frame's share of one acknowledgement, fact and so on: for reserving memory before anything changes.
constexpr size_t kOperationBytes = 64;
constexpr size_t kDraftsKept = 4096;  // per thread, for the next push_many

}  // namespace

// --- opening, dropping, listing ---

Result<std::unique_ptr<Handle>> Handle::open(std::shared_ptr<store::Store> store,
                                             std::string_view name, const OpenOptions& options) {
  MutexLock lock(store->mutex());
  store::StreamPtr stream = store->find_stream_locked(kEngineQueue, name);
  if (!stream) {
    if (!options.create) return Code::kNotFound;
    WEIR_ASSIGN(stream, store->create_stream_locked(kEngineQueue,
                                                    static_cast<uint8_t>(options.kind), name));
  } else {
    const auto kind = static_cast<Kind>(stream->kind());
    // In a mem: store every queue is a memory queue, whatever was asked for.
    if (kind != options.kind && !options.existing_kind && store->durable()) {
      return Status(Code::kExists, text("queue ", weir::quoted(name), " exists and is ",
                                        kind == Kind::kDurable ? "durable" : "a memory queue"));
    }
    WEIR_TRY(store->wait_created_locked(stream));
    if (stream->dropped) return Code::kNotFound;
  }
  QueueState* state = QueueState::of(*store, stream);
  const uint64_t owner = state->next_owner++;
  return std::unique_ptr<Handle>(new Handle(std::move(store), std::move(stream), state, owner));
}

Handle::~Handle() {
  MutexLock lock(store_->mutex());
  closed_ = true;
  if (stream_->dropped) return;
  for (const uint64_t number : state_->delivery.owned_by(owner_))
    state_->delivery.give_back(number, 0);
  state_->on_change_locked();
}

Status drop(store::Store& store, std::string_view name) {
  MutexLock lock(store.mutex());
  const store::StreamPtr stream = store.find_stream_locked(kEngineQueue, name);
  if (!stream) return Code::kNotFound;
  return store.drop_stream_locked(stream);
}

Result<std::vector<std::string>> list(store::Store& store) {
  std::vector<std::string> names;
  MutexLock lock(store.mutex());
  for (const store::StreamPtr& stream : store.streams_of_locked(kEngineQueue))
    names.push_back(stream->name());
  std::sort(names.begin(), names.end());
  return names;
}

Status Handle::check_open_locked() const {
  if (closed_) return {Code::kClosed, "the queue handle was closed"};
  if (stream_->dropped)
    return {Code::kClosed, text("queue ", weir::quoted(stream_->name()), " was dropped")};
  return {};
}

std::function<Status()> Handle::still_wanted_locked() const {
  return [this, interrupts_seen = interrupt_count_]() -> Status {
    WEIR_TRY(check_open_locked());
    return interrupt_count_ == interrupts_seen ? Status() : Status(Code::kInterrupted);
  };
}

std::function<Status()> Handle::still_wanted() const {
  MutexLock lock(store_->mutex());
  return still_wanted_locked();
}

void Handle::interrupt() {
  MutexLock lock(store_->mutex());
  ++interrupt_count_;
  state_->wake_all_locked();
  store_->core().pool->budget().notify_change();
}

void Handle::shutdown() {
  MutexLock lock(store_->mutex());
  closed_ = true;
  state_->wake_all_locked();
  store_->core().pool->budget().notify_change();
}

// --- push ---

Status Handle::push(ByteView payload, const PushOptions& options, PushResult* out) {
  WEIR_ASSIGN(const std::vector<uint8_t> properties, encode_options(options));
  const bool prepared = payload.size() + properties.size() >= storage::kPreparedBytesMin;
  storage::RecordDraft one;
  WEIR_TRY(store::fill_draft(*store_, properties, payload, &one));
  if (prepared)
    WEIR_TRY(store::prepare_draft(*store_, stream_, options.timeout_ms, still_wanted(), &one));
  // A vector of one that is kept per thread, so that a push allocates nothing.
  thread_local std::vector<storage::RecordDraft> drafts;
  drafts.clear();
  drafts.push_back(std::move(one));
  Status status = push_drafts(drafts, options, out);
  drafts.clear();
  return status;
}

Status Handle::push_many(ByteView data, std::span<const uint32_t> sizes, const PushOptions& options,
                         PushResult* out) {
  *out = PushResult();
  if (sizes.empty()) return {};
  WEIR_ASSIGN(const std::vector<uint8_t> properties, encode_options(options));
  thread_local std::vector<storage::RecordDraft> drafts;
  drafts.clear();
  drafts.resize(sizes.size());
  size_t offset = 0;
  Status status;
  for (size_t i = 0; i < sizes.size() && status.ok(); ++i) {
    status = store::fill_draft(*store_, properties, data.subspan(offset, sizes[i]), &drafts[i]);
    offset += sizes[i];
    if (status.ok() && drafts[i].body_bytes() >= storage::kPreparedBytesMin) {
      status =
          store::prepare_draft(*store_, stream_, options.timeout_ms, still_wanted(), &drafts[i]);
    }
  }
  if (status.ok()) status = push_drafts(drafts, options, out);
  drafts.clear();
  if (drafts.capacity() > kDraftsKept) drafts.shrink_to_fit();
  return status;
}

Status Handle::push_drafts(std::vector<storage::RecordDraft>& drafts, const PushOptions& options,
                           PushResult* out) {
  store::Store& store = *store_;
  const bool sync = store.resolve(options.durability) == store::Durability::kSync;
  const bool logs = store.durable() && stream_->kind() == storage::kStreamDurable;
  const int64_t deadline_ns =
      options.timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(options.timeout_ms);
  uint64_t bytes = 0;
  uint64_t prepared_bytes = 0;  // have their chunks already
  for (const storage::RecordDraft& draft : drafts) {
    (draft.prepared ? prepared_bytes : bytes) += format::record_bytes(draft.body_bytes());
  }
  MutexLock lock(store.mutex());
  const store::Pager::Check still_wanted = still_wanted_locked();
  const store::Admission::Part part{&stream_, drafts.size()};
  store::Admission admission;
  admission.parts = {&part, 1};
  admission.sync = sync;
  admission.deadline_ns = deadline_ns;
  admission.memory_bytes = bytes;
  admission.log_bytes = bytes + prepared_bytes;
  admission.check = &still_wanted;
  WEIR_TRY(store.admit_locked(admission));
  WEIR_TRY(check_open_locked());
  size_t skipped = 0;
  Producer* producer =
      options.producer_id == 0 ? nullptr : state_->find_producer(options.producer_id);
  if (producer != nullptr && producer->sequence >= options.producer_sequence) {
    skipped = std::min<uint64_t>(drafts.size(), producer->sequence - options.producer_sequence + 1);
  }
  out->duplicate_count = skipped;
  state_->counted.duplicate_count += skipped;
  const store::Durability durability = sync ? store::Durability::kSync : store::Durability::kAsync;
  if (skipped == drafts.size()) {
    WEIR_TRY(
        store.finish_locked(logs ? std::max<uint64_t>(producer->group, stream_->created_group) : 0,
                            durability, &out->level));
    return Code::kDuplicate;
  }
  if (!stream_->reserve(*store.core().pool, drafts.data() + skipped, drafts.size() - skipped)) {
    return {Code::kNoMemory, text("no memory for messages of ", bytes, " bytes")};
  }
  store.pipeline().reserve_operations(4 * kOperationBytes);
  out->count = drafts.size() - skipped;
  out->id = stream_->next_number();
  for (size_t i = skipped; i < drafts.size(); ++i) store.pipeline().append(stream_, drafts[i]);
  if (options.producer_id != 0) {
    state_->set_producer(options.producer_id, options.producer_sequence + drafts.size() - 1,
                         stream_->next_number() - 1);
  }
  const uint64_t group = store.pipeline().end_commit(sync);
  if (options.producer_id != 0) state_->set_producer_group(options.producer_id, group);
  state_->counted.push_count += out->count;
  return store.finish_locked(group, durability, &out->level);
}

Status Handle::producer_sequence(uint64_t producer_id, uint64_t* out_sequence) {
  *out_sequence = 0;
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  const Producer* producer = state_->find_producer(producer_id);
  if (producer == nullptr) return Code::kNotFound;
  const uint64_t sequence = producer->sequence;
  if (producer->group != 0) WEIR_TRY(store_->pipeline().wait(producer->group));
  *out_sequence = sequence;
  return {};
}

// --- ack, nack, extend, purge ---

Status Handle::ack(std::span<const uint64_t> ids, store::Durability durability, uint64_t* out_count,
                   store::Level* out_level) {
  *out_count = 0;
  *out_level = store::Level::kMemory;
  store::Store& store = *store_;
  durability = store.resolve(durability);
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  WEIR_TRY(store.pipeline().ensure_ack_room(ids.size() * 2 * kOperationBytes));
  WEIR_TRY(check_open_locked());
  store.pipeline().reserve_operations(ids.size() * 2 * kOperationBytes);
  uint64_t count = 0;
  for (size_t i = 0; i < ids.size();) {
    // A run of ascending ids is one operation.
    size_t end = i;
    while (end < ids.size() && ids[end] == ids[i] + (end - i) &&
           state_->may_acknowledge(ids[end])) {
      state_->delivery.remove(ids[end]);
      state_->forget_count(ids[end]);
      ++end;
    }
    if (end > i) count += store.pipeline().mark_dead(stream_, ids[i], ids[end - 1]);
    i = std::max(end, i + 1);
  }
  if (count == 0) return Code::kNotFound;
  state_->counted.ack_count += count;
  *out_count = count;
  const uint64_t group = store.pipeline().end_commit(durability == store::Durability::kSync);
  store.core().pool->budget().notify_if_waited();
  return store.finish_locked(group, durability, out_level);
}

Status Handle::nack(uint64_t id, int64_t delay_ms) {
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  WEIR_TRY(store.pipeline().ensure_ack_room(kOperationBytes));
  WEIR_TRY(check_open_locked());
  const InFlight* entry = state_->delivery.in_flight(id);
  if (entry == nullptr) return Code::kNotFound;
  const int64_t delay_ns = delay_ms * env::kNanosecondsPerMillisecond;
  if (delay_ms > 0) {
    state_->log_count(id, entry->count, store.clock().wall_ns() + delay_ns);
    store.pipeline().end_commit(false);
  }
  state_->delivery.give_back(id, delay_ms > 0 ? store.clock().monotonic_ns() + delay_ns : 0);
  ++state_->counted.nack_count;
  // A delayed message changes how long waiting callers may sleep.
  delay_ms > 0 ? state_->wake_all_locked() : state_->on_change_locked();
  return {};
}

Status Handle::extend(uint64_t id, int64_t lease_ms) {
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  const int64_t now = store.clock().monotonic_ns();
  state_->expire_locked(now);
  if (state_->delivery.in_flight(id) == nullptr) return Code::kNotFound;
  state_->delivery.set_lease(id,
                             lease_ms == 0 ? 0 : now + lease_ms * env::kNanosecondsPerMillisecond);
  state_->wake_all_locked();
  return {};
}

Status Handle::purge(uint64_t* out_count) {
  *out_count = 0;
  store::Store& store = *store_;
  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  WEIR_TRY(store.check_writable_locked());
  const size_t kept_count = state_->delivery.in_flight_count() + stream_->facts.size() + 2;
  WEIR_TRY(store.pipeline().ensure_ack_room(kept_count * kOperationBytes));
  WEIR_TRY(check_open_locked());
  // A lease that ran out makes its message ready, whether somebody has noticed or not.
  state_->counted.lease_expiry_count += state_->delivery.expire(store.clock().monotonic_ns());
  std::vector<uint64_t> kept = state_->delivery.all_in_flight();
  const uint64_t bound = stream_->visible_next;
  kept.push_back(bound);
  store.pipeline().reserve_operations((kept.size() + stream_->facts.size()) * kOperationBytes);
  uint64_t from = stream_->floor();
  for (const uint64_t number : kept) {
    if (number > from) *out_count += store.pipeline().mark_dead(stream_, from, number - 1);
    from = number + 1;
  }
  try {
    state_->delivery.purge_below(bound);
    state_->forget_dead_counts();
  } catch (const std::bad_alloc&) {
    // The messages are gone; what is remembered of them is never asked for.
  }
  const uint64_t group = store.pipeline().end_commit(true);
  store.core().pool->budget().notify_if_waited();
  store::Level level = store::Level::kMemory;
  return store.finish_locked(group, store::Durability::kSync, &level);
}

Status Handle::stats(Statistics* out) {
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  if (state_->delivery.has_timers()) state_->expire_locked(store_->clock().monotonic_ns());
  *out = state_->counted;
  out->kind = static_cast<Kind>(stream_->kind());
  out->ready_count = state_->ready_count();
  out->delayed_count = state_->delivery.delayed_count();
  out->in_flight_count = state_->delivery.in_flight_count() + stream_->unpublished_dead;
  out->message_count = out->ready_count + out->delayed_count + out->in_flight_count;
  out->memory_bytes = stream_->memory_bytes();
  out->disk_bytes = stream_->disk_bytes();
  out->first_id = stream_->floor();
  out->next_id = stream_->next_number();
  return {};
}

}  // namespace weir::queue
