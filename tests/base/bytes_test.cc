#include "base/bytes.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Bytes, numbers_are_little_endian_whatever_the_machine_is) {
  uint8_t bytes[8] = {};

  store_little<uint32_t>(bytes, 0x01020304);

  EXPECT_EQ(bytes[0], 4);
  EXPECT_EQ(bytes[3], 1);
  EXPECT_EQ(load_little<uint32_t>(bytes), 0x01020304U);
  EXPECT_EQ(load_little<uint16_t>(bytes + 1), 0x0203U);
}

TEST(Bytes, text_and_bytes_are_views_of_the_same) {
  EXPECT_EQ(as_text(as_bytes("abc")), "abc");
  EXPECT_TRUE(as_bytes("").empty());
}

TEST(Bytes, aligns_up) {
  EXPECT_EQ(align_up(0, 4096), 0U);
  EXPECT_EQ(align_up(1, 4096), 4096U);
  EXPECT_EQ(align_up(4096, 4096), 4096U);
}

}  // namespace
}  // namespace weir
