#include "format/group.h"

#include "base/crc32c.h"
#include "format/frame.h"

namespace weir::format {

namespace {
constexpr size_t kCrcOffset = 60;
constexpr uint8_t kGroupVersion = 1;
}  // namespace

uint32_t write_group_header(const GroupHeader& header, const Seed& seed, uint64_t offset,
                            uint8_t* to) {
  std::memset(to, 0, kGroupHeaderBytes);
  store_little(to, kGroupMagic);
  to[4] = kGroupVersion;
  store_little(to + 8, header.sequence);
  store_little(to + 16, header.total_bytes);
  store_little(to + 24, header.frame_count);
  store_little(to + 28, header.commit_count);
  store_little(to + 32, header.durable.file_id);
  store_little(to + 40, header.durable.offset);
  store_little(to + 48, header.frames_crc);
  store_little(to + 52, header.previous_crc);
  const uint32_t crc = crc32c({to, kCrcOffset}, seed.at(offset));
  store_little(to + kCrcOffset, crc);
  return crc;
}

Result<CheckedGroupHeader> read_group_header(ByteView bytes, const Seed& seed, uint64_t offset) {
  WEIR_ASSERT(bytes.size() >= kGroupHeaderBytes);
  const uint8_t* from = bytes.data();
  if (load_little<uint32_t>(from) != kGroupMagic)
    return Status(Code::kCorrupt, "no group begins here");
  CheckedGroupHeader checked;
  checked.crc = load_little<uint32_t>(from + kCrcOffset);
  if (crc32c(bytes.first(kCrcOffset), seed.at(offset)) != checked.crc) {
    return Status(Code::kCorrupt, "the group header fails its checksum");
  }
  if (from[4] != kGroupVersion) {
    return Status(Code::kFormatTooNew, text("group version ", uint32_t{from[4]}, " is not known"));
  }
  GroupHeader& header = checked.header;
  header.sequence = load_little<uint64_t>(from + 8);
  header.total_bytes = load_little<uint64_t>(from + 16);
  header.frame_count = load_little<uint32_t>(from + 24);
  header.commit_count = load_little<uint32_t>(from + 28);
  header.durable.file_id = load_little<uint64_t>(from + 32);
  header.durable.offset = load_little<uint64_t>(from + 40);
  header.frames_crc = load_little<uint32_t>(from + 48);
  header.previous_crc = load_little<uint32_t>(from + 52);
  if (header.total_bytes == 0 || header.total_bytes % kBlockBytes != 0) {
    return Status(Code::kCorrupt,
                  text("group of ", header.total_bytes, " bytes is not made of whole blocks"));
  }
  // A reader adds these up and reserves room for them.
  if (offset > kNumberMax || header.total_bytes > kNumberMax - offset) {
    return Status(Code::kCorrupt,
                  text("group of ", header.total_bytes, " bytes ends past any file"));
  }
  if (header.frame_count > (header.total_bytes - kGroupHeaderBytes) / kFrameHeaderBytes) {
    return Status(Code::kCorrupt, text("group has no room for ", header.frame_count, " frames"));
  }
  return checked;
}

}  // namespace weir::format
