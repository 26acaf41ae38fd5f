// Sizes and numbers of the disk format that more than one part needs. FORMAT.md is the normative
// text.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace weir::format {

inline constexpr uint64_t kBlockBytes = 4096;  // a sync unit starts on a block of its own
inline constexpr uint64_t kRecordBodyBytesMax = 64ull << 20;
inline constexpr uint64_t kBatchBytesMax = 64ull << 20;  // of bodies in one atomic commit
inline constexpr uint64_t kChunkBytes = 64ull << 10;
inline constexpr uint64_t kNumberMax = (1ull << 63) - 1;  // of numbers, file ids, offsets and sizes
inline constexpr size_t kNameBytesMax = 255;              // of streams, headers and content types
// Above every number this version knows, below what most damage would make of them.
inline constexpr uint8_t kEngineMax = 15;
inline constexpr uint8_t kStreamKindMax = 15;
inline constexpr uint16_t kFormatMajor = 1;
inline constexpr uint16_t kFormatMinor = 1;

using StoreUuid = std::array<uint8_t, 16>;

// Where something lies: positions in the log are ordered by (file_id, offset).
struct Position {
  uint64_t file_id = 0;
  uint64_t offset = 0;
  auto operator<=>(const Position&) const = default;
};

// What every checksum of a header starts from, so that recycled, moved or replayed bytes cannot
// validate.
struct Seed {
  StoreUuid uuid{};
  uint64_t file_id = 0;
  uint64_t salt = 0;
  uint32_t at(uint64_t offset) const;
};

}  // namespace weir::format
