#include "format/file_header.h"

#include "base/crc32c.h"

namespace weir::format {

namespace {
constexpr char kMagic[8] = {'W', 'E', 'I', 'R', 'F', 'I', 'L', 'E'};
// The header stands twice in its block, so that one damaged sector does not make a whole log file
// unreadable.
constexpr size_t kCopyBytes = kBlockBytes / 2;
constexpr size_t kCrcOffset = kCopyBytes - 4;

Result<FileHeader> read_copy(ByteView copy);

}  // namespace

void write_file_header(const FileHeader& header, uint8_t* to) {
  std::memset(to, 0, kBlockBytes);
  std::memcpy(to, kMagic, sizeof kMagic);
  store_little(to + 8, kFormatMajor);
  store_little(to + 10, kFormatMinor);
  // 12, 16, 20: feature flags: incompatible, read-only compatible, compatible.
  store_little(to + 12, header.features);
  store_little(to + 24, static_cast<uint32_t>(header.kind));
  std::memcpy(to + 32, header.uuid.data(), header.uuid.size());
  store_little(to + 48, header.file_id);
  store_little(to + 56, header.salt);
  store_little(to + 64, header.previous_end.file_id);
  store_little(to + 72, header.previous_end.offset);
  store_little(to + 80, header.previous_crc);
  store_little(to + 88, header.first_group);
  store_little(to + 96, header.created_ns);
  store_little(to + kCrcOffset, crc32c({to, kCrcOffset}));
  std::memcpy(to + kCopyBytes, to, kCopyBytes);
}

Result<FileHeader> read_file_header(ByteView block) {
  WEIR_ASSERT(block.size() >= kBlockBytes);
  Result<FileHeader> first = read_copy(block.first(kCopyBytes));
  if (first.ok() || first.status().code() != Code::kCorrupt) return first;
  Result<FileHeader> second = read_copy(block.subspan(kCopyBytes, kCopyBytes));
  if (second.ok() || second.status().code() != Code::kCorrupt) return second;
  return first;
}

namespace {

Result<FileHeader> read_copy(ByteView block) {
  const uint8_t* from = block.data();
  if (std::memcmp(from, kMagic, sizeof kMagic) != 0)
    return Status(Code::kCorrupt, "not a weir file");
  if (crc32c(block.first(kCrcOffset)) != load_little<uint32_t>(from + kCrcOffset)) {
    return Status(Code::kCorrupt, "the file header fails its checksum");
  }
  const auto major = load_little<uint16_t>(from + 8);
  const auto incompatible = load_little<uint32_t>(from + 12);
  if (major != kFormatMajor) {
    return Status(Code::kFormatTooNew, text("format ", uint32_t{major}, " is newer than format ",
                                            uint32_t{kFormatMajor}, ", which this version knows"));
  }
  // Nobody here knows whether the file will only be read: what may not be written is refused, too.
  const auto read_only = load_little<uint32_t>(from + 16);
  if ((incompatible & ~kFeatureCompressedFrames) != 0 || read_only != 0) {
    return Status(Code::kFormatTooNew, text("feature flags ", incompatible, " (incompatible) or ",
                                            read_only, " (read-only compatible) are not known"));
  }
  const auto kind = load_little<uint32_t>(from + 24);
  if (kind < static_cast<uint32_t>(FileKind::kLog) ||
      kind > static_cast<uint32_t>(FileKind::kScratch)) {
    return Status(Code::kFormatTooNew, text("files of kind ", kind, " are not known"));
  }
  FileHeader header;
  header.kind = static_cast<FileKind>(kind);
  std::memcpy(header.uuid.data(), from + 32, header.uuid.size());
  header.file_id = load_little<uint64_t>(from + 48);
  header.salt = load_little<uint64_t>(from + 56);
  header.previous_end.file_id = load_little<uint64_t>(from + 64);
  header.previous_end.offset = load_little<uint64_t>(from + 72);
  header.previous_crc = load_little<uint32_t>(from + 80);
  header.first_group = load_little<uint64_t>(from + 88);
  header.created_ns = load_little<int64_t>(from + 96);
  header.features = incompatible;
  return header;
}

}  // namespace

}  // namespace weir::format
