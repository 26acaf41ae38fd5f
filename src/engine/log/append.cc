// Appends to a log, one by one, many at once and in a batch.
#include <algorithm>

#include "engine/log/log.h"
#include "engine/log/state.h"
#include "store/draft.h"

namespace weir::log {

namespace {

constexpr size_t kOperationBytes = 256;  // the producer's fact, and one that is forgotten for it
constexpr size_t kDraftsKept = 4096;     // per thread, for the next append_many
constexpr uint8_t kAppend = 1;           // what a batch item asks for
constexpr uint8_t kAppendAtTime = 2;     // its draft has the producer's time

// Key, headers and content type as they are stored; nothing when there are none.
Result<std::vector<uint8_t>> encode_properties(const AppendOptions& options, std::string_view key) {
  const bool has_headers = options.headers != nullptr && !options.headers->empty();
  if (options.content_type.empty() && !has_headers && key.empty()) return std::vector<uint8_t>();
  format::Properties properties;
  properties.content_type = std::string(options.content_type);
  if (has_headers) properties.headers = *options.headers;
  properties.key = std::string(key);
  std::vector<uint8_t> encoded = format::encode_properties(properties);
  if (encoded.size() > format::kPropertiesBytesMax) {
    return Status(Code::kTooLarge,
                  text("key, content type and headers need ", uint64_t{encoded.size()},
                       " bytes; at most ", uint64_t{format::kPropertiesBytesMax}, " are allowed"));
  }
  return encoded;
}

// The properties of each record of an append_many: one encoding for all, or one each.
class PropertiesOfMany {
 public:
  Status prepare(const AppendOptions& options, size_t count) {
    if (options.key_sizes.empty()) {
      WEIR_ASSIGN(std::vector<uint8_t> encoded, encode_properties(options, options.key));
      each_.push_back(std::move(encoded));
      return {};
    }
    each_.reserve(count);
    size_t offset = 0;
    for (const uint32_t size : options.key_sizes) {
      WEIR_ASSIGN(std::vector<uint8_t> encoded,
                  encode_properties(options, options.key.substr(offset, size)));
      each_.push_back(std::move(encoded));
      offset += size;
    }
    return {};
  }
  ByteView at(size_t index) const { return each_.size() == 1 ? each_[0] : each_[index]; }

