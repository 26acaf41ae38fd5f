#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

namespace weir {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Status(Code::kInvalidArgument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  WEIR_ASSIGN(const int once, half(number));
  WEIR_ASSIGN(const int twice, half(once));
  return twice;
}

Status check_even(int number) {
  WEIR_TRY(half(number).take_status());
  return {};
}

TEST(Result, holds_a_value_or_the_reason_why_not) {
  EXPECT_EQ(half(8).value(), 4);
  EXPECT_EQ(half(7).status().code(), Code::kInvalidArgument);
}

TEST(Result, assign_returns_the_first_failure) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).status().message(), "odd");
}

TEST(Result, try_returns_outcomes_too) {
  EXPECT_TRUE(check_even(2).ok());
  EXPECT_EQ(check_even(3).message(), "odd");
}

TEST(Result, gives_away_what_can_only_be_moved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);

  const std::unique_ptr<int> taken = result.take();

  EXPECT_EQ(*taken, 5);
}

}  // namespace
}  // namespace weir
