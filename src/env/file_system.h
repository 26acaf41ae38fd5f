// Files behind interfaces. The durability contract of everything above is written here, once:
//
//   write_at      after it returned, a reader of this machine sees the bytes; a power cut may lose
//                 any part of them, in 512-byte sectors, in any order.
//   sync_data     after it returned ok, bytes written before it was called, and the file's size,
//                 survive a power cut. It does NOT make the file's name durable. After it failed
//                 the state of every byte written since the last good sync is unknown, though reads
//                 may still show it: never retry, stop.
//   create/rename/remove
//                 names change at once for readers of this machine; they survive a power cut only
//                 after Directory::sync returned ok. Until then any prefix of the changes may
//                 survive.
//
// Reads: a short read means the end of the file; an error is never reported as one. Names are
// single components chosen by us ([A-Za-z0-9._-]+); user-given names never get here. All objects
// may be used by several threads at once; close by destruction, never with unsynced data you need.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::env {

struct DiskSpace {
  uint64_t total_bytes = 0;
  uint64_t free_bytes = 0;
};

class File {
 public:
  virtual ~File() = default;
  // Fills `into` from `offset`; returns how many bytes there were (less than asked only at the end
  // of the file).
  virtual Result<size_t> read_at(uint64_t offset, MutableBytes into) = 0;
  // Writes all parts one after another from `offset` (pwritev), growing the file. Interrupted and
  // short writes are finished inside. kNoSpace for ENOSPC, EDQUOT and EFBIG.
  virtual Status write_at(uint64_t offset, std::span<const ByteView> parts) = 0;
  virtual Status sync_data() = 0;
  virtual Result<uint64_t> size() = 0;
  virtual Status truncate(uint64_t size) = 0;
  // Whether the file still has a name: false after somebody deleted it under us.
  virtual Result<bool> is_linked() = 0;
};

enum class OpenMode {
  kRead,       // must exist, read only
  kWrite,      // must exist, read and write
  kCreateNew,  // must not exist, read and write, mode 0600
};

// Held while the object lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class Directory {
 public:
  virtual ~Directory() = default;
  virtual Result<std::unique_ptr<File>> open(std::string_view name, OpenMode mode) = 0;
  virtual Status remove(std::string_view name) = 0;  // kNotFound when there is none
  virtual Status rename(std::string_view from, std::string_view to) = 0;  // replaces `to`
  virtual Result<std::vector<std::string>> list() = 0;  // regular files' names, sorted
  virtual Status sync() = 0;
  // Takes the lock file `name` (made when missing, unless shared) without waiting; kLocked, with
  // the holder's pid in the text, when somebody has it. flock: goes with the process, however it
  // ends. Exclusive writes our pid into the file. Shared with no such file: an empty lock (nobody
  // ever wrote here).
  virtual Result<std::unique_ptr<FileLock>> lock(std::string_view name, bool exclusive) = 0;
  virtual Result<DiskSpace> space() = 0;
  virtual const std::string& path() const = 0;  // for messages
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  // With `create`, makes the directory (0700) and its missing parents and makes their names
  // durable. kNotFound when it does not exist and create is false; kAccess, kReadOnly,
  // kInvalidArgument (not a directory).
  virtual Result<std::unique_ptr<Directory>> open_directory(std::string_view path, bool create,
                                                            bool read_only) = 0;
};

}  // namespace weir::env
