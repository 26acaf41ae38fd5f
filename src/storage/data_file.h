// DataFile: one log, segment or scratch file that streams' extents point into, and FileTable: all of them by id.
// Guarded by the store's mutex, except the open descriptor, which readers take without it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/sync.h"
#include "env/file_system.h"
#include "format/codec.h"
#include "format/file_header.h"

namespace weir::storage {

inline constexpr uint64_t kSparseBytesMin = 256u << 10;
inline constexpr uint64_t kSmallBytesMax = 4ull << 20;

class DataFile {
 public:
  DataFile(format::FileKind kind, std::string name, const format::Seed& seed)
      : kind_(kind), name_(std::move(name)), seed_(seed) {}

  format::FileKind kind() const { return kind_; }
  const std::string& name() const { return name_; }
  const format::Seed& seed() const { return seed_; }
  uint64_t id() const { return seed_.file_id; }

  // The descriptor, opened when it is not. Thread-safe; without the store's mutex, because it is I/O.
  Result<std::shared_ptr<env::File>> file(env::Directory& directory);
  void set_file(std::shared_ptr<env::File> file);
  // Lets the descriptor go; readers that hold it finish with it.
  void close();
  bool is_open();

  // A segment of which more than half is dead, and enough to be worth the work.
  bool is_sparse() const {
    return kind_ == format::FileKind::kSegment && live_extents != 0 && pins == 0 &&
           bytes >= kSparseBytesMin && live_bytes < bytes / 2;
  }
  bool is_small() const {
    return kind_ == format::FileKind::kSegment && live_extents != 0 && bytes < kSmallBytesMax;
  }

  // Guarded by the store's mutex.
  uint64_t live_extents = 0;     // extents that hold a live record
  uint64_t live_bytes = 0;       // their share of the file, by the records that live in each frame
  uint32_t pins = 0;             // readers and writers at work
  uint64_t bytes = 0;            // of the file; for a log file, of the part in use
  format::SegmentEntry segment;  // kSegment: what the state lists
  bool compacting = false;       // kSegment: the checkpoint at work copies what lives in it
  bool adopted = false;          // kLog: before the cut, listed for the records that live in it

 private:
  const format::FileKind kind_;
  const std::string name_;
  const format::Seed seed_;
  Mutex mutex_;
  std::shared_ptr<env::File> file_ WEIR_GUARDED_BY(mutex_);
};

using FileTable = std::map<uint64_t, std::shared_ptr<DataFile>>;

// "seg-" or "scr-" and 16 hexadecimal digits.
std::string segment_name(uint64_t file_id);
std::string scratch_name(uint64_t file_id);
// The id, or 0 when the name is not of that kind.
uint64_t parse_name(std::string_view prefix, std::string_view name);

}  // namespace weir::storage
