// KeyedHash: 128-bit hashes of keys under a random secret, so that nobody can choose keys that collide. XXH3 (xxHash,
// Collet), header only. The secret lives as long as one table in memory; hashes never reach the disk.
#pragma once

#include <array>

#include "base/bytes.h"

namespace weir {

struct Hash128 {
  uint64_t low = 0;
  uint64_t high = 0;
  bool operator==(const Hash128&) const = default;
};

class KeyedHash {
 public:
  static constexpr size_t kSecretBytes = 192;
  using Secret = std::array<uint8_t, kSecretBytes>;

  explicit KeyedHash(const Secret& secret) : secret_(secret) {}
  Hash128 operator()(ByteView bytes) const;

 private:
  const Secret secret_;
};

}  // namespace weir
