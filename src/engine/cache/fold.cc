#include "engine/cache/fold.h"

#include <algorithm>
#include <cstring>

#include "engine/cache/utf8.h"

namespace weir::cache {

namespace {

bool in(uint32_t point, uint32_t first, uint32_t last) { return point >= first && point <= last; }

// Where capital and small letters take turns.
uint32_t even_to_next(uint32_t point) { return point | 1; }
uint32_t odd_to_next(uint32_t point) { return point + (point & 1); }

uint32_t fold_latin(uint32_t p) {
  if (p < 0xC0) return p == 0xB5 ? 0x3BC : p;
  if (p <= 0xDE) return p == 0xD7 ? p : p + 0x20;
  if (p < 0x100) return p;
  if (in(p, 0x100, 0x12F) || in(p, 0x132, 0x137) || in(p, 0x14A, 0x177)) return even_to_next(p);
  if (in(p, 0x139, 0x148) || in(p, 0x179, 0x17E)) return odd_to_next(p);
  if (p == 0x178) return 0xFF;
  return p == 0x17F ? 's' : p;
}

uint32_t fold_greek(uint32_t p) {
  if (in(p, 0x391, 0x3AB) && p != 0x3A2) return p + 0x20;
  if (p == 0x386) return 0x3AC;
  if (in(p, 0x388, 0x38A)) return p + 37;
  if (p == 0x38C) return 0x3CC;
  if (in(p, 0x38E, 0x38F)) return p + 63;
  return p == 0x3C2 ? 0x3C3 : p;
}

uint32_t fold_cyrillic(uint32_t p) {
  if (p < 0x410) return p + 0x50;
  if (p < 0x430) return p + 0x20;
  if (in(p, 0x460, 0x481) || in(p, 0x48A, 0x4BF) || in(p, 0x4D0, 0x52F)) return even_to_next(p);
  if (p == 0x4C0) return 0x4CF;
  return in(p, 0x4C1, 0x4CE) ? odd_to_next(p) : p;
}

// Gives the folded UTF-8 of each code point to take(bytes, count) until that returns false.
template <typename Take>
void for_each_folded(std::string_view text, Take&& take) {
  size_t at = 0;
  char bytes[4];
  while (at < text.size()) {
    const size_t from = at;
    const uint32_t point = next_code_point(text, &at);
    size_t count = 1;
    if (point == kNoCodePoint) {
      bytes[0] = text[from];
    } else {
      count = put_code_point(fold(point), bytes);
    }
    if (!take(bytes, count)) return;
  }
}

}  // namespace

uint32_t fold(uint32_t p) {
  if (p < 0x80) return p >= 'A' && p <= 'Z' ? p + 0x20 : p;
  if (p < 0x180) return fold_latin(p);
  if (in(p, 0x386, 0x3CF)) return fold_greek(p);
  if (in(p, 0x400, 0x52F)) return fold_cyrillic(p);
  if (in(p, 0x531, 0x556)) return p + 48;
  if (in(p, 0x1E00, 0x1E95) || in(p, 0x1EA0, 0x1EFF)) return even_to_next(p);
  return p == 0x1E9E ? 0xDF : p;
}

void fold_text(std::string_view text, size_t bytes_max, std::string* out) {
  out->clear();
  for_each_folded(text, [&](const char* bytes, size_t count) {
    out->append(bytes, count);
    return out->size() < bytes_max;
  });
}

std::string fold_text(std::string_view text) {
  std::string out;
  fold_text(text, SIZE_MAX, &out);
  return out;
}

int compare_folded(std::string_view text, std::string_view folded) {
  int order = 0;
  for_each_folded(text, [&](const char* bytes, size_t count) {
    const size_t common = std::min(count, folded.size());
    order = std::memcmp(bytes, folded.data(), common);
    if (order == 0 && common < count) order = 1;
    folded.remove_prefix(common);
    return order == 0;
  });
  if (order == 0 && !folded.empty()) return -1;
  return order;
}

bool starts_with_folded(std::string_view text, std::string_view folded) {
  if (folded.empty()) return true;
  bool same = true;
  for_each_folded(text, [&](const char* bytes, size_t count) {
    const size_t common = std::min(count, folded.size());
    same = std::memcmp(bytes, folded.data(), common) == 0;
    folded.remove_prefix(common);
    return same && !folded.empty();
  });
  return same && folded.empty();
}

}  // namespace weir::cache
