#include "demo/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace weir::demo {
namespace {

namespace fs = std::filesystem;

void add_root(const fs::path& root, const fs::path& base, std::vector<FileEntry>* files,
              uint64_t* bytes, Tree* tree) {
  std::error_code ignored;
  const auto skip = fs::directory_options::skip_permission_denied;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root, skip, ignored)) {
    struct stat status {};
    if (lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (access(entry.path().c_str(), R_OK) != 0) {
      ++tree->unreadable_count;
      continue;
    }
    const auto size = static_cast<uint64_t>(status.st_size);
    if (size > kFileBytesMax) {
      ++tree->too_large_count;
      continue;
    }
    files->push_back({entry.path().lexically_relative(base).string(), size,
                      static_cast<uint32_t>(status.st_mode & 07777), changed_at(status)});
    *bytes += size;
  }
}

}  // namespace

Tree collect(const TreeOptions& options, const fs::path& base) {
  Tree tree;
  std::vector<FileEntry> files;
  uint64_t bytes = 0;
  for (const fs::path& root : options.roots) {
    if (!tree.roots.empty() && bytes >= options.bytes_wanted) break;
    add_root(root, base, &files, &bytes, &tree);
    tree.roots.push_back(root);
  }
  const auto by_name = [](const FileEntry& a, const FileEntry& b) { return a.name < b.name; };
  std::sort(files.begin(), files.end(), by_name);
  uint64_t taken = 0;
  for (FileEntry& file : files) {
    if (taken + file.size > options.bytes_max) {
      tree.cut = true;
      break;
    }
    taken += file.size;
    tree.files.push_back(std::move(file));
  }
  return tree;
}

int64_t changed_at(const struct stat& status) {
  return status.st_ctim.tv_sec * int64_t{1'000'000'000} + status.st_ctim.tv_nsec;
}

bool read_file(const fs::path& path, std::string* bytes) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return false;
  struct stat status {};
  bool whole =
      fstat(descriptor, &status) == 0 && static_cast<uint64_t>(status.st_size) <= kFileBytesMax;
  // One more byte than it should have, to see the end of the file.
  if (whole) bytes->resize(static_cast<size_t>(status.st_size) + 1);
  size_t filled = 0;
  while (whole && filled < bytes->size()) {
    const ssize_t count = ::read(descriptor, bytes->data() + filled, bytes->size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      whole = count == 0;
      break;
    }
    filled += static_cast<size_t>(count);
  }
  ::close(descriptor);
  if (whole) bytes->resize(filled);
  return whole;
}

}  // namespace weir::demo
