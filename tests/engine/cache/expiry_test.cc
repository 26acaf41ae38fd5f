// Documents that expire.
#include <gtest/gtest.h>

#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

class ExpiryTest : public CollectionTest {
 protected:
  static PutOptions living(int64_t ttl_ms) {
    PutOptions options;
    options.ttl_ms = ttl_ms;
    return options;
  }
};

TEST_F(ExpiryTest, a_document_is_hidden_exactly_when_it_is_due) {
  put("a", "x", living(1000));
  put("b", "y");
  pass_ms(999);
  EXPECT_EQ(get("a"), "x");
  EXPECT_EQ(count(), 2U);

  pass_ms(1);

  EXPECT_EQ(get("a"), "-");
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(scan(), (Contents{{"b", "y"}}));
  EXPECT_EQ(remove("a"), Code::kNotFound);
  PutOptions insert;
  insert.mode = PutMode::kInsert;
  EXPECT_EQ(put_code("a", "z", insert), Code::kOk);
  EXPECT_EQ(get("a"), "z");
  EXPECT_EQ(count(), 2U);
}

TEST_F(ExpiryTest, replacing_starts_a_new_life) {
  put("a", "1", living(1000));
  pass_ms(900);
  put("a", "2", living(1000));
  pass_ms(900);
  EXPECT_EQ(get("a"), "2");
  put("a", "3");
  pass_ms(100'000);

  EXPECT_EQ(get("a"), "3");
  EXPECT_EQ(count(), 1U);
}

TEST_F(ExpiryTest, removal_follows_in_steps_and_is_logged) {
  for (int i = 0; i < 1000; ++i) put("k" + std::to_string(i), "x", living(1000));
  pass_ms(1000);
  EXPECT_EQ(count(), 0U);
  {
    MutexLock lock(store_->mutex());
    EXPECT_EQ(collection_->stream()->live_count(), 1000U);
  }

  put("a", "x");
  {
    MutexLock lock(store_->mutex());
    EXPECT_LT(collection_->stream()->live_count(), 1000U);
    EXPECT_GT(collection_->stream()->live_count(), 900U);
  }
  EXPECT_TRUE(collection_->save().ok());
  crash();

  MutexLock lock(store_->mutex());
  EXPECT_EQ(collection_->stream()->live_count(), 1U);
}

TEST_F(ExpiryTest, survives_a_restart_and_counts_the_time_between) {
  put("a", "x", living(10'000));
  put("b", "x", living(100'000));
  close();
  pass_ms(50'000);
  open();

  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(get("a"), "-");
  EXPECT_EQ(get("b"), "x");
}

TEST_F(ExpiryTest, jumps_of_the_wall_clock_do_not_count) {
  put("a", "x", living(10'000));
  world_->clock().jump_wall_ns(100'000'000 * env::kNanosecondsPerMillisecond);
  EXPECT_EQ(get("a"), "x");
  world_->clock().jump_wall_ns(-300'000'000 * env::kNanosecondsPerMillisecond);
  pass_ms(10'000);
  EXPECT_EQ(get("a"), "-");

  // Set back, and started again: it lives for its whole time to live, and no longer.
  put("b", "x", living(10'000));
  world_->clock().jump_wall_ns(-300'000'000 * env::kNanosecondsPerMillisecond);
  reopen();
  pass_ms(9'000);
  EXPECT_EQ(get("b"), "x");
  pass_ms(1'000);
  EXPECT_EQ(get("b"), "-");
  EXPECT_EQ(count(), 0U);
}

TEST_F(ExpiryTest, a_cursor_leaves_out_what_was_due_when_it_was_opened) {
  put("a", "x", living(1000));
  put("b", "x", living(2000));
  pass_ms(1000);
  const std::unique_ptr<Cursor> cursor = open_cursor();
  pass_ms(5000);

  EXPECT_EQ(read_on(*cursor), (Contents{{"b", "x"}}));
  EXPECT_EQ(scan(), Contents());
}

}  // namespace
}  // namespace weir::cache
