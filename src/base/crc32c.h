// CRC32C (Castagnoli, RFC 3720 appendix B.4), with the SSE 4.2 instruction where the processor has
// it (three interleaved lanes, after Gopal et al., "Fast CRC Computation for iSCSI Polynomial",
// Intel 2011), else by tables. crc32c(b, crc32c(a)) is the checksum of a followed by b.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace weir {

uint32_t crc32c(ByteView bytes, uint32_t seed = 0);

// For tests: the portable path.
uint32_t crc32c_portable(ByteView bytes, uint32_t seed = 0);

}  // namespace weir
