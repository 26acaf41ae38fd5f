// Segments: files of frames of one or many streams, with a footer that lists them, written once and then only read.
// Scratch files, to which memory streams spill, have the same layout without a footer and are never synced.
#pragma once

#include <vector>

#include "env/env.h"
#include "format/frame.h"
#include "storage/data_file.h"
#include "storage/log.h"
#include "storage/stream.h"

namespace weir::storage {

// Writes one file. Thread class: exclusive. Nothing it wrote counts until finish() and a directory sync were good.
class SegmentWriter {
 public:
  SegmentWriter(env::Env& env, env::Directory& directory, IoCounters& counters)
      : env_(env), directory_(directory), counters_(counters) {}

  // `features`: format::kFeature... of what may be written to it.
  Status create(format::FileKind kind, const format::StoreUuid& uuid, uint64_t file_id,
                uint32_t features = 0);
  // Of the frames to come; 0 is none. Needs the feature.
  void set_compression_level(int level) { level_ = level; }
  // Adds records to the frame of a stream; frames are cut at 64 KiB and when the stream changes. `record` is a whole
  // record, header and padding included.
  Status add_record(uint32_t stream_id, ByteView record);
  // Ends the frame that is open, so that every record added has its extent.
  Status end_frame();
  // Copies a frame of one large record from another file, piece by piece: it needs no memory of its
  // size. kCorrupt when the record fails its checksum: then the file written is of no use.
  Status copy_frame(env::File& from, uint64_t body_offset, const format::FrameHeader& header);
  // Scratch: hands what is buffered to the system, so that it can be read back.
  Status flush();
  // Segment: footer, then sync. The directory is the caller's to sync.
  Status finish();

  const std::shared_ptr<DataFile>& file() const { return data_; }
  uint64_t bytes() const { return offset_ + buffer_.size(); }
  // Frames written so far, ascending per stream; the caller may take them.
  std::vector<format::FooterEntry>& entries() { return entries_; }

 private:
  Status write_frame(format::FrameHeader header, ByteView body);
  Status write_large(const format::FrameHeader& header, ByteView body, uint64_t at,
                     size_t frame_bytes);

  env::Env& env_;
  env::Directory& directory_;
  IoCounters& counters_;
  std::shared_ptr<DataFile> data_;
  std::shared_ptr<env::File> file_;
  uint64_t offset_ = 0;  // of the buffer in the file
  std::vector<uint8_t> buffer_;
  std::vector<uint8_t> body_;  // of the open frame
  std::vector<uint8_t> without_crcs_;
  std::vector<uint8_t> compressed_;
  int level_ = 0;
  uint32_t features_ = 0;
  format::FrameHeader open_;
  std::vector<format::FooterEntry> entries_;
};

// Reads a listed segment's footer. kCorrupt, with the file's name, when it is not the one that the state lists.
Result<std::vector<format::FooterEntry>> read_footer(env::File& file, const DataFile& data);

}  // namespace weir::storage
