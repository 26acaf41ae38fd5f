// What the format tests share: pinned identities, hexadecimal text, random and damaged bytes.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/prng.h"
#include "format/layout.h"

// A broken invariant ends the process where debug assertions are on, and throws elsewhere.
#ifdef WEIR_DEBUG_ASSERTS
#define EXPECT_BROKEN_INVARIANT(statement) EXPECT_DEATH(statement, "broken invariant")
#else
#define EXPECT_BROKEN_INVARIANT(statement) EXPECT_THROW(statement, weir::BrokenInvariant)
#endif

namespace weir::format::samples {

// Known-answer tests are written against these values; they never change.
inline constexpr StoreUuid kUuid = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
inline constexpr uint64_t kFileId = 0x1122334455667788;
inline constexpr uint64_t kSalt = 0x99AABBCCDDEEFF01;
inline constexpr Seed kSeed = {kUuid, kFileId, kSalt};

inline std::vector<uint8_t> from_hex(std::string_view hex) {
  const auto digit = [](char letter) {
    return static_cast<uint8_t>(letter <= '9' ? letter - '0' : letter - 'a' + 10);
  };
  std::vector<uint8_t> bytes(hex.size() / 2);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return bytes;
}

inline std::string to_hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

inline std::vector<uint8_t> random_bytes(Prng& prng, size_t size) {
  std::vector<uint8_t> bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(prng.next());
  return bytes;
}

inline std::string random_text(Prng& prng, size_t size) {
  return std::string(as_text(random_bytes(prng, size)));
}

// Numbers near the edges as often as in between.
inline uint64_t random_number(Prng& prng) { return prng.next() >> prng.below(64); }

// A copy in a block of its own size, so that AddressSanitizer sees the first byte read beyond it.
inline std::vector<uint8_t> exact_copy(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

// Calls `check(bytes, bit)` with each bit of [first, last) flipped in turn.
template <typename Check>
void with_each_bit_flipped(ByteView bytes, size_t first, size_t last, Check&& check) {
  std::vector<uint8_t> flipped = exact_copy(bytes);
  for (size_t bit = first * 8; bit < last * 8; ++bit) {
    const auto mask = static_cast<uint8_t>(1u << (bit % 8));
    flipped[bit / 8] ^= mask;
    check(ByteView(flipped), bit);
    flipped[bit / 8] ^= mask;
  }
}

// One to four changes of the kinds that storage and attackers make.
inline std::vector<uint8_t> mutated(Prng& prng, std::vector<uint8_t> bytes) {
  for (uint64_t left = 1 + prng.below(4); left != 0 && !bytes.empty(); --left) {
    const size_t at = prng.below(bytes.size());
    switch (prng.below(5)) {
      case 0:
        bytes[at] ^= static_cast<uint8_t>(1u << prng.below(8));
        break;
      case 1:
        bytes[at] = static_cast<uint8_t>(prng.next());
        break;
      case 2:
        bytes[at] = prng.one_in(2) ? 0xFF : 0x00;
        break;
      case 3:
        // A whole little-endian word of a hostile size.
        for (size_t i = at / 8 * 8; i < bytes.size() && i < at / 8 * 8 + 8; ++i) {
          bytes[i] = prng.one_in(8) ? 0x7F : 0xFF;
        }
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

}  // namespace weir::format::samples
