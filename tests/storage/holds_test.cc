#include "storage/holds.h"

#include <gtest/gtest.h>

namespace weir::storage {
namespace {

TEST(Holds, the_last_hold_to_go_frees_what_died) {
  Holds holds;
  const uint64_t first = holds.open();
  holds.note_dead(3, 5);
  const uint64_t second = holds.open();
  holds.note_dead(7, 7);

  EXPECT_TRUE(holds.close(second).empty());
  EXPECT_EQ(holds.count(), 4U);
  const NumberSet freed = holds.close(first);

  EXPECT_EQ(freed.count(), 4U);
  EXPECT_TRUE(freed.contains(7));
  EXPECT_TRUE(holds.empty());
}

TEST(Holds, what_died_before_a_hold_does_not_wait_for_it) {
  Holds holds;
  const uint64_t first = holds.open();
  holds.note_dead(3, 5);
  const uint64_t second = holds.open();
  holds.note_dead(7, 7);

  EXPECT_EQ(holds.close(first).count(), 3U);
  EXPECT_EQ(holds.count_in(1, 10), 1U);
  EXPECT_EQ(holds.close(second).count(), 1U);
}

TEST(Holds, collects_what_died_after_a_hold_was_opened) {
  Holds holds;
  const uint64_t first = holds.open();
  holds.note_dead(3, 5);
  const uint64_t second = holds.open();
  holds.note_dead(7, 9);
  NumberSet since_first;
  NumberSet since_second;

  holds.collect(first, 4, 8, &since_first);
  holds.collect(second, 4, 8, &since_second);

  EXPECT_EQ(since_first.count(), 4U);
  EXPECT_EQ(since_second.count(), 2U);
  EXPECT_FALSE(since_second.contains(4));
}

TEST(Holds, closing_twice_changes_nothing) {
  Holds holds;
  const uint64_t id = holds.open();
  holds.note_dead(1, 2);

  EXPECT_EQ(holds.close(id).count(), 2U);
  EXPECT_TRUE(holds.close(id).empty());
}

}  // namespace
}  // namespace weir::storage