 private:
  std::vector<std::vector<uint8_t>> each_;
};

}  // namespace

Status Handle::append(ByteView payload, const AppendOptions& options, AppendResult* out) {
  *out = AppendResult();
  WEIR_ASSIGN(const std::vector<uint8_t> properties, encode_properties(options, options.key));
  storage::RecordDraft one;
  WEIR_TRY(store::fill_draft(*store_, properties, payload, &one));
  if (one.body_bytes() >= storage::kPreparedBytesMin) {
    WEIR_TRY(store::prepare_draft(*store_, stream_, options.timeout_ms, still_wanted(), &one));
  }
  // A vector of one that is kept per thread, so that an append allocates nothing.
  thread_local std::vector<storage::RecordDraft> drafts;
  drafts.clear();
  drafts.push_back(std::move(one));
  Status status = append_drafts(drafts, options, out);
  drafts.clear();
  return status;
}

Status Handle::append_many(ByteView data, std::span<const uint32_t> sizes,
                           const AppendOptions& options, AppendResult* out) {
  *out = AppendResult();
  if (sizes.empty()) return {};
  PropertiesOfMany properties;
  WEIR_TRY(properties.prepare(options, sizes.size()));
  thread_local std::vector<storage::RecordDraft> drafts;
  drafts.clear();
  drafts.resize(sizes.size());
  size_t offset = 0;
  Status status;
  for (size_t i = 0; i < sizes.size() && status.ok(); ++i) {
    status =
        store::fill_draft(*store_, properties.at(i), data.subspan(offset, sizes[i]), &drafts[i]);
    offset += sizes[i];
    if (status.ok() && drafts[i].body_bytes() >= storage::kPreparedBytesMin) {
      status =
          store::prepare_draft(*store_, stream_, options.timeout_ms, still_wanted(), &drafts[i]);
    }
  }
  if (status.ok()) status = append_drafts(drafts, options, out);
  drafts.clear();
  if (drafts.capacity() > kDraftsKept) drafts.shrink_to_fit();
  return status;
}

Status Handle::append_drafts(std::vector<storage::RecordDraft>& drafts,
                             const AppendOptions& options, AppendResult* out) {
  store::Store& store = *store_;
  const bool sync = store.resolve(options.durability) == store::Durability::kSync;
  const store::Durability durability = sync ? store::Durability::kSync : store::Durability::kAsync;
  uint64_t bytes = 0;
  uint64_t prepared_bytes = 0;  // have their chunks already
  for (const storage::RecordDraft& draft : drafts)
    (draft.prepared ? prepared_bytes : bytes) += format::record_bytes(draft.body_bytes());
  const store::Pager::Check check = still_wanted();
  const store::Admission::Part part{&stream_, drafts.size()};
  store::Admission admission;
  admission.parts = {&part, 1};
  admission.sync = sync;
  admission.deadline_ns =
      options.timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(options.timeout_ms);
  admission.memory_bytes = bytes;
  admission.log_bytes = bytes + prepared_bytes;
  admission.check = &check;

  MutexLock lock(store.mutex());
  WEIR_TRY(check_open_locked());
  // What is too old makes room first. That it cannot be read concerns who reads it (and weir_log_retain).
  (void)state_->retain_if_due_locked(stream_).ok();
  WEIR_TRY(store.admit_locked(admission));
  WEIR_TRY(check_open_locked());
  store::Producers& producers = state_->producers;
  const uint64_t known =
      producers.count_known(options.producer_id, options.producer_sequence, drafts.size());
  out->duplicate_count = known;
  state_->counted.duplicate_count += known;
  if (known == drafts.size()) {
    const uint64_t group =
        std::max(producers.find(options.producer_id)->group, stream_->created_group);
    const bool logs = store.durable() && stream_->kind() == storage::kStreamDurable;
    WEIR_TRY(store.finish_locked(logs ? group : 0, durability, &out->level));
    return Code::kDuplicate;
  }
  if (!stream_->reserve(*store.core().pool, drafts.data() + known, drafts.size() - known))
    return {Code::kNoMemory, text("no memory for records of ", bytes, " bytes")};
  store.pipeline().reserve_operations(kOperationBytes);
  out->count = drafts.size() - known;
  out->offset = stream_->next_number() - 1;
  for (size_t i = known; i < drafts.size(); ++i) {
    const int64_t given = options.times_ns.empty() ? options.time_ns : options.times_ns[i];
    drafts[i].time_ns = state_->stamp(given, drafts[i].time_ns);
    store.pipeline().append(stream_, drafts[i]);
  }
  if (options.producer_id != 0) {
    producers.set(store.pipeline(), stream_, options.producer_id,
                  options.producer_sequence + drafts.size() - 1, stream_->next_number() - 1);
  }
  const uint64_t group = store.pipeline().end_commit(sync);
  if (options.producer_id != 0) producers.set_group(options.producer_id, group);
  state_->note_appended(admission.log_bytes);
  state_->counted.append_count += out->count;
  return store.finish_locked(group, durability, &out->level);
}

Status Handle::producer_sequence(uint64_t producer_id, uint64_t* out_sequence) {
  *out_sequence = 0;
  MutexLock lock(store_->mutex());
  WEIR_TRY(check_open_locked());
  const store::Producer* producer = state_->producers.find(producer_id);
  if (producer == nullptr) return Code::kNotFound;
  const uint64_t sequence = producer->sequence;
  if (producer->group != 0) WEIR_TRY(store_->pipeline().wait(producer->group));
  *out_sequence = sequence;
  return {};
}

// --- in a batch ---

Status Handle::add_append(store::Batch& batch, ByteView payload, const AppendOptions& options) {
  WEIR_ASSIGN(const std::vector<uint8_t> properties, encode_properties(options, options.key));
  WEIR_ASSIGN(store::BatchItem* const item, batch.add_record(*this, properties, payload));
  item->verb = options.time_ns != 0 ? kAppendAtTime : kAppend;
  if (options.time_ns != 0) item->draft.time_ns = options.time_ns;
  item->arguments[0] = options.producer_id;
  item->arguments[1] = options.producer_sequence;
  return {};
}

Status Handle::check_item_locked(const store::BatchItem&) { return check_open_locked(); }

void Handle::begin_settle_locked() { state_->producers.begin_settle(); }

void Handle::settle_item_locked(store::BatchItem& item) {
  item.left_out = state_->producers.settle(item.arguments[0], item.arguments[1]);
  if (item.left_out) ++state_->counted.duplicate_count;
}

void Handle::sequence_item_locked(store::CommitPipeline& pipeline, store::BatchItem& item) {
  const int64_t given_ns = item.verb == kAppendAtTime ? item.draft.time_ns : 0;
  item.draft.time_ns = state_->stamp(given_ns, item.draft.time_ns);
  item.id = pipeline.append(stream_, item.draft);
  ++state_->counted.append_count;
  if (item.arguments[0] != 0)
    state_->producers.set(pipeline, stream_, item.arguments[0], item.arguments[1], item.id);
}

void Handle::item_sequenced_locked(store::BatchItem& item, uint64_t group) {
  if (item.arguments[0] != 0) state_->producers.set_group(item.arguments[0], group);
  state_->note_appended(format::record_bytes(item.draft.body_bytes()));
}

}  // namespace weir::log
