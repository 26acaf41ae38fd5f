#include "base/histogram.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Histogram, counts_and_adds_up) {
  Histogram values;
  for (const uint64_t value : {0U, 1U, 3U, 4U, 5U, 100U, 1000U}) values.record(value);

  EXPECT_EQ(values.count(), 7U);
  EXPECT_EQ(values.sum(), 1113U);
  EXPECT_EQ(values.count_up_to(3), 3U);
  EXPECT_EQ(values.count_up_to(4), 4U);
  EXPECT_EQ(values.count_up_to(127), 6U);
  EXPECT_EQ(values.count_up_to(UINT64_MAX), 7U);
}

TEST(Histogram, a_bound_is_off_by_a_quarter_at_most) {
  for (uint64_t value = 1; value < 1'000'000; value = value * 9 / 8 + 1) {
    Histogram values;
    values.record(value);
    EXPECT_EQ(values.count_up_to(value), 1U) << value;
    EXPECT_EQ(values.count_up_to(value + value / 4 + 1), 1U) << value;
    EXPECT_EQ(values.count_up_to(value - value / 4 - 1), 0U) << value;
  }
}

TEST(Histogram, takes_any_value) {
  Histogram values;
  values.record(UINT64_MAX);
  values.record(uint64_t{1} << 63);

  EXPECT_EQ(values.count_up_to(UINT64_MAX), 2U);
  EXPECT_EQ(values.count_up_to(uint64_t{1} << 62), 0U);
}

}  // namespace
}  // namespace weir
