#include "env/posix_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <utility>

#include "env/file_name.h"
#include "env/posix_error.h"
#include "env/posix_file.h"

namespace weir::env {

namespace {

constexpr mode_t kFileMode = 0600;
// How often the lock file may be replaced between opening and locking it before we give up.
constexpr int kLockAttemptsMax = 16;

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  ~PosixFileLock() override {
    // By name, not only by closing: a child that was made by fork just now may still hold a copy.
    // In such a child itself the number is -1, and nothing is unlocked.
    ::flock(descriptor_.number(), LOCK_UN);
  }

 private:
  const Descriptor descriptor_;
};

// What a shared lock is where nobody ever wrote.
class EmptyFileLock : public FileLock {};

// "process 1234", or what is known instead. A number left behind by a dead writer says nothing.
std::string holder_text(const Descriptor& file) {
  std::array<char, 24> content = {};
  const ssize_t got = ::pread(file.number(), content.data(), content.size(), 0);
  pid_t holder = 0;
  if (got > 0) std::from_chars(content.data(), content.data() + got, holder);
  const bool alive = holder > 0 && (::kill(holder, 0) == 0 || errno == EPERM);
  if (!alive) return "another process";
  return text("process ", holder);
}

// For people and messages only, so a full disk does not matter.
void write_holder(const Descriptor& file) {
  const std::string content = text(::getpid(), "\n");
  if (::ftruncate(file.number(), 0) != 0) return;
  const ssize_t written = ::pwrite(file.number(), content.data(), content.size(), 0);
  static_cast<void>(written);
}

}  // namespace

PosixDirectory::PosixDirectory(Descriptor descriptor, std::string path, bool read_only)
    : descriptor_(std::move(descriptor)), path_(std::move(path)), read_only_(read_only) {}

Status PosixDirectory::check_change_allowed(std::string_view what, std::string_view name) const {
  WEIR_TRY(check_file_name(name));
  if (!read_only_) return {};
  return {Code::kReadOnly, text("cannot ", what, " ", path_of(name), ": opened read-only")};
}

Result<std::unique_ptr<File>> PosixDirectory::open(std::string_view name, OpenMode mode) {
  WEIR_TRY(mode == OpenMode::kRead ? check_file_name(name) : check_change_allowed("open", name));
  const bool create = mode == OpenMode::kCreateNew;
  const int access = mode == OpenMode::kRead ? O_RDONLY : O_RDWR;
  const std::string own_name(name);
  WEIR_ASSIGN(Descriptor file,
              open_regular(own_name, access | (create ? O_CREAT | O_EXCL : 0), create));
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(file), path_of(name)));
}

Result<Descriptor> PosixDirectory::open_regular(const std::string& name, int flags,
                                                bool may_create) {
  // O_NONBLOCK: opening a FIFO that somebody planted must not hang the host.
  Descriptor file = Descriptor::open_at(descriptor_.number(), name.c_str(),
                                        flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, kFileMode);
  if (!file.is_open()) {
    const int failure = errno;
    const std::string what = text("cannot open ", path_of(name));
    // When making a file, a missing name is our directory's, not the file's: a failure, not an
    // outcome.
    if (failure == ENOENT && !may_create) return Code::kNotFound;
    if (failure == EEXIST) return posix_failure(Code::kExists, what, failure);
    if (failure == ELOOP) return posix_failure(Code::kAccess, what + " (a symbolic link)", failure);
    if (failure == ENXIO || failure == EISDIR) {
      return posix_failure(Code::kAccess, what + " (not a regular file)", failure);
    }
    return posix_failure(what, failure);
  }
  WEIR_TRY(check_is_ours(file, name));
  if ((flags & O_CREAT) != 0) WEIR_TRY(make_private(file, name));
  return file;
}

Status PosixDirectory::check_is_ours(const Descriptor& file, const std::string& name) const {
  struct stat about = {};
  if (::fstat(file.number(), &about) != 0) {
    const int failure = errno;
    return posix_failure(text("cannot look at ", path_of(name)), failure);
  }
  if (!S_ISREG(about.st_mode)) {
    return {Code::kAccess, text(path_of(name), " is not a regular file (mode ",
                                permissions_text(about.st_mode), ")")};
  }
  const uid_t user = ::geteuid();
  if (user != 0 && about.st_uid != user) {
    return {Code::kAccess,
            text(path_of(name), " belongs to user ", about.st_uid, ", not to user ", user)};
  }
  if (about.st_nlink > 1) {
    return {Code::kAccess, text(path_of(name), " has ", about.st_nlink,
                                " names (hard links): a change of one would change the others")};
  }
  return {};
}

// The umask may have taken bits away. And what root makes in somebody's store belongs to that
// somebody, who could not open the store otherwise.
Status PosixDirectory::make_private(const Descriptor& file, const std::string& name) const {
  struct stat directory = {};
  bool done = ::fstat(descriptor_.number(), &directory) == 0;
  if (done && directory.st_uid != ::geteuid()) {
    done = ::fchown(file.number(), directory.st_uid, directory.st_gid) == 0;
  }
  done = done && ::fchmod(file.number(), kFileMode) == 0;
  const int failure = errno;
  return done ? Status()
              : posix_failure(text("cannot set owner and mode of ", path_of(name)), failure);
}

