#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

#include "base/prng.h"

namespace weir {
namespace {

// RFC 3720, appendix B.4.
TEST(Crc32c, agrees_with_the_standard) {
  std::array<uint8_t, 32> bytes = {};
  EXPECT_EQ(crc32c(bytes), 0x8A9136AAU);
  bytes.fill(0xFF);
  EXPECT_EQ(crc32c(bytes), 0x62A8AB43U);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  EXPECT_EQ(crc32c(bytes), 0x46DD794EU);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c(as_bytes("")), 0U);
}

TEST(Crc32c, both_paths_agree_at_every_size_alignment_and_seed) {
  Prng prng(1);
  std::vector<uint8_t> bytes(20'000);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(prng.next());
  const ByteView all = bytes;

  for (size_t size = 0; size < 1000; ++size) {
    const ByteView part = all.subspan(size % 9, size);
    ASSERT_EQ(crc32c(part, 7), crc32c_portable(part, 7)) << size;
  }
  for (size_t size = 6100; size < 19'000; size += 97) {
    const ByteView part = all.subspan(size % 8, size);
    ASSERT_EQ(crc32c(part), crc32c_portable(part)) << size;
  }
}

TEST(Crc32c, continues_from_an_earlier_part) {
  const ByteView whole = as_bytes("the quick brown fox jumps over the lazy dog");
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(crc32c(whole.subspan(cut), crc32c(whole.first(cut))), crc32c(whole));
  }
}

}  // namespace
}  // namespace weir
