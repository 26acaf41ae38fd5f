// Events: the keys of items that expired, for whoever asks. Bounded: the oldest go first, and are counted.
// Thread-safe; its mutex is a leaf below the shards'.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/ring.h"
#include "base/sync.h"

namespace weir::buffer {

class Events {
 public:
  void start(uint32_t count_max);
  void add(ByteView key) noexcept;
  // Moves keys, one after another, into `into`, and the size of each into `sizes`, as many as fit. kEmpty: there is
  // none; kBufferTooSmall: not even the first fits, and *out_bytes says what it needs.
  Status take(MutableBytes into, std::span<uint32_t> sizes, size_t* out_count, size_t* out_bytes);
  void counts(uint64_t* waiting, uint64_t* lost);

 private:
  Mutex mutex_;
  Ring<std::string> keys_ WEIR_GUARDED_BY(mutex_);
  uint32_t count_max_ WEIR_GUARDED_BY(mutex_) = 0;
  uint64_t lost_ WEIR_GUARDED_BY(mutex_) = 0;
};

}  // namespace weir::buffer
