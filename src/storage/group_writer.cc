#include "storage/group_writer.h"

#include "base/crc32c.h"

namespace weir::storage {

namespace {
constexpr uint8_t kZeroBlock[format::kBlockBytes] = {};
}  // namespace

FrameDraft frame_of(uint32_t stream_id, const Slice& slice) {
  FrameDraft draft;
  draft.header.kind = format::FrameKind::kRecords;
  draft.header.stream_id = stream_id;
  draft.header.record_count = slice.count;
  draft.header.first = slice.first;
  draft.header.last = slice.last;
  draft.header.body_bytes = slice.end - slice.begin;
  draft.header.body_crc = slice.crc;
  draft.body = slice.chunk->bytes().subspan(slice.begin, slice.end - slice.begin);
  return draft;
}

FrameDraft operations_frame(ByteView operations) {
  FrameDraft draft;
  draft.header.kind = format::FrameKind::kOperations;
  draft.header.body_bytes = static_cast<uint32_t>(operations.size());
  draft.header.body_crc = crc32c(operations);
  draft.body = operations;
  return draft;
}

Status GroupWriter::write(std::vector<FrameDraft>& frames, uint32_t commit_count,
                          format::Position durable, LogPlace* place) {
  uint64_t bytes = format::kGroupHeaderBytes;
  for (const FrameDraft& frame : frames) bytes += frame.bytes();
  const uint64_t padded = align_up(bytes, format::kBlockBytes);
  WEIR_ASSIGN(*place, log_.place(padded));
  const format::Seed& seed = place->file->seed();

  headers_.resize(format::kGroupHeaderBytes + frames.size() * format::kFrameHeaderBytes);
  parts_.clear();
  parts_.emplace_back(headers_.data(), format::kGroupHeaderBytes);
  uint64_t at = place->offset + format::kGroupHeaderBytes;
  uint8_t* header = headers_.data() + format::kGroupHeaderBytes;
  uint32_t frames_crc = 0;
  for (FrameDraft& frame : frames) {
    frame.offset = at;
    frames_crc =
        format::fold_crc(frames_crc, format::write_frame_header(frame.header, seed, at, header));
    parts_.emplace_back(header, format::kFrameHeaderBytes);
    parts_.push_back(frame.body);
    const uint64_t padding = frame.bytes() - format::kFrameHeaderBytes - frame.body.size();
    if (padding != 0) parts_.emplace_back(kZeroBlock, padding);
    header += format::kFrameHeaderBytes;
    at += frame.bytes();
  }
  if (padded != bytes) parts_.emplace_back(kZeroBlock, padded - bytes);

  format::GroupHeader group;
  group.sequence = log_.next_sequence();
  group.total_bytes = padded;
  group.frame_count = static_cast<uint32_t>(frames.size());
  group.commit_count = commit_count;
  group.durable = durable;
  group.frames_crc = frames_crc;
  group.previous_crc = log_.last_crc();
  const uint32_t crc = format::write_group_header(group, seed, place->offset, headers_.data());
  WEIR_TRY(log_.write(*place, parts_, padded));
  WEIR_TRY(log_.sync(*place));
  log_.advance(*place, padded, crc);
  return {};
}

}  // namespace weir::storage
