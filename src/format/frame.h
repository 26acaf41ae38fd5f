// A frame: 64 bytes of header, then a body, then zeros to the next multiple of 8. Log groups and
// segments hold the same frames. The header's checksum is seeded with file, salt and offset and
// covers the body's checksum: for records that is the checksum over their checksums, so a frame
// costs no second pass over payloads.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "format/layout.h"

namespace weir::format {

inline constexpr size_t kFrameHeaderBytes = 64;
inline constexpr uint32_t kFrameMagic = 0x31524657;  // "WFR1"

enum class FrameKind : uint8_t {
  kRecords = 1,     // records of one stream, ascending numbers
  kOperations = 2,  // operations (operation.h); only in the log
  kFooter = 3,      // a segment's table of frames, Cap'n Proto
};

struct FrameHeader {
  FrameKind kind = FrameKind::kRecords;
  uint32_t stream_id = 0;
  uint32_t record_count = 0;
  uint64_t first = 0;  // smallest and largest number
  uint64_t last = 0;
  uint32_t body_bytes = 0;  // as stored
  uint32_t body_crc = 0;    // of the records, compressed or not
  uint32_t raw_bytes = 0;   // of a body that is compressed with zstd (compressor.h); 0: it is not
  bool compressed() const { return raw_bytes != 0; }
};

// Only frames of records up to this size are compressed, so that a reader knows what it may need.
inline constexpr uint32_t kCompressedRawBytesMax = kChunkBytes;

inline constexpr uint64_t frame_bytes(uint64_t body_bytes) {
  return align_up(kFrameHeaderBytes + body_bytes, 8);
}

// Returns the header's checksum.
uint32_t write_frame_header(const FrameHeader& header, const Seed& seed, uint64_t offset,
                            uint8_t* to);

// kCorrupt when the 64 bytes are no valid header at that place.
Result<FrameHeader> read_frame_header(ByteView bytes, const Seed& seed, uint64_t offset);

// The next step of a checksum over checksums.
uint32_t fold_crc(uint32_t so_far, uint32_t record_crc);

// Checks a body that is not, or no longer, compressed against its header, every record included. kCorrupt names what is
// wrong.
Status verify_frame_body(const FrameHeader& header, ByteView body);

}  // namespace weir::format
