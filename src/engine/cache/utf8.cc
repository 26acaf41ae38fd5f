#include "engine/cache/utf8.h"

namespace weir::cache {

uint32_t next_code_point(std::string_view text, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const size_t from = (*at)++;
  const uint32_t first = byte(from);
  if (first < 0x80) return first;
  const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || text.size() - from <= more) return kNoCodePoint;
  uint32_t point = first & (0x3Fu >> more);
  for (unsigned i = 1; i <= more; ++i) {
    if ((byte(from + i) & 0xC0) != 0x80) return kNoCodePoint;
    point = point << 6 | (byte(from + i) & 0x3Fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (point < kSmallest[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
    return kNoCodePoint;
  }
  *at = from + more + 1;
  return point;
}

size_t put_code_point(uint32_t code_point, char* to) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3F));
  };
  if (code_point < 0x80) {
    to[0] = static_cast<char>(code_point);
    return 1;
  }
  if (code_point < 0x800) {
    to[0] = static_cast<char>(0xC0 | code_point >> 6);
    to[1] = tail(0);
    return 2;
  }
  if (code_point < 0x10000) {
    to[0] = static_cast<char>(0xE0 | code_point >> 12);
    to[1] = tail(6);
    to[2] = tail(0);
    return 3;
  }
  to[0] = static_cast<char>(0xF0 | code_point >> 18);
  to[1] = tail(12);
  to[2] = tail(6);
  to[3] = tail(0);
  return 4;
}

bool is_utf8(std::string_view text, size_t* bad) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t from = at;
    if (next_code_point(text, &at) != kNoCodePoint) continue;
    *bad = from;
    return false;
  }
  return true;
}

}  // namespace weir::cache
