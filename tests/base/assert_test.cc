#include "base/assert.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

#ifdef WEIR_DEBUG_ASSERTS
TEST(AssertDeathTest, broken_invariant_aborts_and_names_the_condition) {
  EXPECT_DEATH(WEIR_ASSERT(1 + 1 == 3), "1 \\+ 1 == 3");
}
#else
TEST(Assert, broken_invariant_throws_and_names_the_condition) {
  try {
    WEIR_ASSERT(1 + 1 == 3);
    FAIL() << "went on";
  } catch (const BrokenInvariant& broken) {
    EXPECT_NE(std::string(broken.what()).find("1 + 1 == 3"), std::string::npos);
    EXPECT_NE(std::string(broken.what()).find("assert_test.cc"), std::string::npos);
  }
}
#endif

TEST(Assert, a_kept_invariant_costs_nothing) {
  WEIR_ASSERT(1 + 1 == 2);
  WEIR_DEBUG_ASSERT(1 + 1 == 2);
}

}  // namespace
}  // namespace weir
