// Drafts: a message on its way in, before any lock is taken.
#pragma once

#include "engine/queue/queue.h"
#include "store/store.h"

namespace weir::queue {

// Content type and headers as they are stored; nothing when there are none. kTooLarge, kInvalidArgument.
Result<std::vector<uint8_t>> encode_options(const PushOptions& options);

// Checks the size and computes the checksum. The draft refers to the bytes, which must live until it is appended.
Status fill_draft(store::Store& store, ByteView properties, ByteView payload,
                  storage::RecordDraft* out);

// Copies a large message into a chunk of its own, whatever the budget says.
Status store_draft(store::Store& store, storage::RecordDraft* draft);

// A large message gets a chunk of its own, filled before the lock is taken; waits for room up to timeout_ms.
Status prepare_draft(store::Store& store, const store::StreamPtr& stream, int64_t timeout_ms,
                     const store::Pager::Check& still_wanted, storage::RecordDraft* draft);

}  // namespace weir::queue
