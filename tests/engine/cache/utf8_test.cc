#include "engine/cache/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::cache {
namespace {

TEST(Utf8, EveryCodePointComesBack) {
  for (uint32_t point = 0; point <= 0x10FFFF; ++point) {
    if (point >= 0xD800 && point <= 0xDFFF) continue;
    char bytes[4];
    const size_t count = put_code_point(point, bytes);
    size_t at = 0;
    ASSERT_EQ(next_code_point({bytes, count}, &at), point);
    ASSERT_EQ(at, count);
  }
}

TEST(Utf8, WhatIsNoneIsFound) {
  const auto bad_at = [](std::string_view text) {
    size_t bad = 99;
    return is_utf8(text, &bad) ? size_t{100} : bad;
  };
  EXPECT_EQ(bad_at(""), 100u);
  EXPECT_EQ(bad_at("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"), 100u);
  EXPECT_EQ(bad_at("ab\x80"), 2u);            // no beginning
  EXPECT_EQ(bad_at("ab\xC3"), 2u);            // cut
  EXPECT_EQ(bad_at("\xC0\x80"), 0u);          // over-long
  EXPECT_EQ(bad_at("\xE0\x80\x80"), 0u);      // over-long
  EXPECT_EQ(bad_at("\xF0\x80\x80\x80"), 0u);  // over-long
  EXPECT_EQ(bad_at("x\xED\xA0\x80"), 1u);     // a surrogate
  EXPECT_EQ(bad_at("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(bad_at("\xE2\x28\xA1"), 0u);      // no continuation
  EXPECT_EQ(bad_at("\xFF"), 0u);
}

}  // namespace
}  // namespace weir::cache
