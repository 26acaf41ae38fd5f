#include "base/keyed_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir {

static_assert(KeyedHash::kSecretBytes >= XXH3_SECRET_SIZE_MIN);

Hash128 KeyedHash::operator()(ByteView bytes) const {
  const XXH128_hash_t hash =
      XXH3_128bits_withSecret(bytes.data(), bytes.size(), secret_.data(), secret_.size());
  return {hash.low64, hash.high64};
}

}  // namespace weir
