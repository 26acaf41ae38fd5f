// Descriptor: an open file descriptor that does not survive fork in the child.
//
//  - Every open descriptor is in a process-wide registry; in a forked child the registry closes
//    them all, so that no copy keeps a lock alive after the parent died, and the generation
//    changes.
//  - An object that the child inherited owns nothing there: its number may already belong to
//    another file. number() is -1 then, so that every system call fails with EBADF, and destruction
//    closes nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace weir::env {

class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(Descriptor&& other) noexcept { *this = static_cast<Descriptor&&>(other); }
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }

  // openat with O_CLOEXEC; on failure not open, and errno says why.
  static Descriptor open_at(int directory, const char* path, int flags, mode_t mode = 0);

  // eventfd, non-blocking, at zero.
  static Descriptor open_event();

  bool is_open() const { return number_ >= 0; }
  int number() const;
  void close();

 private:
  template <typename Open>
  static Descriptor open_with(Open&& open);

  int number_ = -1;
  uint32_t generation_ = 0;
};

}  // namespace weir::env
