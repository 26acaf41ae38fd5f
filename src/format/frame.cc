#include "format/frame.h"

#include "base/crc32c.h"
#include "base/seeded_bug.h"
#include "format/record.h"

namespace weir::format {

namespace {

constexpr size_t kCrcOffset = 60;
constexpr uint8_t kFrameVersion = 1;
constexpr uint16_t kFlagCompressed = 1;

Status verify_records(const FrameHeader& header, ByteView body) {
  RecordReader reader(body, !WEIR_SEEDED_BUG(payload_not_in_crc));
  RecordView record;
  uint32_t crc = 0;
  uint32_t count = 0;
  uint64_t previous = 0;
  while (reader.next(&record)) {
    const bool in_order =
        count == 0 ? record.header.number == header.first : record.header.number > previous;
    if (!in_order || record.header.stream_id != header.stream_id) {
      return {Code::kCorrupt, text("record ", record.header.number, " of stream ",
                                   record.header.stream_id, " does not belong in this frame")};
    }
    previous = record.header.number;
    crc = fold_crc(crc, record.header.crc);
    ++count;
  }
  if (reader.bad())
    return {Code::kCorrupt, text("record ", count, " of the frame fails its checksum")};
  if (count != header.record_count || (count != 0 && previous != header.last) ||
      crc != header.body_crc) {
    return {Code::kCorrupt, "the frame's records are not those its header lists"};
  }
  return {};
}

}  // namespace

uint32_t write_frame_header(const FrameHeader& header, const Seed& seed, uint64_t offset,
                            uint8_t* to) {
  std::memset(to, 0, kFrameHeaderBytes);
  store_little(to, kFrameMagic);
  to[4] = kFrameVersion;
  to[5] = static_cast<uint8_t>(header.kind);
  store_little(to + 8, header.stream_id);
  store_little(to + 12, header.record_count);
  store_little(to + 16, header.first);
  store_little(to + 24, header.last);
  store_little(to + 32, header.body_bytes);
  store_little(to + 6, header.compressed() ? kFlagCompressed : uint16_t{0});
  store_little(to + 36, header.compressed() ? header.raw_bytes : header.body_bytes);
  store_little(to + 40, header.body_crc);
  const uint32_t crc = crc32c({to, kCrcOffset}, seed.at(offset));
  store_little(to + kCrcOffset, crc);
  return crc;
}

Result<FrameHeader> read_frame_header(ByteView bytes, const Seed& seed, uint64_t offset) {
  WEIR_ASSERT(bytes.size() >= kFrameHeaderBytes);
  const uint8_t* from = bytes.data();
  if (load_little<uint32_t>(from) != kFrameMagic)
    return Status(Code::kCorrupt, "no frame begins here");
  if (crc32c(bytes.first(kCrcOffset), seed.at(offset)) !=
      load_little<uint32_t>(from + kCrcOffset)) {
    return Status(Code::kCorrupt, "the frame header fails its checksum");
  }
  const auto flags = load_little<uint16_t>(from + 6);
  if (from[4] != kFrameVersion || (flags & ~kFlagCompressed) != 0) {
    return Status(Code::kFormatTooNew,
                  text("frame version ", uint32_t{from[4]}, " or its flags are not known"));
  }
  const uint8_t kind = from[5];
  if (kind < static_cast<uint8_t>(FrameKind::kRecords) ||
      kind > static_cast<uint8_t>(FrameKind::kFooter)) {
    return Status(Code::kFormatTooNew, text("frames of kind ", uint32_t{kind}, " are not known"));
  }
  const bool compressed = (flags & kFlagCompressed) != 0;
  const auto raw_bytes = load_little<uint32_t>(from + 36);
  const bool sound = compressed ? kind == static_cast<uint8_t>(FrameKind::kRecords) &&
                                      raw_bytes != 0 && raw_bytes <= kCompressedRawBytesMax
                                : raw_bytes == load_little<uint32_t>(from + 32);
  if (!sound) {
    return Status(Code::kFormatTooNew,
                  text("a frame of ", raw_bytes, " bytes is stored as ",
                       load_little<uint32_t>(from + 32), ", in a way that is not known"));
  }
  FrameHeader header;
  header.kind = static_cast<FrameKind>(kind);
  header.stream_id = load_little<uint32_t>(from + 8);
  header.record_count = load_little<uint32_t>(from + 12);
  header.first = load_little<uint64_t>(from + 16);
  header.last = load_little<uint64_t>(from + 24);
  header.body_bytes = load_little<uint32_t>(from + 32);
  header.body_crc = load_little<uint32_t>(from + 40);
  header.raw_bytes = compressed ? raw_bytes : 0;
  return header;
}

uint32_t fold_crc(uint32_t so_far, uint32_t record_crc) {
  uint8_t bytes[4];
  store_little(bytes, record_crc);
  return crc32c({bytes, sizeof bytes}, so_far);
}

Status verify_frame_body(const FrameHeader& header, ByteView body) {
  const uint64_t expected = header.compressed() ? header.raw_bytes : header.body_bytes;
  if (body.size() != expected) return {Code::kCorrupt, "the frame's body is cut off"};
  if (header.kind == FrameKind::kRecords) return verify_records(header, body);
  if (crc32c(body) != header.body_crc)
    return {Code::kCorrupt, "the frame's body fails its checksum"};
  return {};
}

}  // namespace weir::format
