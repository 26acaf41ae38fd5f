#include "base/crc32c.h"

#include <array>
#include <cstddef>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace weir {

namespace {

// Polynomials over GF(2) modulo the Castagnoli polynomial, bit-reflected: x^0 is the highest bit.
constexpr uint32_t kPolynomial = 0x82F63B78;

constexpr uint32_t times_x(uint32_t value) {
  return (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0);
}

using ByteTable = std::array<uint32_t, 256>;

// tables[0] is the classic byte table; tables[k] moves a byte over k more zero bytes (slicing by
// 8).
constexpr std::array<ByteTable, 8> make_slicing_tables() {
  std::array<ByteTable, 8> tables = {};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = times_x(value);
    tables[0][byte] = value;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

constexpr std::array<ByteTable, 8> kSlicing = make_slicing_tables();

uint32_t extend_portable(uint32_t state, const uint8_t* at, size_t size) {
  for (; size >= 8; at += 8, size -= 8) {
    const uint32_t low = load_little<uint32_t>(at) ^ state;
    const uint32_t high = load_little<uint32_t>(at + 4);
    state = kSlicing[7][low & 0xFF] ^ kSlicing[6][(low >> 8) & 0xFF] ^
            kSlicing[5][(low >> 16) & 0xFF] ^ kSlicing[4][low >> 24] ^ kSlicing[3][high & 0xFF] ^
            kSlicing[2][(high >> 8) & 0xFF] ^ kSlicing[1][(high >> 16) & 0xFF] ^
            kSlicing[0][high >> 24];
  }
  for (; size != 0; ++at, --size) state = (state >> 8) ^ kSlicing[0][(state ^ *at) & 0xFF];
  return state;
}

#if defined(__x86_64__)

// The instruction has a latency of three cycles and a throughput of one: three independent lanes
// keep it busy. A lane's checksum is then moved over the bytes of the lanes behind it by one table
// look-up per byte.
constexpr size_t kLongLane = 2048;
constexpr size_t kShortLane = 128;

constexpr uint32_t multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = 0x80000000; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = times_x(b);
  }
  return product;
}

// Multiplies each byte of a checksum by x^(8 * bytes); `bytes` is a power of two.
constexpr std::array<ByteTable, 4> make_shift_tables(size_t bytes) {
  uint32_t power = 0x00800000;  // x^8
  for (size_t done = 1; done < bytes; done *= 2) power = multiply(power, power);
  std::array<ByteTable, 4> tables = {};
  for (uint32_t k = 0; k < 4; ++k) {
    for (uint32_t byte = 1; byte < 256; ++byte) {
      const uint32_t lowest = byte & (0 - byte);
      const uint32_t rest = byte ^ lowest;
      tables[k][byte] =
          rest == 0 ? multiply(lowest << (8 * k), power) : tables[k][rest] ^ tables[k][lowest];
    }
  }
  return tables;
}

constexpr std::array<ByteTable, 4> kOverLongLane = make_shift_tables(kLongLane);
constexpr std::array<ByteTable, 4> kOverShortLane = make_shift_tables(kShortLane);

inline uint64_t move_over(const std::array<ByteTable, 4>& tables, uint64_t state) {
  return tables[0][state & 0xFF] ^ tables[1][(state >> 8) & 0xFF] ^
         tables[2][(state >> 16) & 0xFF] ^ tables[3][(state >> 24) & 0xFF];
}

__attribute__((target("sse4.2"))) inline uint64_t extend_lanes(
    uint64_t state, const uint8_t* at, size_t lane, const std::array<ByteTable, 4>& over) {
  uint64_t second = 0;
  uint64_t third = 0;
  for (const uint8_t* const end = at + lane; at != end; at += 8) {
    state = _mm_crc32_u64(state, load_little<uint64_t>(at));
    second = _mm_crc32_u64(second, load_little<uint64_t>(at + lane));
    third = _mm_crc32_u64(third, load_little<uint64_t>(at + 2 * lane));
  }
  return move_over(over, move_over(over, state) ^ second) ^ third;
}

__attribute__((target("sse4.2"))) uint32_t extend_sse42(uint32_t from, const uint8_t* at,
                                                        size_t size) {
  uint64_t state = from;
  for (; size >= 3 * kLongLane; at += 3 * kLongLane, size -= 3 * kLongLane) {
    state = extend_lanes(state, at, kLongLane, kOverLongLane);
  }
  for (; size >= 3 * kShortLane; at += 3 * kShortLane, size -= 3 * kShortLane) {
    state = extend_lanes(state, at, kShortLane, kOverShortLane);
  }
  for (; size >= 8; at += 8, size -= 8) state = _mm_crc32_u64(state, load_little<uint64_t>(at));
  auto narrow = static_cast<uint32_t>(state);
  if (size >= 4) {
    narrow = _mm_crc32_u32(narrow, load_little<uint32_t>(at));
    at += 4;
    size -= 4;
  }
  for (; size != 0; ++at, --size) narrow = _mm_crc32_u8(narrow, *at);
  return narrow;
}

// Zero (the portable path, the same answer) for a caller that runs before our initialisers.
const bool kHasSse42 = __builtin_cpu_supports("sse4.2") != 0;

#endif

}  // namespace

uint32_t crc32c(ByteView bytes, uint32_t seed) {
#if defined(__x86_64__)
  if (__builtin_expect(kHasSse42, 1)) return ~extend_sse42(~seed, bytes.data(), bytes.size());
#endif
  return crc32c_portable(bytes, seed);
}

uint32_t crc32c_portable(ByteView bytes, uint32_t seed) {
  return ~extend_portable(~seed, bytes.data(), bytes.size());
}

}  // namespace weir
