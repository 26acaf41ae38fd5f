#include "base/status.h"

#include <utility>

namespace weir {

namespace {

constexpr size_t kQuotedBytesMax = 80;

// The length of the well-formed UTF-8 character that `value` starts with; 0 when it is none. Strict
// about continuation bytes only: the text is for people, but the languages that decode it refuse
// stray bytes.
size_t character_length(std::string_view value) {
  const auto lead = static_cast<uint8_t>(value[0]);
  size_t length = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) length = 2;
  if (lead >= 0xE0 && lead <= 0xEF) length = 3;
  if (lead >= 0xF0 && lead <= 0xF4) length = 4;
  if (length == 0 || length > value.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<uint8_t>(value[i]) & 0xC0) != 0x80) return 0;
  }
  const auto second = static_cast<uint8_t>(value[1]);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // surrogate
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
  return length;
}

// C0, DEL and C1: what a terminal could obey.
bool is_control(std::string_view character) {
  const auto lead = static_cast<uint8_t>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7F;
  return lead == 0xC2 && static_cast<uint8_t>(character[1]) < 0xA0;
}

void append_escaped(std::string& out, std::string_view raw) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char byte : raw) {
    const auto value = static_cast<uint8_t>(byte);
    out += "\\x";
    out += kDigits[value >> 4];
    out += kDigits[value & 15];
  }
}

}  // namespace

Status& Status::operator=(const Status& other) {
  if (this == &other) return *this;
  message_ = other.message_ ? std::make_unique<std::string>(*other.message_) : nullptr;
  code_ = other.code_;
  os_error_ = other.os_error_;
  return *this;
}

std::string Status::to_string() const {
  std::string_view name = code_name(code_);
  for (const std::string_view prefix : {"WEIR_E_", "WEIR_"}) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  std::string out;
  for (const char letter : name) {
    const bool upper = letter >= 'A' && letter <= 'Z';
    out += upper ? static_cast<char>(letter - 'A' + 'a') : (letter == '_' ? ' ' : letter);
  }
  if (message_) out += ": " + *message_;
  return out;
}

const char* code_name(Code code) {
  switch (code) {
    case Code::kOk:
      return "WEIR_OK";
    case Code::kEmpty:
      return "WEIR_EMPTY";
    case Code::kNotFound:
      return "WEIR_NOT_FOUND";
    case Code::kTimeout:
      return "WEIR_TIMEOUT";
    case Code::kEnd:
      return "WEIR_END";
    case Code::kInterrupted:
      return "WEIR_INTERRUPTED";
    case Code::kDuplicate:
      return "WEIR_DUPLICATE";
    case Code::kConflict:
      return "WEIR_CONFLICT";
    case Code::kOutOfRange:
      return "WEIR_OUT_OF_RANGE";
    case Code::kInvalidArgument:
      return "WEIR_E_INVALID_ARGUMENT";
    case Code::kClosed:
      return "WEIR_E_CLOSED";
    case Code::kIo:
      return "WEIR_E_IO";
    case Code::kNoSpace:
      return "WEIR_E_NO_SPACE";
    case Code::kNoMemory:
      return "WEIR_E_NO_MEMORY";
    case Code::kCorrupt:
      return "WEIR_E_CORRUPT";
    case Code::kLocked:
      return "WEIR_E_LOCKED";
    case Code::kBusy:
      return "WEIR_E_BUSY";
    case Code::kExists:
      return "WEIR_E_EXISTS";
    case Code::kTooLarge:
      return "WEIR_E_TOO_LARGE";
    case Code::kLimit:
      return "WEIR_E_LIMIT";
    case Code::kReadOnly:
      return "WEIR_E_READ_ONLY";
    case Code::kUnsupported:
      return "WEIR_E_UNSUPPORTED";
    case Code::kFormatTooNew:
      return "WEIR_E_FORMAT_TOO_NEW";
    case Code::kBufferTooSmall:
      return "WEIR_E_BUFFER_TOO_SMALL";
    case Code::kFailed:
      return "WEIR_E_FAILED";
    case Code::kForked:
      return "WEIR_E_FORKED";
    case Code::kAccess:
      return "WEIR_E_ACCESS";
    case Code::kInternal:
      return "WEIR_E_INTERNAL";
  }
  return "WEIR_UNKNOWN";
}

std::string to_text(uint64_t value) { return std::to_string(value); }
std::string to_text(int64_t value) { return std::to_string(value); }
std::string to_text(uint32_t value) { return std::to_string(value); }
std::string to_text(int32_t value) { return std::to_string(value); }

std::string quoted(std::string_view value) {
  std::string out = "\"";
  size_t at = 0;
  while (at < value.size()) {
    const size_t found = character_length(value.substr(at));
    const std::string_view piece = value.substr(at, found == 0 ? 1 : found);
    if (at + piece.size() > kQuotedBytesMax) break;
    if (found == 0 || is_control(piece)) {
      append_escaped(out, piece);
    } else {
      if (piece == "\"" || piece == "\\") out += '\\';
      out += piece;
    }
    at += piece.size();
  }
  out += '"';
  if (at < value.size()) out += "...";
  return out;
}

}  // namespace weir
