// What a snapshot keeps, through closing, crashes at every point, and bounds that changed.
#include "tests/engine/buffer/fixture.h"

namespace weir::buffer {
namespace {

class SnapshotTest : public BufferTest {
 protected:
  SnapshotTest() {
    options_.snapshot = true;
    open(kFileUrl);
  }
  void reopen() {
    close();
    open(kFileUrl);
  }
  void fill(uint64_t count, const std::string& value = "value") {
    for (uint64_t i = 0; i < count; ++i)
      ASSERT_EQ(set(key_of(i), value + std::to_string(i)), Code::kOk);
  }
  uint64_t found(uint64_t count, const std::string& value = "value") {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; ++i) {
      const std::string got = peek(key_of(i));
      if (got == "-") continue;
      EXPECT_EQ(got, value + std::to_string(i));
      ++sum;
    }
    return sum;
  }
};

TEST_F(SnapshotTest, items_come_back_with_the_time_that_remained) {
  set("a", "1");
  set("b", "2", 5000);
  set("c", "");
  set(std::string(1000, 'k'), std::string(100'000, 'v'), 5000);
  set("gone", "x", 10);
  pass_ms(400);
  reopen();
  EXPECT_EQ(remaining_ns("a"), 600 * kMs);
  EXPECT_EQ(remaining_ns("b"), 4600 * kMs);
  EXPECT_EQ(peek("c"), "");
  EXPECT_EQ(get(std::string(1000, 'k')), std::string(100'000, 'v'));
  EXPECT_EQ(peek("gone"), "-");
  EXPECT_EQ(count(), 4U);
  // And are renewed by their own expiry.
  get("b");
  EXPECT_EQ(remaining_ns("b"), 5000 * kMs);
  run_ms(601);
  EXPECT_EQ(peek("a"), "-");
}

TEST_F(SnapshotTest, time_stands_still_while_it_is_closed) {
  set("a", "1");
  close();
  pass_ms(100'000);
  open(kFileUrl);
  EXPECT_EQ(remaining_ns("a"), 1000 * kMs);
}

TEST_F(SnapshotTest, more_than_one_commit) {
  fill(20'000);
  reopen();
  EXPECT_EQ(count(), 20'000U);
  EXPECT_EQ(found(20'000), 20'000U);
  reopen();
  EXPECT_EQ(count(), 20'000U);
}

TEST_F(SnapshotTest, it_is_used_up_by_the_opening) {
  fill(100);
  reopen();
  EXPECT_EQ(take(key_of(1)), "value1");
  crash();
  open(kFileUrl);
  EXPECT_EQ(count(), 0U);
}

TEST_F(SnapshotTest, an_empty_buffer_leaves_no_old_one) {
  fill(10);
  reopen();
  uint64_t cleared = 0;
  ASSERT_TRUE(table().clear(owner(), &cleared).ok());
  reopen();
  EXPECT_EQ(count(), 0U);
}

TEST_F(SnapshotTest, without_the_option_nothing_is_saved_and_the_old_one_waits) {
  fill(10);
  close();
  options_.snapshot = false;
  open(kFileUrl);
  EXPECT_EQ(count(), 0U);
  set("other", "1");
  close();
  options_.snapshot = true;
  open(kFileUrl);
  EXPECT_EQ(found(10), 10U);
  EXPECT_EQ(count(), 10U);
}

TEST_F(SnapshotTest, the_store_goes_on_while_the_snapshot_is_written) {
  fill(1000);
  ASSERT_TRUE(buffer_->close().ok());
  ASSERT_TRUE(store_->checkpoint().ok());
  open(kFileUrl);
  EXPECT_EQ(found(1000), 1000U);
}

TEST_F(SnapshotTest, larger_than_the_bounds_it_is_refused_and_stays) {
  fill(100);
  close();
  options_.items_max = 50;
  Result<std::shared_ptr<store::Store>> store =
      store::Store::open(world_->env(), kFileUrl, store_options_);
  ASSERT_TRUE(store.ok());
  store_ = store.take();
  EXPECT_EQ(Handle::open(store_, "b", &options_).status().code(), Code::kLimit);
  options_.items_max = 100;
  open(kFileUrl);
  EXPECT_EQ(found(100), 100U);
}

TEST_F(SnapshotTest, with_eviction_as_much_as_fits_comes_back) {
  fill(100);
  close();
  options_.items_max = 50;
  options_.policy = Policy::kEvict;
  open(kFileUrl);
  EXPECT_EQ(count(), 50U);
}

TEST_F(SnapshotTest, a_buffer_as_large_as_the_budget_is_saved) {
  close();
  store_options_.memory_bytes_max = 2 << 20;
  open(kFileUrl);
  uint64_t stored = 0;
  while (set(key_of(stored), std::string(1000, 'v')) == Code::kOk) ++stored;
  ASSERT_GT(stored, 1000U);
  close();
  store_options_.memory_bytes_max = 64 << 20;
  open(kFileUrl);
  EXPECT_EQ(count(), stored);
}

TEST_F(SnapshotTest, read_only_it_is_read_and_kept) {
  fill(10);
  close();
  store_options_.read_only = true;
  open(kFileUrl);
  EXPECT_EQ(found(10), 10U);
  close();
  store_options_.read_only = false;
  open(kFileUrl);
  EXPECT_EQ(found(10), 10U);
}

TEST_F(SnapshotTest, a_memory_store_takes_the_option_and_keeps_nothing) {
  close();
  open("mem:");
  fill(10);
  EXPECT_TRUE(buffer_->close().ok());
  open("mem:");
  EXPECT_EQ(count(), 0U);
}

// The power goes at every point of a closing that replaces a snapshot: afterwards there is the new one, or nothing of
// it; the one before was used up by the opening.
TEST_F(SnapshotTest, a_crash_while_it_is_written_leaves_all_of_it_or_nothing) {
  close();
  uint64_t whole = 0;
  uint64_t none = 0;
  for (uint64_t point = 1; whole == 0; ++point) {
    ASSERT_LT(point, 500U);
    world_ = std::make_unique<sim::SimEnv>(point);
    open(kFileUrl);
    fill(3000);
    world_->file_system().crash_at(world_->file_system().io_count() + point);
    const bool closed = buffer_->close().ok();
    buffer_.reset();
    const bool crashed = world_->file_system().crashed();
    std::unique_ptr<sim::SimFileSystem> disk =
        world_->file_system().after_power_cut(point, sim::LossMode::kRandom);
    if (!crashed) world_->file_system().crash_now();
    store_.reset();
    world_ = std::make_unique<sim::SimEnv>(std::move(disk), point);
    open(kFileUrl);
    const uint64_t left = count();
    ASSERT_TRUE(left == 0 || left == 3000) << left << " at " << point;
    ASSERT_EQ(found(3000), left) << point;
    ASSERT_TRUE(left == 3000 || !closed) << point;
    if (!crashed) ++whole;
    if (left == 0) ++none;
    close();
  }
  EXPECT_GT(none, 3U);
}

}  // namespace
}  // namespace weir::buffer
