#include "common/failure.h"

#include <system_error>

namespace weir::tools {

const char* advice_for(weir_status status) {
  switch (status) {
    case WEIR_E_LOCKED:
      return "use the store through that process, or end it first";
    case WEIR_E_CORRUPT:
      return "keep a copy of the directory, then run `weir verify` on it for a full report";
    case WEIR_E_NO_SPACE:
      return "free disk space, or take messages out; nothing was changed";
    case WEIR_E_LIMIT:
      return "take messages out first, or try again later";
    case WEIR_E_ACCESS:
      return "check the owner and the mode of the directory";
    case WEIR_E_READ_ONLY:
      return "make the store and its file system writable";
    case WEIR_E_FORMAT_TOO_NEW:
      return "use the weir version that wrote it, or a later one";
    case WEIR_E_FAILED:
      return "check the disk, then try again; what was under way may or may not be there";
    case WEIR_E_IO:
      return "check the disk and the kernel's log";
    case WEIR_E_TOO_LARGE:
      return "split it";
    case WEIR_E_INTERNAL:
      return "this is a bug in weir, please report it";
    default:
      return "";
  }
}

Failure failure_of(const std::string& doing, weir_status status, const weir_error& error) {
  std::string line = doing + ": ";
  // A library that only knows the status leaves the message empty.
  line += error.message[0] != '\0' ? error.message : weir_status_name(status);
  if (const std::string advice = advice_for(status); !advice.empty()) line += "; " + advice;
  int exit_code = kExitError;
  if (status == WEIR_E_CORRUPT) exit_code = kExitDamage;
  if (status == WEIR_E_LOCKED) exit_code = kExitInUse;
  return Failure(exit_code, line);
}

Failure system_failure(const std::string& doing, int error_number) {
  return Failure(kExitError, doing + ": " + std::generic_category().message(error_number));
}

weir_status check(weir_status status, const weir_error& error, const std::string& doing) {
  if (status < WEIR_OK) throw failure_of(doing, status, error);
  return status;
}

}  // namespace weir::tools
