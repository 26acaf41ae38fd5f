// An envelope around a Cap'n Proto message in a slot that is overwritten in place: 32 bytes of
// magic, versions, size and checksum, then the message. Used by manifest slots (64 KiB each in one
// file) and state files.
#pragma once

#include <vector>

#include "base/result.h"
#include "format/layout.h"

namespace weir::format {

inline constexpr size_t kEnvelopeBytes = 32;
inline constexpr uint64_t kManifestSlotBytes = 64ull << 10;

enum class EnvelopeKind : uint32_t { kManifest = 1, kState = 2 };

// The whole slot: envelope, message, zeros to a multiple of kBlockBytes.
std::vector<uint8_t> seal_envelope(EnvelopeKind kind, uint64_t generation, ByteView message);

struct Opened {
  uint64_t generation = 0;
  ByteView message;
  uint32_t crc = 0;
};
// kCorrupt, or kFormatTooNew.
Result<Opened> open_envelope(EnvelopeKind kind, ByteView slot);

}  // namespace weir::format
