// Reading the log at open: which groups are there, where it ends, and whether what does not read is a torn tail
// (nothing confirmed can be in it) or damage. No judgement by a single sign: see FORMAT.md, "The end of the log".
#pragma once

#include <memory>
#include <vector>

#include "format/frame.h"
#include "format/group.h"
#include "storage/data_file.h"

namespace weir::storage {

// A window over a file, so that small reads cost no system call each.
class WindowReader {
 public:
  WindowReader(env::File& file, uint64_t size) : file_(file), size_(size) {}
  // The bytes [offset, offset + bytes); the view lives until the next call. kEnd: beyond the file.
  Result<ByteView> view(uint64_t offset, uint64_t bytes);

 private:
  env::File& file_;
  const uint64_t size_;
  std::vector<uint8_t> buffer_;
  uint64_t buffer_offset_ = 0;
};

struct ScannedFrame {
  format::FrameHeader header;
  DataFile* file = nullptr;
  uint64_t offset = 0;
  std::vector<uint8_t> operations;  // kOperations: the body
};

struct ScannedGroup {
  format::GroupHeader header;
  uint32_t crc = 0;
  format::Position at;
  std::vector<ScannedFrame> frames;
};

struct LogFile {
  std::shared_ptr<DataFile> data;
  std::shared_ptr<env::File> file;
  format::FileHeader header;
  uint64_t capacity = 0;
};

struct LogScan {
  std::vector<ScannedGroup> groups;  // in log order
  format::Position end;              // behind the last group
  uint32_t last_crc = 0;
  uint64_t next_sequence = 1;
  format::Position durable;  // known synced
  uint64_t torn_bytes = 0;   // cut from the end: the torn group, as far as it says
};

// Reads and checks one group. kCorrupt: it is none; other failures are the system's.
Result<ScannedGroup> read_group(WindowReader& reader, const format::Seed& seed, uint64_t offset);

// Scans the files with ids from the cut on, ascending. `durable` is what the manifest knows; `next_sequence` counts on
// when there is no file. kCorrupt with file, offset and reason when something below the watermark is damaged.
Result<LogScan> scan_log(std::vector<LogFile>& files, uint64_t cut_file_id,
                         format::Position durable, uint64_t next_sequence);

// Checks a whole frame that was read from `offset` of a file; messages name the place. `body` is what it holds, in
// `frame` or, when it was compressed, in `scratch`.
Status check_frame(const DataFile& data, uint64_t offset, ByteView frame,
                   std::vector<uint8_t>* scratch, format::FrameHeader* header, ByteView* body);

// Reads and checks one frame that takes `bytes` bytes in the file: `into` gets its header's bytes and its body, and
// `header` is that of a frame that was never compressed.
Status read_frame(env::File& file, const DataFile& data, uint64_t offset, uint64_t bytes,
                  std::vector<uint8_t>* into, format::FrameHeader* header);

}  // namespace weir::storage
