// How long and on what the figures are measured.
#pragma once

#include <cstdint>
#include <string>

namespace weir::bench {

struct Settings {
  double seconds = 10;               // at least this long
  uint64_t wal_bytes = 64ULL << 20;  // the stores' write-ahead log
  uint64_t disk_bytes =
      4 * (64ULL << 20);  // at least this many payload bytes where the disk counts
  std::string directory;  // where the stores and the raw files are
};

Settings& settings();

// Takes --quick and --directory=PATH out of the arguments; the rest is Google Benchmark's.
void read_settings(int* argument_count, char** arguments);

// An empty directory below settings().directory for one figure, removed with everything in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace weir::bench
