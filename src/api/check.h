// Checks that every public call makes of its arguments. Each names the argument, the value and what
// would be right.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "engine/queue/queue.h"
#include "store/options.h"

namespace weir::api {

// Well-formed UTF-8 (no overlong forms, surrogates or numbers above U+10FFFF).
bool is_utf8(std::string_view text);
// C0, DEL or C1: what a terminal could obey. The text is well-formed UTF-8.
bool has_control_character(std::string_view text);

// A zero-terminated text of 1 to `bytes_max` bytes, UTF-8, without control characters.
Result<std::string_view> check_text(const char* what, const char* value, size_t bytes_min,
                                    size_t bytes_max);
Status check_pointer(const char* what, const void* pointer);
Result<ByteView> check_data(const char* what, const void* data, size_t size);
Status check_range(const char* what, uint64_t value, uint64_t min, uint64_t max);
Status check_duration(const char* what, int64_t value_ms);
Status check_flag(const char* what, uint8_t value);
Status check_reserved(const char* struct_name, std::span<const uint8_t> reserved);
Result<store::Durability> check_durability(uint32_t value);

// Sets *out to nullptr and wants out itself.
template <typename Public>
Status check_out(const char* what, Public** out) {
  if (out == nullptr) return check_pointer(what, out);
  *out = nullptr;
  return {};
}

}  // namespace weir::api
