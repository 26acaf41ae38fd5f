// Which files a run sends, and how one is read.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "demo/plan.h"

namespace weir::demo {

// The largest message of the library with room for its headers.
inline constexpr uint64_t kFileBytesMax = (64ULL << 20) - (64ULL << 10);

struct TreeOptions {
  std::vector<std::filesystem::path> roots;  // taken in this order until there is enough
  uint64_t bytes_wanted = 0;                 // a further root is taken only below this
  uint64_t bytes_max = 0;                    // no file is added beyond this
};

struct Tree {
  std::vector<std::filesystem::path> roots;  // those that were used
  std::vector<FileEntry> files;
  uint64_t too_large_count = 0;
  uint64_t unreadable_count = 0;
  bool cut = false;  // bytes_max was reached
};

// Regular files below the roots, named relative to `base`, in byte order of their names. Links are
// not followed.
Tree collect(const TreeOptions& options, const std::filesystem::path& base);

// The time of the last change of content or attributes in nanoseconds.
int64_t changed_at(const struct stat& status);

// The whole file; false when it is gone or cannot be read.
bool read_file(const std::filesystem::path& path, std::string* bytes);

}  // namespace weir::demo
