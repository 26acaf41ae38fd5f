// Changes of a collection handle: put, insert, remove, alone and in batches.
#include <algorithm>

#include "engine/cache/collection.h"
#include "engine/cache/content.h"
#include "engine/cache/state.h"
#include "store/draft.h"

namespace weir::cache {

namespace {

// What a change takes in the log beside its record, and what sweeping a few documents that are due does.
constexpr size_t kOperationBytes = 128;
constexpr size_t kSweepPerChange = 16;

constexpr uint8_t kPut = 1;
constexpr uint8_t kRemove = 2;

Status check_key(std::string_view key) {
  if (!key.empty() && key.size() <= format::kDocumentKeyBytesMax) return {};
  return {key.empty() ? Code::kInvalidArgument : Code::kTooLarge,
          text("a key has ", uint64_t{key.size()}, " bytes; it has from 1 to ",
               uint64_t{format::kDocumentKeyBytesMax})};
}

format::DocumentProperties properties_of(std::string_view key, const PutOptions& options,
                                         int64_t expires_at_ns) {
  format::DocumentProperties properties;
  properties.form =
      options.is_json ? format::DocumentForm::kDocument : format::DocumentForm::kBytes;
  properties.key = key;
  if (!options.is_json) properties.content_type = options.content_type;
  properties.expires_at_ns = expires_at_ns;
  return properties;
}

// The time to live is told by expiry and time: both by the same clock. An update keeps the expiry that there is.
void set_time(const PutOptions& options, int64_t expires_at_ns, int64_t now_ns,
              storage::RecordDraft* draft) {
  if (expires_at_ns == 0) return;
  const int64_t ttl_ns = options.ttl_ms * env::kNanosecondsPerMillisecond;
  draft->time_ns = ttl_ns == 0 ? now_ns : expires_at_ns - ttl_ns;
}

Status check_many(size_t count) {
  if (count >= 1 && count <= kManyCountMax) return {};
  return {Code::kInvalidArgument, text("a batch has ", uint64_t{count}, " keys; it has from 1 to ",
                                       uint64_t{kManyCountMax})};
}

Status check_distinct(std::vector<std::string_view> keys) {
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return {};
  return {Code::kInvalidArgument, text("key ", weir::quoted(*twice), " is in the batch twice")};
}

}  // namespace

// --- what has to be there ---

// 0: none, or one that is due.
uint64_t Handle::find_live_locked(const Hash128& hash) const {
  const uint64_t version = state_->find_newest(hash);
  return version != 0 && state_->is_due(version) ? 0 : version;
}

Status Handle::check_put_locked(const Hash128& hash, PutMode mode,
                                uint64_t expected_version) const {
  if (mode == PutMode::kUpsert && expected_version == 0) return {};
  const uint64_t version = find_live_locked(hash);
  if (mode == PutMode::kInsert && version != 0) return Code::kConflict;
  if (mode == PutMode::kReplace && version == 0) return Code::kNotFound;
  if (expected_version != 0 && version == 0) return Code::kNotFound;
  if (expected_version != 0 && version != expected_version) return Code::kConflict;
  return {};
}

Status Handle::check_remove_locked(const Hash128& hash, uint64_t expected_version) const {
  const uint64_t version = find_live_locked(hash);
  if (version == 0) return Code::kNotFound;
  if (expected_version != 0 && version != expected_version) return Code::kConflict;
  return {};
}

int64_t Handle::expiry_of(const PutOptions& options) const {
  return options.ttl_ms == 0 ? 0
                             : state_->now_ns() + options.ttl_ms * env::kNanosecondsPerMillisecond;
}

// --- put ---

Status Handle::put(std::string_view key, ByteView payload, const PutOptions& options,
                   PutResult* out) {
  *out = PutResult();
  if (options.is_json) {
    WEIR_ASSIGN(payload, stored_form(as_text(payload), store_->options().record_bytes_max));
  }
  return put_stored(properties_of(key, options, expiry_of(options)), payload, options, out);
}

Status Handle::put_stored(const format::DocumentProperties& properties, ByteView payload,
                          const PutOptions& options, PutResult* out) {
  thread_local std::vector<uint8_t> encoded;
  WEIR_TRY(check_key(properties.key));
  format::encode_document_properties(properties, &encoded);
  storage::RecordDraft draft;
  WEIR_TRY(store::fill_draft(*store_, encoded, payload, &draft));
  set_time(options, properties.expires_at_ns, state_->now_ns(), &draft);
  if (draft.body_bytes() >= storage::kPreparedBytesMin) {
    const store::Pager::Check still_open = [this] { return check_open_locked(); };
    WEIR_TRY(store::prepare_draft(*store_, stream_, options.timeout_ms, still_open, &draft));
  }
  return put_draft(state_->hash(properties.key), draft, options, properties.expires_at_ns, out);
}

Status Handle::put_draft(const Hash128& hash, storage::RecordDraft& draft,
                         const PutOptions& options, int64_t expires_at_ns, PutResult* out) {
  store::Store& store = *store_;
  const store::Durability durability = store.resolve(options.durability);
  const uint64_t record_bytes = format::record_bytes(draft.body_bytes());
  const store::Pager::Check still_open = [this] { return check_open_locked(); };
  const store::Admission::Part part{&stream_, 1};
  store::Admission admission;
  admission.parts = {&part, 1};
  admission.sync = durability == store::Durability::kSync;
  admission.deadline_ns =
      options.timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(options.timeout_ms);
  admission.memory_bytes = draft.prepared ? 0 : record_bytes;
  admission.log_bytes = record_bytes;
  admission.operation_bytes = kOperationBytes;
  admission.check = &still_open;
  MutexLock lock(store.mutex());
  WEIR_TRY(enter_locked());
  if (state_->has_expiries()) WEIR_TRY(state_->sweep_locked(stream_, kSweepPerChange));
  WEIR_TRY(check_put_locked(hash, options.mode, options.expected_version));
  WEIR_TRY(store.admit_locked(admission));
  WEIR_TRY(check_open_locked());
  WEIR_TRY(check_put_locked(hash, options.mode, options.expected_version));
  state_->reserve(hash, 1);
  if (!stream_->reserve(*store.core().pool, &draft, 1))
    return {Code::kNoMemory, text("no memory for a document of ", draft.body_bytes(), " bytes")};
  store.pipeline().reserve_operations(kOperationBytes);
  state_->index_locked(stream_->next_number(), draft.properties, draft.payload);
  out->version = store.pipeline().append(stream_, draft);
  state_->set_newest(stream_, hash, out->version, expires_at_ns == 0 ? env::kNever : expires_at_ns);
  const uint64_t group = store.pipeline().end_commit(admission.sync);
  state_->note_group(group);
  ++state_->counted.put_count;
  out->count = 1;
  return store.finish_locked(group, durability, &out->level);
}

Status Handle::insert(ByteView payload, const PutOptions& options, PutResult* out) {
  PutOptions under_new_key = options;
  under_new_key.mode = PutMode::kInsert;
  under_new_key.expected_version = 0;
  while (true) {
    uint64_t key = 0;
    {
      MutexLock lock(store_->mutex());
      WEIR_TRY(enter_locked());
      WEIR_TRY(store_->check_writable_locked());
      WEIR_TRY(state_->take_key_locked(stream_, &key));
    }
    const Status status = put(to_text(key), payload, under_new_key, out);
    // Somebody put a document under just this key meanwhile: the next one.
    if (status.code() == Code::kConflict) continue;
    out->generated_key = status.ok() ? key : 0;
    return status;
  }
}

Status Handle::read_newest(std::string_view key, uint64_t expected_version, Documents* into) {
  into->clear();
  const Hash128 hash = state_->hash(key);
  MutexLock lock(store_->mutex());
  WEIR_TRY(enter_locked());
  while (true) {
    state_->expire_locked();
    const uint64_t version = find_live_locked(hash);
    if (version == 0) return Code::kNotFound;
    if (expected_version != 0 && version != expected_version) return Code::kConflict;
    storage::Chunk* chunk = nullptr;
    if (const uint8_t* record = stream_->find_in_memory(version, &chunk); record != nullptr)
      return into->add(record, chunk);
    WEIR_TRY(store_->pager().load(stream_, version));
    WEIR_TRY(check_open_locked());
  }
}

Status Handle::update(std::string_view key, std::string_view patch, const PutOptions& options,
                      PutResult* out) {
  *out = PutResult();
  while (true) {
    Documents current;
    WEIR_TRY(read_newest(key, options.expected_version, &current));
    const Document& found = current.at(0);
    if (found.form != format::DocumentForm::kDocument) {
      return {Code::kInvalidArgument,
              text("document ", weir::quoted(key), " is bytes; only JSON has fields to update")};
    }
    WEIR_ASSIGN(const ByteView changed,
                patched(found.payload, patch, store_->options().record_bytes_max));
    PutOptions over_this = options;
    over_this.is_json = true;
    over_this.mode = PutMode::kReplace;
    over_this.expected_version = found.version;
    const int64_t expires_at_ns = options.ttl_ms == 0 ? found.expires_at_ns : expiry_of(options);
    const Status status =
        put_stored(properties_of(key, over_this, expires_at_ns), changed, over_this, out);
    // Somebody was faster: once more, over his.
    if (status.code() == Code::kConflict && options.expected_version == 0) continue;
    return status;
  }
}

Status Handle::put_many(std::span<const Item> items, const PutOptions& options, PutResult* out) {
  *out = PutResult();
  WEIR_TRY(check_many(items.size()));
  std::vector<std::string_view> keys;
  keys.reserve(items.size());
  for (const Item& item : items) keys.push_back(item.key);
  WEIR_TRY(check_distinct(std::move(keys)));
  store::Batch batch(store_);
  for (const Item& item : items) WEIR_TRY(add_put(batch, item.key, item.payload, options));
  WEIR_TRY(ensure_loaded());
  const Status status = batch.commit(options.durability, options.timeout_ms, &out->level);
  if (!status.ok()) return status;
  out->count = items.size();
  out->version = batch.id_at(items.size() - 1);
  return {};
}

// --- remove ---

Status Handle::remove(std::string_view key, const RemoveOptions& options, store::Level* out_level) {
  *out_level = store::Level::kMemory;
  store::Store& store = *store_;
  const store::Durability durability = store.resolve(options.durability);
  const Hash128 hash = state_->hash(key);
  MutexLock lock(store.mutex());
  WEIR_TRY(enter_locked());
  WEIR_TRY(store.check_writable_locked());
  if (state_->has_expiries()) WEIR_TRY(state_->sweep_locked(stream_, kSweepPerChange));
  WEIR_TRY(store.pipeline().ensure_ack_room(kOperationBytes));
  WEIR_TRY(check_open_locked());
  WEIR_TRY(check_remove_locked(hash, options.expected_version));
  store.pipeline().reserve_operations(kOperationBytes);
  state_->reserve(hash, 1);
  state_->remove_newest(stream_, hash);
  ++state_->counted.remove_count;
  const uint64_t group = store.pipeline().end_commit(durability == store::Durability::kSync);
  state_->note_group(group);
  store.core().pool->budget().notify_if_waited();
  return store.finish_locked(group, durability, out_level);
}

Status Handle::remove_many(std::span<const std::string_view> keys, store::Durability durability,
                           uint64_t* out_count, store::Level* out_level) {
  *out_count = 0;
  *out_level = store::Level::kMemory;
  store::Store& store = *store_;
  durability = store.resolve(durability);
  WEIR_TRY(check_many(keys.size()));
  std::vector<Hash128> hashes;
  hashes.reserve(keys.size());
  for (const std::string_view key : keys) hashes.push_back(state_->hash(key));
  MutexLock lock(store.mutex());
  WEIR_TRY(enter_locked());
  WEIR_TRY(store.check_writable_locked());
  if (state_->has_expiries()) WEIR_TRY(state_->sweep_locked(stream_, kSweepPerChange));
  WEIR_TRY(store.pipeline().ensure_ack_room(keys.size() * kOperationBytes));
  WEIR_TRY(check_open_locked());
  store.pipeline().reserve_operations(keys.size() * kOperationBytes);
  for (const Hash128& hash : hashes) state_->reserve(hash, keys.size());
  for (const Hash128& hash : hashes) {
    if (!check_remove_locked(hash, 0).ok()) continue;
    state_->remove_newest(stream_, hash);
    ++*out_count;
  }
  if (*out_count == 0) return Code::kNotFound;
  state_->counted.remove_count += *out_count;
  const uint64_t group = store.pipeline().end_commit(durability == store::Durability::kSync);
  state_->note_group(group);
  store.core().pool->budget().notify_if_waited();
  return store.finish_locked(group, durability, out_level);
}

// --- in a batch ---

Status Handle::ensure_loaded() {
  MutexLock lock(store_->mutex());
  return enter_locked();
}

Status Handle::add_put(store::Batch& batch, std::string_view key, ByteView payload,
                       const PutOptions& options) {
  const int64_t expires_at_ns = expiry_of(options);
  WEIR_TRY(check_key(key));
  if (options.is_json) {
    WEIR_ASSIGN(payload, stored_form(as_text(payload), store_->options().record_bytes_max));
  }
  std::vector<uint8_t> properties;
  format::encode_document_properties(properties_of(key, options, expires_at_ns), &properties);
  WEIR_TRY(ensure_loaded());
  WEIR_ASSIGN(store::BatchItem* const item, batch.add_record(*this, properties, payload));
  set_time(options, expires_at_ns, state_->now_ns(), &item->draft);
  item->verb = kPut;
  item->key = key;
  item->mode = static_cast<uint8_t>(options.mode);
  item->arguments[0] = options.expected_version;
  item->arguments[1] = static_cast<uint64_t>(expires_at_ns);
  item->operation_bytes = kOperationBytes;
  return {};
}

Status Handle::add_remove(store::Batch& batch, std::string_view key, const RemoveOptions& options) {
  WEIR_TRY(ensure_loaded());
  WEIR_ASSIGN(store::BatchItem* const item, batch.add(*this));
  item->verb = kRemove;
  item->removes = true;
  item->key = key;
  item->arguments[0] = options.expected_version;
  item->operation_bytes = kOperationBytes;
  return {};
}

Status Handle::check_item_locked(const store::BatchItem& item) {
  WEIR_TRY(check_open_locked());
  state_->expire_locked();
  const Hash128 hash = state_->hash(item.key);
  return item.verb == kPut
             ? check_put_locked(hash, static_cast<PutMode>(item.mode), item.arguments[0])
             : check_remove_locked(hash, item.arguments[0]);
}

void Handle::settle_item_locked(store::BatchItem& item) {
  state_->reserve(state_->hash(item.key), kManyCountMax);
}

void Handle::sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) {
  const Hash128 hash = state_->hash(item.key);
  if (item.verb == kRemove) {
    state_->remove_newest(stream_, hash);
    ++state_->counted.remove_count;
    return;
  }
  const uint8_t* body =
      item.draft.prepared ? item.draft.prepared->data + format::kRecordHeaderBytes : nullptr;
  const ByteView properties =
      body == nullptr ? item.draft.properties : ByteView(body, item.properties_bytes);
  const ByteView payload = body == nullptr
                               ? item.draft.payload
                               : ByteView(body + item.properties_bytes, item.payload_bytes);
  state_->index_locked(stream_->next_number(), properties, payload);
  item.id = pipeline.append(stream_, item.draft);
  const auto expires_at_ns = static_cast<int64_t>(item.arguments[1]);
  state_->set_newest(stream_, hash, item.id, expires_at_ns == 0 ? env::kNever : expires_at_ns);
  ++state_->counted.put_count;
}

void Handle::item_sequenced_locked(store::BatchItem& item, uint64_t group) {
  (void)item;
  state_->note_group(group);
}

}  // namespace weir::cache
