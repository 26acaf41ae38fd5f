#include "engine/cache/cursor.h"

#include <gtest/gtest.h>

#include "tests/engine/cache/fixture.h"

namespace weir::cache {
namespace {

class CursorTest : public CollectionTest {
 protected:
  void fill(int count, size_t bytes) {
    for (int i = 0; i < count; ++i) {
      const std::string key = "k" + std::to_string(i);
      model_[key] = key + std::string(bytes, 'x');
      put_async(key, model_[key]);
    }
  }

  Contents model_;
};

TEST_F(CursorTest, an_empty_collection_ends_at_once) {
  const std::unique_ptr<Cursor> cursor = open_cursor();
  EXPECT_EQ(cursor->next(10, 1000, &documents_).code(), Code::kEnd);
  EXPECT_EQ(cursor->next(10, 1000, &documents_).code(), Code::kEnd);
}

TEST_F(CursorTest, gives_everything_once_in_order) {
  fill(1000, 300);

  EXPECT_EQ(scan(), model_);
  const std::unique_ptr<Cursor> cursor = open_cursor();
  EXPECT_EQ(read_on(*cursor, 1), model_);
  const std::unique_ptr<Cursor> all = open_cursor();
  EXPECT_EQ(read_on(*all, 100'000), model_);
}

TEST_F(CursorTest, stops_at_the_bytes_it_is_allowed_but_gives_one_at_least) {
  fill(10, 1000);
  const std::unique_ptr<Cursor> cursor = open_cursor();

  ASSERT_TRUE(cursor->next(10, 3000, &documents_).ok());
  EXPECT_EQ(documents_.count(), 2U);
  ASSERT_TRUE(cursor->next(10, 0, &documents_).ok());
  EXPECT_EQ(documents_.count(), 1U);
}

TEST_F(CursorTest, goes_on_behind_a_version) {
  fill(10, 10);
  const std::unique_ptr<Cursor> first = open_cursor();
  ASSERT_TRUE(first->next(4, 1 << 20, &documents_).ok());
  CursorOptions options;
  options.after = first->position();

  const std::unique_ptr<Cursor> second = open_cursor(options);

  EXPECT_EQ(read_on(*second).size(), 6U);
}

// What happens after the opening does not show, wherever the scan is.
TEST_F(CursorTest, sees_the_collection_as_it_was_when_it_was_opened) {
  options_.memory_bytes_max = 1 << 20;
  reopen();
  fill(3000, 900);
  EXPECT_TRUE(store_->checkpoint().ok());
  const std::unique_ptr<Cursor> cursor = open_cursor();
  ASSERT_TRUE(cursor->next(5, 1 << 20, &documents_).ok());
  Contents seen;
  for (size_t i = 0; i < documents_.count(); ++i)
    seen.emplace(documents_.at(i).key, as_text(documents_.at(i).payload));

  for (int i = 0; i < 3000; ++i) {
    const std::string key = "k" + std::to_string(i);
    if (i % 3 == 0) remove(key);
    if (i % 3 == 1) put_async(key, "new");
  }
  put("added", "later");
  EXPECT_TRUE(store_->checkpoint().ok());
  EXPECT_TRUE(store_->checkpoint().ok());

  Contents rest = read_on(*cursor);
  seen.merge(rest);
  EXPECT_EQ(seen, model_);
  EXPECT_EQ(scan().size(), 2001U);
}

TEST_F(CursorTest, several_cursors_each_have_their_own_moment) {
  std::vector<std::unique_ptr<Cursor>> cursors;
  std::vector<Contents> moments;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) {
      const std::string key = "k" + std::to_string((i * 7 + round * 13) % 97);
      if ((i + round) % 4 == 0) {
        remove(key);
        model_.erase(key);
      } else {
        model_[key] = std::to_string(round);
        put_async(key, model_[key]);
      }
    }
    cursors.push_back(open_cursor());
    moments.push_back(model_);
    if (round % 3 == 2) {
      cursors.erase(cursors.begin() + round % static_cast<int>(cursors.size() - 1));
      moments.erase(moments.begin() + round % static_cast<int>(moments.size() - 1));
    }
  }

  for (size_t i = 0; i < cursors.size(); ++i) EXPECT_EQ(read_on(*cursors[i]), moments[i]) << i;
}

// Seed 003, mistake 6: a stream that nobody read to its end blocked all writers for ever.
TEST_F(CursorTest, an_abandoned_cursor_blocks_nobody_and_frees_what_it_held) {
  fill(2000, 300);
  std::unique_ptr<Cursor> cursor = open_cursor();
  ASSERT_TRUE(cursor->next(1, 1 << 20, &documents_).ok());

  fill(2000, 300);
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(remove("k" + std::to_string(i)), Code::kOk);
  const uint64_t held = stats().memory_bytes;
  cursor.reset();

  EXPECT_LT(stats().memory_bytes, held / 2);
  EXPECT_EQ(count(), 0U);
}

TEST_F(CursorTest, a_snapshot_that_pins_too_much_ends_with_a_clear_status) {
  fill(10, 10);
  const std::unique_ptr<Cursor> cursor = open_cursor();
  ASSERT_TRUE(cursor->next(1, 1 << 20, &documents_).ok());
  collection_->state()->set_held_max(100);

  for (int i = 0; i < 30; ++i) fill(10, 10);

  while (cursor->next(1, 1 << 20, &documents_).ok()) {
  }
  const Status status = cursor->next(1, 1 << 20, &documents_);
  EXPECT_EQ(status.code(), Code::kLimit);
  EXPECT_THAT(status.to_string(), HasSubstr("100"));
  EXPECT_EQ(scan(), model_);
}

TEST_F(CursorTest, ends_when_the_collection_is_closed_or_dropped) {
  fill(10, 10);
  const std::unique_ptr<Cursor> cursor = open_cursor();
  ASSERT_TRUE(drop(*store_, "c").ok());

  EXPECT_EQ(cursor->next(1, 1 << 20, &documents_).code(), Code::kClosed);
}

}  // namespace
}  // namespace weir::cache
