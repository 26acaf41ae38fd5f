// Failures of system calls as Status: one place for the mapping and for the words.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/status.h"

namespace weir::env {

// ENOSPC, EDQUOT, EFBIG: kNoSpace; EACCES, EPERM: kAccess; EROFS: kReadOnly; else kIo.
Code code_of_errno(int os_error);

// "cannot read 32 bytes at 4096 of /path/wal-1: Input/output error (errno 5)"
Status posix_failure(Code code, std::string_view what, int os_error);
Status posix_failure(std::string_view what, int os_error);

// "0750".
std::string permissions_text(mode_t mode);

}  // namespace weir::env
