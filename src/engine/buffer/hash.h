// The hash of a key: XXH3 with a seed that nobody outside knows, so that keys cannot be chosen to collide.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/bytes.h"

namespace weir::buffer {

inline uint64_t hash_key(ByteView key, uint64_t seed) {
  return XXH3_64bits_withSeed(key.data(), key.size(), seed);
}

}  // namespace weir::buffer
