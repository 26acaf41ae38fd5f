#include "storage/segment.h"

#include <algorithm>

#include "base/crc32c.h"
#include "format/compressor.h"
#include "format/record.h"
#include "storage/log_scan.h"

namespace weir::storage {

namespace {
constexpr size_t kBufferBytes = 1u << 20;
}

Status SegmentWriter::create(format::FileKind kind, const format::StoreUuid& uuid, uint64_t file_id,
                             uint32_t features) {
  format::FileHeader header;
  header.features = features_ = features;
  header.kind = kind;
  header.uuid = uuid;
  header.file_id = file_id;
  header.salt = env_.random.next();
  header.created_ns = env_.clock.wall_ns();
  const std::string name =
      kind == format::FileKind::kSegment ? segment_name(file_id) : scratch_name(file_id);
  WEIR_ASSIGN(std::unique_ptr<env::File> file, directory_.open(name, env::OpenMode::kCreateNew));
  file_ = std::move(file);
  data_ = std::make_shared<DataFile>(kind, name, format::seed_of(header));
  data_->set_file(file_);
  buffer_.resize(format::kBlockBytes);
  format::write_file_header(header, buffer_.data());
  return {};
}

Status SegmentWriter::add_record(uint32_t stream_id, ByteView record) {
  const format::RecordHeader header = format::read_record_header(record.data());
  if (open_.record_count != 0 &&
      (open_.stream_id != stream_id || body_.size() + record.size() > format::kChunkBytes)) {
    WEIR_TRY(end_frame());
  }
  if (open_.record_count == 0) {
    open_.stream_id = stream_id;
    open_.first = header.number;
  }
  WEIR_ASSERT(header.number >= open_.first);
  open_.last = header.number;
  ++open_.record_count;
  open_.body_crc = format::fold_crc(open_.body_crc, header.crc);
  if (record.size() > format::kChunkBytes && body_.empty()) {
    open_.body_bytes = static_cast<uint32_t>(record.size());
    const format::FrameHeader frame = std::exchange(open_, format::FrameHeader());
    return write_frame(frame, record);
  }
  body_.insert(body_.end(), record.begin(), record.end());
  return {};
}

Status SegmentWriter::end_frame() {
  if (open_.record_count == 0) return {};
  open_.body_bytes = static_cast<uint32_t>(body_.size());
  format::FrameHeader frame = std::exchange(open_, format::FrameHeader());
  const bool may_compress = level_ != 0 && (features_ & format::kFeatureCompressedFrames) != 0 &&
                            body_.size() <= format::kCompressedRawBytesMax;
  if (may_compress) {
    without_crcs_.assign(body_.begin(), body_.end());
    format::clear_record_crcs(without_crcs_);
  }
  if (may_compress && format::compress(without_crcs_, level_, &compressed_)) {
    frame.raw_bytes = std::exchange(frame.body_bytes, static_cast<uint32_t>(compressed_.size()));
    WEIR_TRY(write_frame(frame, compressed_));
  } else {
    WEIR_TRY(write_frame(frame, body_));
  }
  body_.clear();
  return {};
}

Status SegmentWriter::write_frame(format::FrameHeader header, ByteView body) {
  const uint64_t at = offset_ + buffer_.size();
  const size_t frame_bytes = format::frame_bytes(body.size());
  if (header.kind == format::FrameKind::kRecords) {
    entries_.push_back(
        {header.stream_id, header.record_count, header.first, header.last, at, frame_bytes});
  }
  if (body.size() >= kBufferBytes) return write_large(header, body, at, frame_bytes);
  const size_t start = buffer_.size();
  buffer_.resize(start + frame_bytes);
  format::write_frame_header(header, data_->seed(), at, buffer_.data() + start);
  if (!body.empty())
    std::memcpy(buffer_.data() + start + format::kFrameHeaderBytes, body.data(), body.size());
  return buffer_.size() >= kBufferBytes ? flush() : Status();
}

// Straight from where the body lies: no second copy of a large record.
Status SegmentWriter::write_large(const format::FrameHeader& header, ByteView body, uint64_t at,
                                  size_t frame_bytes) {
  WEIR_TRY(flush());
  uint8_t head[format::kFrameHeaderBytes];
  format::write_frame_header(header, data_->seed(), at, head);
  static constexpr uint8_t kPadding[8] = {};
  const ByteView parts[] = {head, body, {kPadding, frame_bytes - sizeof head - body.size()}};
  WEIR_TRY(file_->write_at(offset_, parts));
  counters_.write_bytes += frame_bytes;
  offset_ += frame_bytes;
  data_->bytes = offset_;
  return {};
}

Status SegmentWriter::copy_frame(env::File& from, uint64_t body_offset,
                                 const format::FrameHeader& header) {
  WEIR_TRY(end_frame());
  WEIR_TRY(flush());
  const size_t frame_bytes = format::frame_bytes(header.body_bytes);
  entries_.push_back(
      {header.stream_id, header.record_count, header.first, header.last, offset_, frame_bytes});
  uint8_t head[format::kFrameHeaderBytes];
  format::write_frame_header(header, data_->seed(), offset_, head);
  buffer_.assign(head, head + sizeof head);
  format::RecordHeader record;
  uint8_t record_head[format::kRecordHeaderBytes] = {};
  uint32_t crc = 0;
  std::vector<uint8_t> piece(kBufferBytes);
  for (uint64_t done = 0; done < header.body_bytes;) {
    const size_t wanted = std::min<uint64_t>(piece.size(), header.body_bytes - done);
    WEIR_ASSIGN(const size_t read,
                from.read_at(body_offset + done, MutableBytes(piece).first(wanted)));
    if (read < wanted) return {Code::kCorrupt, "the file ends inside a frame"};
    ByteView body = ByteView(piece).first(wanted);
    buffer_.insert(buffer_.end(), body.begin(), body.end());
    if (done == 0) {
      std::memcpy(record_head, body.data(), sizeof record_head);
      record = format::read_record_header(record_head);
      body = body.subspan(sizeof record_head);
    }
    const uint64_t behind = done + wanted > sizeof record_head + record.body_bytes
                                ? done + wanted - sizeof record_head - record.body_bytes
                                : 0;
    crc = crc32c(body.first(body.size() - std::min<uint64_t>(behind, body.size())), crc);
    done += wanted;
    WEIR_TRY(flush());
  }
  crc = crc32c(ByteView(record_head).subspan(4), crc);
  if (crc != record.crc || format::fold_crc(0, crc) != header.body_crc) {
    return {Code::kCorrupt, text("message ", header.first, " fails its checksum")};
  }
  buffer_.resize(frame_bytes - sizeof head - header.body_bytes);
  return flush();
}

Status SegmentWriter::flush() {
  if (buffer_.empty()) return {};
  const ByteView part(buffer_);
  WEIR_TRY(file_->write_at(offset_, {&part, 1}));
  counters_.write_bytes += buffer_.size();
  offset_ += buffer_.size();
  buffer_.clear();
  data_->bytes = offset_;
  return {};
}

Status SegmentWriter::finish() {
  WEIR_TRY(end_frame());
  const std::vector<uint8_t> body = format::encode_footer(entries_);
  format::FrameHeader footer;
  footer.kind = format::FrameKind::kFooter;
  footer.record_count = static_cast<uint32_t>(entries_.size());
  footer.body_bytes = static_cast<uint32_t>(body.size());
  footer.body_crc = crc32c(body);
  const uint64_t footer_offset = bytes();
  const size_t start = buffer_.size();
  buffer_.resize(start + format::frame_bytes(body.size()));
  data_->segment.footer_crc =
      format::write_frame_header(footer, data_->seed(), footer_offset, buffer_.data() + start);
  std::memcpy(buffer_.data() + start + format::kFrameHeaderBytes, body.data(), body.size());
  buffer_.resize(align_up(offset_ + buffer_.size(), format::kBlockBytes) - offset_);
  WEIR_TRY(flush());
  ++counters_.sync_count;
  WEIR_TRY(synced(file_->sync_data()));
  data_->segment.file_id = data_->id();
  data_->segment.salt = data_->seed().salt;
  data_->segment.bytes = data_->bytes;
  data_->segment.footer_offset = footer_offset;
  return {};
}

Result<std::vector<format::FooterEntry>> read_footer(env::File& file, const DataFile& data) {
  const format::SegmentEntry& entry = data.segment;
  const auto damaged = [&](std::string_view reason) {
    return Status(Code::kCorrupt,
                  text("segment ", data.name(), " at offset ", entry.footer_offset, ": ", reason));
  };
  WEIR_ASSIGN(const uint64_t size, file.size());
  if (size < entry.bytes || entry.footer_offset + format::kFrameHeaderBytes > entry.bytes) {
    return damaged(text("the file has ", size, " of ", entry.bytes, " bytes"));
  }
  std::vector<uint8_t> frame(entry.bytes - entry.footer_offset);
  WEIR_ASSIGN(const size_t read, file.read_at(entry.footer_offset, frame));
  if (read < frame.size()) return damaged("the file is cut off");
  const Result<format::FrameHeader> header =
      format::read_frame_header(frame, data.seed(), entry.footer_offset);
  if (!header.ok()) return damaged(header.status().message());
  if (load_little<uint32_t>(frame.data() + 60) != entry.footer_crc)
    return damaged("it is another file's footer");
  if (format::frame_bytes(header.value().body_bytes) > frame.size())
    return damaged("the footer is cut off");
  const ByteView body =
      ByteView(frame).subspan(format::kFrameHeaderBytes, header.value().body_bytes);
  const Status verified = format::verify_frame_body(header.value(), body);
  if (!verified.ok()) return damaged(verified.message());
  Result<std::vector<format::FooterEntry>> entries = format::decode_footer(body);
  if (!entries.ok()) return damaged(entries.status().message());
  return entries;
}

}  // namespace weir::storage
