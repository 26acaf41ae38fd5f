// UTF-8: is it, and one code point at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::cache {

// Reads the code point at `at` and moves behind it. Bytes that are no UTF-8 (over-long, surrogates, above U+10FFFF, cut)
// give kNoCodePoint, and `at` moves by one.
inline constexpr uint32_t kNoCodePoint = UINT32_MAX;
uint32_t next_code_point(std::string_view text, size_t* at);

// Appends the UTF-8 of a code point, 1 to 4 bytes, to `to`; returns how many.
size_t put_code_point(uint32_t code_point, char* to);

// *bad: where it stops to be.
bool is_utf8(std::string_view text, size_t* bad);

}  // namespace weir::cache
