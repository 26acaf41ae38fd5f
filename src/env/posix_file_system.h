// Files of a POSIX system, as a careful guest of the process (RELIABILITY.md §5.2):
//
//  - A directory is one descriptor; everything in it is opened relative to that, never by path,
//    never through a symbolic link, never blocking on a planted FIFO, and only when it is a regular
//    file of ours.
//  - Directories are made 0700 and files 0600 whatever the umask is. A store directory that others
//    may write to, or that belongs to somebody else, is refused.
//  - Locks are flock: they end with the process, however it ends; see descriptor.h for forked
//    children.
//
// Linux: fdatasync makes the file's size durable with its data, as the contract asks.
#pragma once

#include <memory>
#include <string_view>

#include "env/file_system.h"

namespace weir::env {

class PosixFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<Directory>> open_directory(std::string_view path, bool create,
                                                    bool read_only) override;
};

}  // namespace weir::env
