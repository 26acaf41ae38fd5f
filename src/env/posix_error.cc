#include "env/posix_error.h"

#include <cerrno>
#include <cstring>

namespace weir::env {

Code code_of_errno(int os_error) {
  switch (os_error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Code::kNoSpace;
    case EACCES:
    case EPERM:
      return Code::kAccess;
    case EROFS:
      return Code::kReadOnly;
    default:
      return Code::kIo;
  }
}

Status posix_failure(Code code, std::string_view what, int os_error) {
  // GNU's strerror_r: thread-safe, and its text needs no buffer for known numbers.
  char buffer[128] = {};
  const char* const words = strerror_r(os_error, buffer, sizeof buffer);
  return {code, text(what, ": ", words, " (errno ", os_error, ")"), os_error};
}

Status posix_failure(std::string_view what, int os_error) {
  return posix_failure(code_of_errno(os_error), what, os_error);
}

std::string permissions_text(mode_t mode) {
  std::string digits = "0";
  for (const unsigned shift : {6U, 3U, 0U}) {
    digits += static_cast<char>('0' + ((mode >> shift) & 7U));
  }
  return digits;
}

}  // namespace weir::env
