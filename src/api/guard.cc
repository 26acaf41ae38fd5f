#include "api/guard.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include "base/assert.h"

namespace weir::api {

namespace {

// What a failure says when whoever found it had nothing to add.
const char* default_message(Code code) {
  switch (code) {
    case Code::kClosed:
      return "the handle, its queue or its store was closed or dropped";
    case Code::kForked:
      return "the handle belongs to the parent process; open the store in this process";
    case Code::kNoMemory:
      return "the process is out of memory";
    case Code::kFailed:
      return "the store stopped after a failed sync; close it and open it again";
    case Code::kReadOnly:
      return "the store was opened read only";
    case Code::kOk:
    case Code::kEmpty:
    case Code::kNotFound:
    case Code::kTimeout:
    case Code::kEnd:
    case Code::kInterrupted:
    case Code::kDuplicate:
    case Code::kConflict:
    case Code::kOutOfRange:
    case Code::kInvalidArgument:
    case Code::kIo:
    case Code::kNoSpace:
    case Code::kCorrupt:
    case Code::kLocked:
    case Code::kBusy:
    case Code::kExists:
    case Code::kTooLarge:
    case Code::kLimit:
    case Code::kUnsupported:
    case Code::kFormatTooNew:
    case Code::kBufferTooSmall:
    case Code::kAccess:
    case Code::kInternal:
      break;
  }
  return code_name(code);
}

// The longest prefix of at most `bytes_max` bytes that ends between two characters.
std::string_view cut_at_character(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

weir_status report_text(Code code, std::string_view text, int os_error, weir_error* err) noexcept {
  const auto status = static_cast<weir_status>(code);
  if (err == nullptr) return status;
  // A struct of another size was made by other headers: what lies behind its first fields is not
  // ours.
  if (err->struct_size != 0 && err->struct_size != sizeof(weir_error)) return status;
  weir_error filled = {};
  filled.struct_size = sizeof(weir_error);
  filled.status = status;
  filled.os_error = os_error;
  const std::string_view line = cut_at_character(text, sizeof filled.message - 1);
  std::memcpy(filled.message, line.data(), line.size());
  *err = filled;
  return status;
}

}  // namespace

weir_status report(const Status& status, weir_error* err) noexcept {
  if (!status.failed()) return static_cast<weir_status>(status.code());
  const std::string_view text = status.message();
  return report_text(status.code(), text.empty() ? default_message(status.code()) : text,
                     status.os_error(), err);
}

weir_status report_exception(weir_error* err) noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return report_text(Code::kNoMemory, default_message(Code::kNoMemory), 0, err);
  } catch (const BrokenInvariant& broken) {
    return report_text(Code::kInternal, broken.what(), 0, err);
  } catch (const std::exception& other) {
    return report_text(Code::kInternal, other.what(), 0, err);
  } catch (...) {
    return report_text(Code::kInternal, "an exception of unknown type", 0, err);
  }
}

}  // namespace weir::api
