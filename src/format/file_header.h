// The first block of every log, segment and scratch file.
#pragma once

#include "base/result.h"
#include "format/layout.h"

namespace weir::format {

enum class FileKind : uint32_t { kLog = 1, kSegment = 2, kScratch = 3 };

// Incompatible features (FORMAT.md, section 11): who does not know them must not read the file.
inline constexpr uint32_t kFeatureCompressedFrames = 1;

struct FileHeader {
  FileKind kind = FileKind::kLog;
  StoreUuid uuid{};
  uint64_t file_id = 0;
  uint64_t salt = 0;          // random: a recycled file's old bytes fail their checksums
  Position previous_end;      // log: where the log file before this one ends
  uint32_t previous_crc = 0;  // log: header checksum of the last group before this file
  uint64_t first_group = 0;   // log: sequence of its first group
  int64_t created_ns = 0;     // wall clock, information only
  uint32_t features = 0;      // incompatible ones, kFeature...
};

inline Seed seed_of(const FileHeader& header) { return {header.uuid, header.file_id, header.salt}; }

// Writes one block of kBlockBytes.
void write_file_header(const FileHeader& header, uint8_t* to);

// kCorrupt: no valid header; kFormatTooNew: one whose version or incompatible features we do not
// know.
Result<FileHeader> read_file_header(ByteView block);

}  // namespace weir::format
