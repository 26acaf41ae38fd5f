// Status: the outcome of a call that can fail. Codes are those of the C API (include/weir/base.h;
// the api layer asserts that they agree). A failure carries one line of text and the errno, where
// there is one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

enum class Code : int32_t {
  kOk = 0,
  // Expected outcomes: not failures, they carry no text.
  kEmpty = 1,
  kNotFound = 2,
  kTimeout = 3,
  kEnd = 4,
  kInterrupted = 5,
  kDuplicate = 6,
  kConflict = 7,
  kOutOfRange = 8,
  // Failures.
  kInvalidArgument = -1,
  kClosed = -2,
  kIo = -3,
  kNoSpace = -4,
  kNoMemory = -5,
  kCorrupt = -6,
  kLocked = -7,
  kBusy = -8,
  kExists = -9,
  kTooLarge = -10,
  kLimit = -11,
  kReadOnly = -12,
  kUnsupported = -13,
  kFormatTooNew = -14,
  kBufferTooSmall = -15,
  kFailed = -16,
  kForked = -17,
  kAccess = -18,
  kInternal = -99,
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code)
      : code_(code) {}  // NOLINT(google-explicit-constructor): outcomes read as values
  Status(Code code, std::string message, int os_error = 0)
      : code_(code),
        os_error_(os_error),
        message_(std::make_unique<std::string>(std::move(message))) {}

  Status(const Status& other) { *this = other; }
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;
  ~Status() = default;

  bool ok() const { return code_ == Code::kOk; }
  bool failed() const { return static_cast<int32_t>(code_) < 0; }
  Code code() const { return code_; }
  int os_error() const { return os_error_; }
  std::string_view message() const {
    return message_ ? std::string_view(*message_) : std::string_view();
  }
  // "corrupt: segment 7 …" for tests, logs and reports.
  std::string to_string() const;

 private:
  Code code_ = Code::kOk;
  int32_t os_error_ = 0;
  std::unique_ptr<std::string> message_;
};

// "WEIR_E_IO" and so on: static text.
const char* code_name(Code code);

// Joins the pieces of a message: text(“size ”, 12, “ is above …”).
std::string to_text(uint64_t value);
std::string to_text(int64_t value);
std::string to_text(uint32_t value);
std::string to_text(int32_t value);
inline std::string to_text(unsigned long long value) {
  return to_text(static_cast<uint64_t>(value));
}
inline std::string to_text(long long value) { return to_text(static_cast<int64_t>(value)); }
inline std::string to_text(std::string_view value) { return std::string(value); }
inline std::string to_text(const char* value) { return std::string(value); }

template <typename... Parts>
std::string text(const Parts&... parts) {
  std::string all;
  (all.append(to_text(parts)), ...);
  return all;
}

// User-given text for messages: quoted, control characters escaped, cut at 80 bytes.
std::string quoted(std::string_view value);

}  // namespace weir
