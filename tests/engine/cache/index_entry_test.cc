#include "engine/cache/index_entry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/prng.h"
#include "engine/cache/value.h"

namespace weir::cache {
namespace {

using format::ValueView;

TEST(ScalarEntry, KeysAreInTheOrderOfTheValues) {
  std::vector<ValueView> values = {ValueView(), ValueView::of_bool(false),
                                   ValueView::of_bool(true)};
  for (const int64_t center :
       {int64_t{0}, int64_t{1} << 53, -(int64_t{1} << 53), (int64_t{1} << 62) + 511,
        std::numeric_limits<int64_t>::max() - 3, std::numeric_limits<int64_t>::min() + 3}) {
    for (int64_t delta = -3; delta <= 3; ++delta) {
      values.push_back(ValueView::of_int(center + delta));
      values.push_back(ValueView::of_float(static_cast<double>(center + delta)));
      values.push_back(ValueView::of_float(static_cast<double>(center + delta) + 0.5));
    }
  }
  for (uint64_t delta = 0; delta < 5000; delta += 499) {
    values.push_back(ValueView::of_uint((uint64_t{1} << 63) + delta));
    values.push_back(ValueView::of_uint(UINT64_MAX - delta));
  }
  for (const double value :
       {0x1p63, 0x1p64, -0x1p63, -0.0, 5e-324, -5e-324, 1e308, -1e308,
        std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()}) {
    values.push_back(ValueView::of_float(value));
  }
  for (const ValueView& one : values) {
    for (const ValueView& other : values) {
      const ScalarEntry a = ScalarEntry::of(one, 5);
      const ScalarEntry b = ScalarEntry::of(other, 5);
      const int order = compare_scalars(one, other);
      ASSERT_EQ(ScalarEntry::less(a, b), order < 0);
      ASSERT_EQ(ScalarEntry::less(b, a), order > 0);
      ASSERT_EQ(a.number(), 5u);
    }
  }
  EXPECT_TRUE(ScalarEntry::less(ScalarEntry::of(ValueView::of_int(1), 5),
                                ScalarEntry::of(ValueView::of_float(1.0), 6)));
}

TEST(TextEntry, KeysAreInTheOrderOfTheTexts) {
  using namespace std::string_view_literals;
  std::vector<std::string> texts = {"",         "a",         "b",        "ab",   "abcdefg",
                                    "abcdefgh", "abcdefghi", "abcdefgi", "\xFF", "ä"};
  texts.emplace_back("a\0"sv);
  texts.emplace_back("a\0\0\0\0\0\0\0"sv);
  texts.emplace_back("a\0\0\0\0\0\0\0\0"sv);
  texts.emplace_back("a\0\0\0\0\0\0\0b"sv);
  texts.emplace_back(64, 'q');
  texts.emplace_back(63, 'q');
  for (const std::string& one : texts) {
    for (const std::string& other : texts) {
      const TextEntry a = TextEntry::of(one, 5);
      const TextEntry b = TextEntry::of(other, 5);
      ASSERT_EQ(TextEntry::less(a, b), one < other) << one << " " << other;
      ASSERT_EQ(TextEntry::compare(a, b) == 0, one == other) << one << " " << other;
      ASSERT_EQ(a.starts_with(b), one.starts_with(other)) << one << " " << other;
    }
  }
  EXPECT_TRUE(TextEntry::less(TextEntry::of("same", 5), TextEntry::of("same", 6)));
}

TEST(TextEntry, LongTextsAreKnownByTheirFirst64Bytes) {
  const std::string text(64, 'x');
  EXPECT_EQ(TextEntry::compare(TextEntry::of(text + "a", 1), TextEntry::of(text + "b", 1)), 0);
  EXPECT_EQ(TextEntry::of(text + "a", 1).size(), 64u);
}

TEST(TextPool, KeepsTexts) {
  TextPool pool;
  std::vector<std::pair<const char*, std::string>> kept;
  for (int i = 0; i < 5000; ++i) {
    const std::string text(static_cast<size_t>(1 + i % 56), static_cast<char>('a' + i % 26));
    kept.emplace_back(pool.keep(text), text);
  }
  for (const auto& [at, text] : kept) ASSERT_EQ(std::string(at, text.size()), text);
  EXPECT_GT(pool.bytes(), 5000u * 28);
}

}  // namespace
}  // namespace weir::cache
