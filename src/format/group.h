// A group: what one sync makes durable. 64 bytes of header, then frames, then zeros to the next
// block of 4096. It tells how far the log was known to be synced when it was written: damage below
// that is damage, not a torn tail.
#pragma once

#include "base/result.h"
#include "format/layout.h"

namespace weir::format {

inline constexpr size_t kGroupHeaderBytes = 64;
inline constexpr uint32_t kGroupMagic = 0x31524757;  // "WGR1"

struct GroupHeader {
  uint64_t sequence = 0;     // 1, 2, … over all log files of a store
  uint64_t total_bytes = 0;  // header, frames and padding
  uint32_t frame_count = 0;  // 0: a sync mark
  uint32_t commit_count = 0;
  Position durable;           // everything below it was synced
  uint32_t frames_crc = 0;    // over the checksums of the frame headers
  uint32_t previous_crc = 0;  // header checksum of the group before; 0 for the first of all
};

uint32_t write_group_header(const GroupHeader& header, const Seed& seed, uint64_t offset,
                            uint8_t* to);

struct CheckedGroupHeader {
  GroupHeader header;
  uint32_t crc = 0;
};
Result<CheckedGroupHeader> read_group_header(ByteView bytes, const Seed& seed, uint64_t offset);

}  // namespace weir::format
