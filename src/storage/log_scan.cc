#include "storage/log_scan.h"

#include <algorithm>
#include <utility>

#include "base/seeded_bug.h"
#include "format/compressor.h"
#include "format/record.h"

namespace weir::storage {

namespace {

constexpr uint64_t kWindowBytes = 1u << 20;

Status damage(const LogFile& file, uint64_t offset, std::string_view reason) {
  return {Code::kCorrupt, text("log file ", file.data->name(), " (id ", file.data->id(),
                               ") at offset ", offset, ": ", reason)};
}

// Reads group after group. Stops at the first thing that is none; its reason goes to `stop`.
Status scan_file(LogFile& file, uint64_t limit, LogScan* scan, uint64_t* end, Status* stop) {
  WindowReader reader(*file.file, limit);
  uint64_t offset = format::kBlockBytes;
  *stop = Status();
  while (offset < limit) {
    Result<ScannedGroup> group = read_group(reader, file.data->seed(), offset);
    if (!group.ok()) {
      const Code code = group.status().code();
      *stop = group.take_status();
      if (code != Code::kCorrupt && code != Code::kEnd) return *stop;
      break;
    }
    ScannedGroup& found = group.value();
    const bool fits = (found.header.sequence == scan->next_sequence &&
                       found.header.previous_crc == scan->last_crc) ||
                      WEIR_SEEDED_BUG(recycled_group_trusted);
    if (!fits) {
      *stop = Status(Code::kCorrupt, text("group ", found.header.sequence, " stands where group ",
                                          scan->next_sequence, " belongs"));
      break;
    }
    found.at = {file.data->id(), offset};
    for (ScannedFrame& frame : found.frames) frame.file = file.data.get();
    scan->durable = std::max(scan->durable, found.header.durable);
    scan->last_crc = found.crc;
    ++scan->next_sequence;
    offset += found.header.total_bytes;
    scan->groups.push_back(group.take());
  }
  *end = offset;
  file.data->bytes = offset;
  return {};
}

// Behind the place where the log seems to end: does any later group witness that more was synced?
Status look_behind(LogFile& file, uint64_t from, LogScan* scan, uint64_t* torn_bytes) {
  WindowReader reader(*file.file, file.capacity);
  for (uint64_t offset = from; offset + format::kBlockBytes <= file.capacity;
       offset += format::kBlockBytes) {
    Result<ByteView> block = reader.view(offset, format::kGroupHeaderBytes);
    if (!block.ok()) return block.status().code() == Code::kEnd ? Status() : block.take_status();
    const Result<format::CheckedGroupHeader> header =
        format::read_group_header(block.value(), file.data->seed(), offset);
    if (!header.ok()) continue;
    const format::GroupHeader& group = header.value().header;
    if (group.sequence < scan->next_sequence) continue;
    scan->durable = std::max(scan->durable, group.durable);
    *torn_bytes += group.total_bytes;
  }
  return {};
}

// The files in force, oldest first. Recovery may have written one again under a new id, because nothing witnessed it:
// a file whose successor names an earlier one as its predecessor is superseded.
std::vector<LogFile*> files_in_force(std::vector<LogFile>& files) {
  std::vector<LogFile*> chain;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (chain.empty() || file->data->id() <= chain.back()->header.previous_end.file_id)
      chain.push_back(&*file);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

Status check_chain(uint64_t cut_file_id, const std::vector<LogFile*>& files) {
  for (size_t i = 0; i < files.size(); ++i) {
    const format::Position& previous = files[i]->header.previous_end;
    if (i == 0 ? previous.file_id < cut_file_id : previous.file_id == files[i - 1]->data->id())
      continue;
    return {Code::kCorrupt, text("log file ", files[i]->data->name(), " (id ", files[i]->data->id(),
                                 ") follows log file id ", previous.file_id,
                                 ", which is missing or has a damaged header")};
  }
  return {};
}

}  // namespace

Result<ByteView> WindowReader::view(uint64_t offset, uint64_t bytes) {
  if (offset + bytes > size_ || offset + bytes < offset) return Code::kEnd;
  if (offset >= buffer_offset_ && offset + bytes <= buffer_offset_ + buffer_.size()) {
    return ByteView(buffer_).subspan(offset - buffer_offset_, bytes);
  }
  buffer_.resize(std::min(std::max(bytes, kWindowBytes), size_ - offset));
  buffer_offset_ = offset;
  WEIR_ASSIGN(const size_t read, file_.read_at(offset, buffer_));
  buffer_.resize(read);
  if (read < bytes) return Code::kEnd;
  return ByteView(buffer_).first(bytes);
}

Result<ScannedGroup> read_group(WindowReader& reader, const format::Seed& seed, uint64_t offset) {
  WEIR_ASSIGN(const ByteView head, reader.view(offset, format::kGroupHeaderBytes));
  WEIR_ASSIGN(const format::CheckedGroupHeader checked,
              format::read_group_header(head, seed, offset));
  ScannedGroup group;
  group.header = checked.header;
  group.crc = checked.crc;
  uint64_t at = offset + format::kGroupHeaderBytes;
  const uint64_t end = offset + checked.header.total_bytes;
  uint32_t frames_crc = 0;
  for (uint32_t i = 0; i < checked.header.frame_count; ++i) {
    WEIR_ASSIGN(const ByteView header_bytes, reader.view(at, format::kFrameHeaderBytes));
    frames_crc = format::fold_crc(frames_crc, load_little<uint32_t>(header_bytes.data() + 60));
    WEIR_ASSIGN(format::FrameHeader header, format::read_frame_header(header_bytes, seed, at));
    if (at + format::frame_bytes(header.body_bytes) > end)
      return Status(Code::kCorrupt, "a frame leaves its group");
    WEIR_ASSIGN(const ByteView body,
                reader.view(at + format::kFrameHeaderBytes, header.body_bytes));
    if (!WEIR_SEEDED_BUG(torn_group_accepted)) WEIR_TRY(format::verify_frame_body(header, body));
    ScannedFrame frame;
    frame.header = header;
    frame.offset = at;
    if (header.kind == format::FrameKind::kOperations)
      frame.operations.assign(body.begin(), body.end());
    group.frames.push_back(std::move(frame));
    at += format::frame_bytes(header.body_bytes);
  }
  if (frames_crc != checked.header.frames_crc)
    return Status(Code::kCorrupt, "the group's frames are not its own");
  return group;
}

Result<LogScan> scan_log(std::vector<LogFile>& all_files, uint64_t cut_file_id,
                         format::Position durable, uint64_t next_sequence) {
  LogScan scan;
  scan.durable = durable;
  scan.next_sequence = next_sequence;
  const std::vector<LogFile*> files = files_in_force(all_files);
  if (files.empty()) {
    scan.end = durable;
    if (durable.file_id >= cut_file_id) {
      return Status(Code::kCorrupt,
                    text("log file id ", durable.file_id,
                         " is missing; it was synced up to offset ", durable.offset));
    }
    return scan;
  }
  WEIR_TRY(check_chain(cut_file_id, files));
  scan.next_sequence = files.front()->header.first_group;
  scan.last_crc = files.front()->header.previous_crc;
  for (size_t i = 0; i < files.size(); ++i) {
    LogFile& file = *files[i];
    const bool last = i + 1 == files.size();
    // The header of the file behind was written when all of this one was synced: a witness for every byte of it.
    const uint64_t limit = last ? file.capacity : files[i + 1]->header.previous_end.offset;
    uint64_t end = 0;
    Status stop;
    WEIR_TRY(scan_file(file, limit, &scan, &end, &stop));
    if (!last && end != limit)
      return damage(file, end, stop.ok() ? "the log ends too early" : stop.message());
    scan.end = {file.data->id(), end};
    if (!last) {
      scan.durable = std::max(scan.durable, scan.end);
      continue;
    }
    WEIR_TRY(look_behind(file, end, &scan, &scan.torn_bytes));
    if (scan.end < scan.durable) {
      const std::string_view why = stop.ok() ? "the log ends too early" : stop.message();
      return damage(file, end,
                    text(why, ", but the log was synced up to file id ", scan.durable.file_id,
                         " offset ", scan.durable.offset));
    }
  }
  return scan;
}

Status check_frame(const DataFile& data, uint64_t offset, ByteView frame,
                   std::vector<uint8_t>* scratch, format::FrameHeader* header, ByteView* body) {
  const auto damaged = [&](Code code, std::string_view reason) {
    return Status(code,
                  text(data.name(), " (id ", data.id(), ") at offset ", offset, ": ", reason));
  };
  const Result<format::FrameHeader> checked = format::read_frame_header(frame, data.seed(), offset);
  if (!checked.ok()) return damaged(checked.status().code(), checked.status().message());
  *header = checked.value();
  if (format::frame_bytes(header->body_bytes) > frame.size()) {
    return damaged(Code::kCorrupt,
                   text("the frame is larger than the ", frame.size(), " bytes listed"));
  }
  *body = frame.subspan(format::kFrameHeaderBytes, header->body_bytes);
  if (header->compressed()) {
    const Status raw = format::decompress(*body, header->raw_bytes, scratch);
    if (!raw.ok()) return damaged(raw.code(), raw.message());
    format::restore_record_crcs(*scratch);
    *body = *scratch;
  }
  const Status sound = format::verify_frame_body(*header, *body);
  return sound.ok() ? Status() : damaged(sound.code(), sound.message());
}

Status read_frame(env::File& file, const DataFile& data, uint64_t offset, uint64_t bytes,
                  std::vector<uint8_t>* into, format::FrameHeader* header) {
  into->resize(bytes);
  WEIR_ASSIGN(const size_t read, file.read_at(offset, *into));
  if (read < bytes || bytes < format::kFrameHeaderBytes) {
    return {Code::kCorrupt, text(data.name(), " (id ", data.id(), ") at offset ", offset,
                                 ": the file ends inside a frame of ", bytes, " bytes")};
  }
  std::vector<uint8_t> raw;
  ByteView body;
  WEIR_TRY(check_frame(data, offset, *into, &raw, header, &body));
  if (header->compressed()) {
    into->resize(format::kFrameHeaderBytes);
    into->insert(into->end(), body.begin(), body.end());
    header->body_bytes = std::exchange(header->raw_bytes, 0);
  }
  return {};
}

}  // namespace weir::storage
