// Drafts: a record on its way in, before any lock is taken.
#pragma once

#include "storage/stream.h"
#include "store/core.h"
#include "store/pager.h"

namespace weir::store {

class Store;

// Checks the size against record_bytes_max and computes the checksum. The draft refers to the bytes, which must live
// until it is appended.
Status fill_draft(Store& store, ByteView properties, ByteView payload, storage::RecordDraft* out);

// Copies a large record into a chunk of its own, whatever the budget says.
Status store_draft(Store& store, storage::RecordDraft* draft);

// A large record (storage::kPreparedBytesMin) gets a chunk of its own, filled before the lock is taken; waits for room
// up to timeout_ms.
Status prepare_draft(Store& store, const StreamPtr& stream, int64_t timeout_ms,
                     const Pager::Check& still_wanted, storage::RecordDraft* draft);

}  // namespace weir::store
