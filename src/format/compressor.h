// zstd for the bodies of frames (RFC 8878; the library is the reference implementation).
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::format {

// The levels that streams may ask for. 0 is none.
inline constexpr int kCompressionLevelMax = 19;

// Compresses `raw` into `out`. False when that saves less than an eighth, or there is no memory: it is stored as it is.
bool compress(ByteView raw, int level, std::vector<uint8_t>* out);

// `out` gets exactly `raw_bytes`. kCorrupt when the stored bytes are no compressed form of so many.
Status decompress(ByteView stored, uint32_t raw_bytes, std::vector<uint8_t>* out);

}  // namespace weir::format
