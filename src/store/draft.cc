#include "store/draft.h"

#include "store/store.h"

namespace weir::store {

Status fill_draft(Store& store, ByteView properties, ByteView payload, storage::RecordDraft* out) {
  const uint64_t bytes = properties.size() + payload.size();
  if (bytes > store.options().record_bytes_max) {
    return {Code::kTooLarge, text("a record of ", bytes,
                                  " bytes, headers included, is above record_bytes_max, which is ",
                                  store.options().record_bytes_max)};
  }
  out->properties = properties;
  out->payload = payload;
  out->body_crc = format::body_crc(properties, payload);
  out->time_ns = store.clock().wall_ns();
  return {};
}

Status store_draft(Store& store, storage::RecordDraft* draft) {
  const uint64_t bytes = format::record_bytes(draft->body_bytes());
  storage::ChunkRef chunk = store.core().pool->allocate(bytes);
  if (!chunk)
    return {Code::kNoMemory, text("no memory for a record of ", draft->body_bytes(), " bytes")};
  uint8_t* body = chunk->data + format::kRecordHeaderBytes;
  if (!draft->properties.empty())
    std::memcpy(body, draft->properties.data(), draft->properties.size());
  if (!draft->payload.empty()) {
    std::memcpy(body + draft->properties.size(), draft->payload.data(), draft->payload.size());
  }
  draft->prepared = std::move(chunk);
  return {};
}

Status prepare_draft(Store& store, const StreamPtr& stream, int64_t timeout_ms,
                     const Pager::Check& still_wanted, storage::RecordDraft* draft) {
  const uint64_t bytes = format::record_bytes(draft->body_bytes());
  {
    MutexLock lock(store.mutex());
    const bool logs = store.durable() && stream->kind() == storage::kStreamDurable;
    const int64_t deadline_ns = timeout_ms == 0 ? 0 : store.clock().deadline_after_ms(timeout_ms);
    WEIR_TRY(store.pager().make_room(bytes, logs ? bytes : 0, deadline_ns, still_wanted));
  }
  return store_draft(store, draft);
}

}  // namespace weir::store
