#include "engine/cache/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/prng.h"
#include "tests/engine/cache/samples.h"

namespace weir::cache {
namespace {

using format::ValueView;

std::vector<ValueView> some_numbers() {
  std::vector<ValueView> numbers;
  for (const int64_t center :
       {int64_t{0}, int64_t{30}, int64_t{1} << 53, -(int64_t{1} << 53), int64_t{1} << 62,
        std::numeric_limits<int64_t>::max() - 2, std::numeric_limits<int64_t>::min() + 2}) {
    for (int64_t delta = -2; delta <= 2; ++delta) {
      numbers.push_back(ValueView::of_int(center + delta));
      const auto near = static_cast<double>(center + delta);
      for (const double value :
           {near, std::nextafter(near, INFINITY), std::nextafter(near, -INFINITY), near + 0.5}) {
        numbers.push_back(ValueView::of_float(value));
      }
    }
  }
  for (uint64_t delta = 0; delta < 3; ++delta) {
    numbers.push_back(ValueView::of_uint((uint64_t{1} << 63) + delta));
    numbers.push_back(ValueView::of_uint(std::numeric_limits<uint64_t>::max() - delta));
  }
  for (const double value : {0.0, -0.0, 0x1p63, -0x1p63, 0x1p64, 1e300, -1e300, 5e-324, -5e-324,
                             std::nextafter(0x1p64, 0.0), std::nextafter(0x1p63, 0.0)}) {
    numbers.push_back(ValueView::of_float(value));
  }
  return numbers;
}

long double exact(const ValueView& value) {
  if (value.type() == format::ValueType::kInt) return static_cast<long double>(value.as_int());
  if (value.type() == format::ValueType::kUint) return static_cast<long double>(value.as_uint());
  return static_cast<long double>(value.as_float());
}

TEST(Value, NumbersCompareByTheirExactValues) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  const std::vector<ValueView> numbers = some_numbers();
  for (const ValueView& one : numbers) {
    for (const ValueView& other : numbers) {
      const int expected = exact(one) < exact(other) ? -1 : exact(one) > exact(other) ? 1 : 0;
      ASSERT_EQ(compare_numbers(one, other), expected)
          << static_cast<double>(exact(one)) << " " << static_cast<double>(exact(other));
    }
  }
}

TEST(Value, NumberTable) {
  const auto compare = [](const ValueView& one, const ValueView& other) {
    return compare_numbers(one, other);
  };
  EXPECT_EQ(compare(ValueView::of_int(30), ValueView::of_float(30.0)), 0);
  EXPECT_EQ(compare(ValueView::of_int((int64_t{1} << 53) + 1), ValueView::of_float(0x1p53)), 1);
  EXPECT_EQ(
      compare(ValueView::of_int(std::numeric_limits<int64_t>::max()), ValueView::of_float(0x1p63)),
      -1);
  EXPECT_EQ(compare(ValueView::of_uint(uint64_t{1} << 63), ValueView::of_float(0x1p63)), 0);
  EXPECT_EQ(compare(ValueView::of_uint(UINT64_MAX), ValueView::of_float(0x1p64)), -1);
  EXPECT_EQ(compare(ValueView::of_int(0), ValueView::of_float(-0.0)), 0);
  EXPECT_EQ(compare(ValueView::of_int(-1), ValueView::of_uint(UINT64_MAX)), -1);
  EXPECT_EQ(compare(ValueView::of_int(1), ValueView::of_float(1.5)), -1);
  EXPECT_EQ(compare(ValueView::of_int(-1), ValueView::of_float(-1.5)), 1);
}

TEST(Value, ScalarsAreInOneOrder) {
  const ValueView in_order[] = {ValueView(),
                                ValueView::of_bool(false),
                                ValueView::of_bool(true),
                                ValueView::of_int(-5),
                                ValueView::of_float(0.5),
                                ValueView::of_uint(UINT64_MAX),
                                ValueView::of_text(""),
                                ValueView::of_text("a"),
                                ValueView::of_text(std::string_view("a\0", 2)),
                                ValueView::of_text("b")};
  for (size_t i = 0; i < std::size(in_order); ++i) {
    for (size_t j = 0; j < std::size(in_order); ++j) {
      const int order = compare_scalars(in_order[i], in_order[j]);
      EXPECT_EQ(order < 0, i < j) << i << " " << j;
      EXPECT_EQ(order == 0, i == j) << i << " " << j;
    }
  }
}

TEST(Value, ContainersAreEqualByContent) {
  const auto same = [](const char* one, const char* other) {
    const auto a = samples::stored(one);
    const auto b = samples::stored(other);
    ValueView x;
    ValueView y;
    EXPECT_TRUE(format::DocumentView::open(a).value().fields().find("v", &x));
    EXPECT_TRUE(format::DocumentView::open(b).value().fields().find("v", &y));
    return equal(x, y);
  };
  EXPECT_TRUE(same(R"({"v":[1,{"a":2,"b":[]}]})", R"({"v":[1.0,{"b":[],"a":2}]})"));
  EXPECT_FALSE(same(R"({"v":[1,2]})", R"({"v":[2,1]})"));
  EXPECT_FALSE(same(R"({"v":[1]})", R"({"v":[1,1]})"));
  EXPECT_FALSE(same(R"({"v":{"a":1}})", R"({"v":{"a":1,"b":1}})"));
  EXPECT_FALSE(same(R"({"v":{"a":1}})", R"({"v":{"b":1}})"));
  EXPECT_FALSE(same(R"({"v":[]})", R"({"v":{}})"));
}

TEST(Value, FieldTablesFindInSmallAndLargeObjects) {
  for (const int count : {0, 5, 11, 12, 500}) {
    std::string json = "{";
    for (int i = 0; i < count; ++i) json += text(i == 0 ? "" : ",", "\"f", i, "\":", i);
    const auto bytes = samples::stored(json + "}");
    FieldTable table(format::DocumentView::open(bytes).value().span());
    ASSERT_EQ(table.fields().size(), static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) {
      const auto* field = table.find(text("f", i));
      ASSERT_NE(field, nullptr);
      EXPECT_EQ(field->value.as_int(), i);
      EXPECT_EQ(field, &table.fields()[static_cast<size_t>(i)]);
    }
    EXPECT_EQ(table.find("f"), nullptr);
    EXPECT_EQ(table.find("g"), nullptr);
  }
}

}  // namespace
}  // namespace weir::cache
