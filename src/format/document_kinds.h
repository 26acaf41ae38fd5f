// The kinds of a stored document's values: the low byte of a node. FORMAT.md §7.1 is the normative text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::format {

inline constexpr size_t kNodeBytes = 2;  // kind, bytes of the name

// Where a kind comes in several widths, its low two bits are the width: 1, 2, 4 or 8 bytes.
inline constexpr unsigned kNullKind = 0;
inline constexpr unsigned kFalseKind = 1;
inline constexpr unsigned kTrueKind = 2;
inline constexpr unsigned kIntKind = 4;  // 4 to 7
inline constexpr unsigned kUintKind = 8;
inline constexpr unsigned kFloatKind = 9;
inline constexpr unsigned kTextKind = 12;    // 12 to 14
inline constexpr unsigned kListKind = 16;    // 16 to 18, and 19: empty
inline constexpr unsigned kObjectKind = 20;  // 20 to 22, and 23: empty
inline constexpr unsigned kEmptyWidth = 3;
inline constexpr unsigned kDecimalKind = 64;  // 64 to 127: + 4 x scale + width
inline constexpr unsigned kDecimalScaleMax = 15;
inline constexpr int64_t kDecimalDigitsMax = int64_t{1} << 53;  // exact as a double

inline constexpr bool is_text_kind(unsigned kind) {
  return kind >= kTextKind && kind < kTextKind + 3;
}

// Bytes in the column of numbers. Of an unknown kind: more than any document has.
inline constexpr std::array<uint32_t, 256> kNumberBytes = [] {
  std::array<uint32_t, 256> bytes{};
  for (unsigned kind = 0; kind < 256; ++kind) {
    const uint32_t width = 1u << (kind & 3);
    uint32_t size = UINT32_MAX;
    if (kind <= kTrueKind) size = 0;
    if (kind >= kIntKind && kind < kIntKind + 4) size = width;
    if (kind == kUintKind || kind == kFloatKind) size = 8;
    if (is_text_kind(kind)) size = width;
    if (kind >= kListKind && kind < kObjectKind + 4) {
      size = (kind & 3) == kEmptyWidth ? 0 : 4 * width;
    }
    if (kind >= kDecimalKind && kind < kDecimalKind + 64) size = width;
    bytes[kind] = size;
  }
  return bytes;
}();

inline constexpr std::array<double, kDecimalScaleMax + 1> kPowersOfTen = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

}  // namespace weir::format
