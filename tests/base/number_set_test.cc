#include "base/number_set.h"

#include <gtest/gtest.h>

#include <set>

#include "base/prng.h"

namespace weir {
namespace {

TEST(NumberSet, numbers_in_order_are_one_interval) {
  NumberSet set;
  for (uint64_t number = 5; number < 1000; ++number) EXPECT_EQ(set.insert(number, number), 1U);

  EXPECT_EQ(set.count(), 995U);
  EXPECT_EQ(set.intervals().size(), 1U);
  EXPECT_EQ(set.first_missing(5), 1000U);
  EXPECT_EQ(set.first_missing(4), 4U);
}

TEST(NumberSet, a_gap_that_closes_joins_its_neighbours) {
  NumberSet set;
  EXPECT_EQ(set.insert(1, 3), 3U);
  EXPECT_EQ(set.insert(5, 7), 3U);

  EXPECT_EQ(set.insert(4, 4), 1U);

  EXPECT_EQ(set.intervals().size(), 1U);
  EXPECT_EQ(set.intervals().at(1), 7U);
}

TEST(NumberSet, overlapping_numbers_are_counted_once) {
  NumberSet set;
  set.insert(10, 20);
  set.insert(30, 40);

  EXPECT_EQ(set.insert(15, 35), 9U);
  EXPECT_EQ(set.insert(10, 40), 0U);
  EXPECT_EQ(set.count(), 31U);
}

TEST(NumberSet, holds_the_largest_number) {
  NumberSet set;

  EXPECT_EQ(set.insert(UINT64_MAX, UINT64_MAX), 1U);
  EXPECT_EQ(set.insert(UINT64_MAX - 1, UINT64_MAX - 1), 1U);

  EXPECT_TRUE(set.contains(UINT64_MAX));
  EXPECT_EQ(set.intervals().size(), 1U);
}

TEST(NumberSet, clear_empties) {
  NumberSet set;
  set.insert(1, 100);

  set.clear();

  EXPECT_TRUE(set.empty());
  EXPECT_EQ(set.count(), 0U);
}

// Against std::set, with intervals of all kinds of neighbourhood.
TEST(NumberSet, behaves_like_a_plain_set) {
  constexpr uint64_t kNumbers = 64;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    Prng prng(seed);
    NumberSet set;
    std::set<uint64_t> model;
    for (int step = 0; step < 100; ++step) {
      const uint64_t first = prng.below(kNumbers);
      const uint64_t last = first + prng.below(prng.one_in(4) ? 20 : 2);
      if (prng.one_in(10)) {
        set.erase_below(first);
        model.erase(model.begin(), model.lower_bound(first));
      } else {
        uint64_t added = 0;
        for (uint64_t number = first; number <= last; ++number)
          added += model.insert(number).second;
        ASSERT_EQ(set.insert(first, last), added) << "seed " << seed;
      }
      ASSERT_EQ(set.count(), model.size());
      uint64_t missing = first;
      while (model.contains(missing)) ++missing;
      ASSERT_EQ(set.first_missing(first), missing);
      ASSERT_EQ(set.contains(last), model.contains(last));
      const auto expected = std::distance(model.lower_bound(first), model.upper_bound(last));
      ASSERT_EQ(set.count_in(first, last), static_cast<uint64_t>(expected));
      const uint64_t* previous_last = nullptr;
      for (const auto& [from, to] : set.intervals()) {
        ASSERT_LE(from, to);
        ASSERT_TRUE(previous_last == nullptr || *previous_last + 1 < from);
        previous_last = &to;
      }
    }
  }
}

}  // namespace
}  // namespace weir
