#include "env/posix_file.h"

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <utility>

#include "env/posix_error.h"

namespace weir::env {

namespace {

// Parts per system call: few enough for a small stack.
constexpr size_t kPartsPerCall = 256;
static_assert(kPartsPerCall <= IOV_MAX);
constexpr uint64_t kOffsetMax = INT64_MAX;

// Both mean: once more. (A regular file does not say EAGAIN, but O_NONBLOCK is set.)
bool is_transient(int os_error) { return os_error == EINTR || os_error == EAGAIN; }

// Walks over the parts of a write as the system takes them in.
class PartCursor {
 public:
  explicit PartCursor(std::span<const ByteView> parts) : parts_(parts) { skip_empty(); }

  bool done() const { return next_ == parts_.size(); }

  // The next system call's parts; returns how many.
  size_t fill(std::array<iovec, kPartsPerCall>& vector) const {
    size_t count = 0;
    size_t skip = taken_;
    for (size_t i = next_; i < parts_.size() && count < vector.size(); ++i) {
      // pwritev does not write through the pointer; its type is shared with preadv.
      vector[count].iov_base = const_cast<uint8_t*>(parts_[i].data()) + skip;
      vector[count].iov_len = parts_[i].size() - skip;
      ++count;
      skip = 0;
    }
    return count;
  }

  void advance(size_t bytes) {
    while (bytes != 0) {
      const size_t left = parts_[next_].size() - taken_;
      if (bytes < left) {
        taken_ += bytes;
        return;
      }
      bytes -= left;
      taken_ = 0;
      ++next_;
    }
    skip_empty();
  }

 private:
  void skip_empty() {
    while (next_ < parts_.size() && parts_[next_].empty()) ++next_;
  }

  const std::span<const ByteView> parts_;
  size_t next_ = 0;
  size_t taken_ = 0;  // of parts_[next_]
};

uint64_t total_size(std::span<const ByteView> parts) {
  uint64_t total = 0;
  for (const ByteView part : parts) total += part.size();
  return total;
}

}  // namespace

PosixFile::PosixFile(Descriptor descriptor, std::string path)
    : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

Result<size_t> PosixFile::read_at(uint64_t offset, MutableBytes into) {
  if (offset > kOffsetMax - into.size()) return size_t{0};  // no file reaches that far
  size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(descriptor_.number(), into.data() + done, into.size() - done,
                                static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got < 0 && is_transient(errno)) continue;
    if (got < 0) {
      const int failure = errno;
      return posix_failure(
          text("cannot read ", into.size() - done, " bytes at ", offset + done, " of ", path_),
          failure);
    }
    done += static_cast<size_t>(got);
  }
  return done;
}

Status PosixFile::write_at(uint64_t offset, std::span<const ByteView> parts) {
  const uint64_t size = total_size(parts);
  const auto what = [&] {
    return text("cannot write ", size, " bytes at ", offset, " of ", path_);
  };
  if (size > kOffsetMax || offset > kOffsetMax - size) return posix_failure(what(), EFBIG);
  PartCursor cursor(parts);
  uint64_t at = offset;
  while (!cursor.done()) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): 16 KiB that fill() sets as far as used
    std::array<iovec, kPartsPerCall> vector;
    const size_t count = cursor.fill(vector);
    const ssize_t taken = ::pwritev(descriptor_.number(), vector.data(), static_cast<int>(count),
                                    static_cast<off_t>(at));
    if (taken < 0 && is_transient(errno)) continue;
    if (taken < 0) {
      const int failure = errno;
      return posix_failure(what(), failure);
    }
    // Nothing taken and no error: going on would be for ever.
    if (taken == 0) return posix_failure(what(), EIO);
    cursor.advance(static_cast<size_t>(taken));
    at += static_cast<uint64_t>(taken);
  }
  return {};
}

Status PosixFile::sync_data() {
  if (::fdatasync(descriptor_.number()) == 0) return {};
  // Not even EINTR is tried again: the second call may say that all is well when it is not. And no
  // cause is better than another, a full disk neither: the caller stops.
  const int failure = errno;
  return posix_failure(Code::kIo, text("cannot sync ", path_), failure);
}

Result<uint64_t> PosixFile::size() {
  struct stat about = {};
  if (::fstat(descriptor_.number(), &about) != 0) {
    const int failure = errno;
    return posix_failure(text("cannot get the size of ", path_), failure);
  }
  return static_cast<uint64_t>(about.st_size);
}

Status PosixFile::truncate(uint64_t size) {
  const auto what = [&] { return text("cannot set the size of ", path_, " to ", size); };
  if (size > kOffsetMax) return posix_failure(what(), EFBIG);
  int outcome = 0;
  do {
    outcome = ::ftruncate(descriptor_.number(), static_cast<off_t>(size));
  } while (outcome != 0 && is_transient(errno));
  const int failure = errno;
  return outcome == 0 ? Status() : posix_failure(what(), failure);
}

Result<bool> PosixFile::is_linked() {
  struct stat about = {};
  if (::fstat(descriptor_.number(), &about) != 0) {
    const int failure = errno;
    return posix_failure(text("cannot look at ", path_), failure);
  }
  return about.st_nlink != 0;
}

}  // namespace weir::env
