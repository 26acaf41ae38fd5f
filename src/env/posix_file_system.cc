#include "env/posix_file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "env/descriptor.h"
#include "env/posix_directory.h"
#include "env/posix_error.h"

namespace weir::env {

namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK;

Descriptor open_path(const std::string& path) {
  return Descriptor::open_at(AT_FDCWD, path.c_str(), kDirectoryFlags);
}

// "a/b" of "a/b/c/"; "/" of "/c"; "." of "c"; "/" and "." have themselves.
std::string parent_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  path.resize(slash);
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path.empty() ? "/" : path;
}

Status sync_path(const std::string& path, const std::string& child) {
  const Descriptor directory = open_path(path);
  // A directory we may write to but not read cannot be opened for its sync; its file system's does
  // it as well.
  const Descriptor inside = directory.is_open() ? Descriptor() : open_path(child);
  const bool synced =
      directory.is_open() ? ::fsync(directory.number()) == 0 : ::syncfs(inside.number()) == 0;
  const int failure = errno;
  return synced ? Status() : posix_failure(text("cannot sync directory ", path), failure);
}

// 0, or the errno.
int make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) != 0) return errno;
  // The umask may have taken bits away.
  const Descriptor made = open_path(path);
  return made.is_open() && ::fchmod(made.number(), kDirectoryMode) == 0 ? 0 : errno;
}

// Makes `path` and its missing parents. A directory that exists may be left over from a process
// that was killed before it synced the name, so the name of the first existing one is made durable
// as well.
Status make_directories(const std::string& path) {
  const std::string parent = parent_of(path);
  int failure = make_directory(path);
  if (failure == ENOENT && parent != path) {
    WEIR_TRY(make_directories(parent));
    failure = make_directory(path);
  } else if (failure == 0) {
    WEIR_TRY(sync_path(parent_of(parent), parent));
  }
  if (failure != 0 && failure != EEXIST) {
    return posix_failure(text("cannot make directory ", path), failure);
  }
  return sync_path(parent, path);
}

Status check_is_private(const Descriptor& directory, const std::string& path) {
  struct stat about = {};
  if (::fstat(directory.number(), &about) != 0) {
    const int failure = errno;
    return posix_failure(text("cannot look at directory ", path), failure);
  }
  const uid_t user = ::geteuid();
  if (user != 0 && about.st_uid != user) {
    return {Code::kAccess, text("directory ", path, " (mode ", permissions_text(about.st_mode),
                                ") belongs to user ", about.st_uid, ", not to user ", user)};
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return {Code::kAccess, text("directory ", path, " has mode ", permissions_text(about.st_mode),
                                ": others may write to it; chmod it to 0700")};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Directory>> PosixFileSystem::open_directory(std::string_view path,
                                                                   bool create, bool read_only) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return Status(Code::kInvalidArgument,
                  text("path ", quoted(path), " is empty or has a zero byte"));
  }
  const std::string own_path(path);
  const std::string what = text("cannot open directory ", own_path);
  if (create && !read_only) WEIR_TRY(make_directories(own_path));
  Descriptor directory = open_path(own_path);
  if (!directory.is_open()) {
    const int failure = errno;
    if (failure == ENOENT) return Code::kNotFound;
    if (failure == ENOTDIR) return posix_failure(Code::kInvalidArgument, what, failure);
    return posix_failure(what, failure);
  }
  WEIR_TRY(check_is_private(directory, own_path));
  // Said here, at open, rather than by the first write.
  if (!read_only && ::faccessat(directory.number(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    const int failure = errno;
    return posix_failure(text("cannot write to directory ", own_path), failure);
  }
  return std::unique_ptr<Directory>(
      std::make_unique<PosixDirectory>(std::move(directory), own_path, read_only));
}

}  // namespace weir::env