Status PosixDirectory::remove(std::string_view name) {
  WEIR_TRY(check_change_allowed("remove", name));
  if (::unlinkat(descriptor_.number(), std::string(name).c_str(), 0) == 0) return {};
  const int failure = errno;
  if (failure == ENOENT) return Code::kNotFound;
  return posix_failure(text("cannot remove ", path_of(name)), failure);
}

Status PosixDirectory::rename(std::string_view from, std::string_view to) {
  WEIR_TRY(check_change_allowed("rename", from));
  WEIR_TRY(check_file_name(to));
  const int directory = descriptor_.number();
  if (::renameat(directory, std::string(from).c_str(), directory, std::string(to).c_str()) == 0) {
    return {};
  }
  const int failure = errno;
  return posix_failure(text("cannot rename ", path_of(from), " to ", to), failure);
}

Result<std::vector<std::string>> PosixDirectory::list() {
  const auto failed = [&](int failure) {
    return posix_failure(text("cannot list ", path_), failure);
  };
  // Its own descriptor, as the position in the directory belongs to that.
  const int copy = ::openat(descriptor_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return failed(errno);
  DIR* const entries = ::fdopendir(copy);
  if (entries == nullptr) {
    const int failure = errno;
    ::close(copy);
    return failed(failure);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closes_entries(entries, ::closedir);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(entries);
    if (entry == nullptr && errno != 0) return failed(errno);
    if (entry == nullptr) break;
    bool regular = entry->d_type == DT_REG;
    if (entry->d_type == DT_UNKNOWN) {
      struct stat about = {};
      regular = ::fstatat(copy, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISREG(about.st_mode);
    }
    if (regular) names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status PosixDirectory::sync() {
  struct stat about = {};
  const bool synced = ::fsync(descriptor_.number()) == 0;
  if (!synced || ::fstat(descriptor_.number(), &about) != 0) {
    const int failure = errno;
    return posix_failure(Code::kIo, text("cannot sync directory ", path_), failure);
  }
  // A deleted directory syncs well: only this tells that nothing in it will be found again.
  if (about.st_nlink == 0) return posix_failure(text("directory ", path_, " was deleted"), ENOENT);
  return {};
}

Result<std::unique_ptr<FileLock>> PosixDirectory::lock(std::string_view name, bool exclusive) {
  WEIR_TRY(exclusive ? check_change_allowed("lock", name) : check_file_name(name));
  const std::string own_name(name);
  const int flags = exclusive ? O_RDWR | O_CREAT : O_RDONLY;
  for (int attempt = 0; attempt < kLockAttemptsMax; ++attempt) {
    Result<Descriptor> opened = open_regular(own_name, flags, exclusive);
    if (!opened.ok() && opened.status().code() == Code::kNotFound) {
      return std::unique_ptr<FileLock>(std::make_unique<EmptyFileLock>());
    }
    WEIR_ASSIGN(Descriptor file, std::move(opened));
    WEIR_ASSIGN(const Attempt outcome, try_lock(file, own_name, exclusive));
    if (outcome == Attempt::kReplaced) continue;
    if (exclusive) write_holder(file);
    return std::unique_ptr<FileLock>(std::make_unique<PosixFileLock>(std::move(file)));
  }
  return Status(Code::kLocked, text("store ", path_, ": somebody keeps replacing ", own_name));
}

Result<PosixDirectory::Attempt> PosixDirectory::try_lock(const Descriptor& file,
                                                         const std::string& name,
                                                         bool exclusive) const {
  int outcome = 0;
  do {
    outcome = ::flock(file.number(), (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) {
    const int failure = errno;
    if (failure != EWOULDBLOCK) return posix_failure(text("cannot lock ", path_of(name)), failure);
    return Status(Code::kLocked, text("store ", path_, " is in use by ", holder_text(file)),
                  failure);
  }
  // The name may have come to mean another file since we opened it; that one then is the lock.
  struct stat locked = {};
  struct stat named = {};
  if (::fstat(file.number(), &locked) != 0 ||
      ::fstatat(descriptor_.number(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) {
    const int failure = errno;
    if (failure == ENOENT) return Attempt::kReplaced;
    return posix_failure(text("cannot look at ", path_of(name)), failure);
  }
  const bool same = locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
  return same ? Attempt::kTaken : Attempt::kReplaced;
}

Result<DiskSpace> PosixDirectory::space() {
  struct statvfs about = {};
  if (::fstatvfs(descriptor_.number(), &about) != 0) {
    const int failure = errno;
    return posix_failure(text("cannot get the free space of ", path_), failure);
  }
  DiskSpace space;
  space.total_bytes = static_cast<uint64_t>(about.f_blocks) * about.f_frsize;
  space.free_bytes = static_cast<uint64_t>(about.f_bavail) * about.f_frsize;
  return space;
}

}  // namespace weir::env
