#include "api/check.h"

#include <algorithm>
#include <cstring>

namespace weir::api {

namespace {

// The length of the well-formed character at the beginning of `text`, or 0.
size_t character_bytes(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || bytes > text.size()) return 0;
  for (size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool too_high = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || too_high ? 0 : bytes;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t bytes = character_bytes(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

bool has_control_character(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<uint8_t>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

Result<std::string_view> check_text(const char* what, const char* value, size_t bytes_min,
                                    size_t bytes_max) {
  WEIR_TRY(check_pointer(what, value));
  const size_t bytes = strnlen(value, bytes_max + 1);
  const std::string_view given(value, bytes);
  if (bytes < bytes_min) {
    return Status(Code::kInvalidArgument,
                  text(what, " is empty; it has from ", bytes_min, " to ", bytes_max, " bytes"));
  }
  if (bytes > bytes_max) {
    return Status(Code::kInvalidArgument,
                  text(what, " ", quoted(given), " has more than ", bytes_max, " bytes"));
  }
  if (!is_utf8(given)) {
    return Status(Code::kInvalidArgument, text(what, " ", quoted(given), " is not UTF-8"));
  }
  if (has_control_character(given)) {
    return Status(Code::kInvalidArgument,
                  text(what, " ", quoted(given), " contains a control character"));
  }
  return given;
}

Status check_pointer(const char* what, const void* pointer) {
  if (pointer != nullptr) return {};
  return {Code::kInvalidArgument, text(what, " is NULL")};
}

Result<ByteView> check_data(const char* what, const void* data, size_t size) {
  if (data == nullptr && size != 0) {
    return Status(Code::kInvalidArgument, text(what, " is NULL and its size is ", size));
  }
  return as_bytes(data, size);
}

Status check_range(const char* what, uint64_t value, uint64_t min, uint64_t max) {
  if (value >= min && value <= max) return {};
  return {Code::kInvalidArgument, text(what, " is ", value, "; it goes from ", min, " to ", max)};
}

Status check_duration(const char* what, int64_t value_ms) {
  if (value_ms >= 0 && value_ms <= queue::kDurationMsMax) return {};
  return {Code::kInvalidArgument,
          text(what, " is ", value_ms, "; it goes from 0 to ", queue::kDurationMsMax)};
}

Status check_flag(const char* what, uint8_t value) {
  if (value <= 1) return {};
  return {Code::kInvalidArgument, text(what, " is ", uint32_t{value}, "; it is 0 or 1")};
}

Status check_reserved(const char* struct_name, std::span<const uint8_t> reserved) {
  const auto is_zero = [](uint8_t byte) { return byte == 0; };
  if (std::all_of(reserved.begin(), reserved.end(), is_zero)) return {};
  return {Code::kInvalidArgument,
          text(struct_name, ".reserved is not zero; begin with the init call of ", struct_name)};
}

Result<store::Durability> check_durability(uint32_t value) {
  switch (static_cast<store::Durability>(value)) {
    case store::Durability::kDefault:
    case store::Durability::kAsync:
    case store::Durability::kSync:
      return static_cast<store::Durability>(value);
    case store::Durability::kMemory:
      break;
  }
  return Status(Code::kInvalidArgument,
                text("durability is ", value,
                     "; a call can ask for WEIR_DURABILITY_DEFAULT (0), _ASYNC (2) or _SYNC (3)"));
}

}  // namespace weir::api
