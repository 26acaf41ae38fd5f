#include "store/store.h"

#include <gtest/gtest.h>

#include "base/assert.h"
#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class StoreClassTest : public StoreTest {
 protected:
  Status reserve_ids(uint64_t count) {
    MutexLock lock(store_->mutex());
    return store_->reserve_ids_locked(stream_, count);
  }
};

TEST_F(StoreClassTest, options_and_urls_are_checked_before_anything_is_made) {
  close();
  options_.memory_bytes_max = 1;
  EXPECT_EQ(try_open("/sim/other").code(), Code::kInvalidArgument);
  options_ = Options();
  EXPECT_EQ(try_open("ftp:other").code(), Code::kUnsupported);

  options_.create = false;
  EXPECT_EQ(try_open("/sim/other").code(), Code::kNotFound);
}

TEST_F(StoreClassTest, a_store_in_memory_touches_no_disk) {
  close();
  const uint64_t before = disk().io_count();
  open("mem:");
  push("a");
  EXPECT_TRUE(store_->sync().ok());
  EXPECT_TRUE(store_->checkpoint().ok());
  EXPECT_FALSE(store_->durable());
  close();

  EXPECT_EQ(disk().io_count(), before);
}

TEST_F(StoreClassTest, streams_are_found_by_engine_and_name) {
  const StreamPtr other = stream_of("other");
  MutexLock lock(store_->mutex());

  EXPECT_EQ(store_->find_stream_locked(kEngine, "other"), other);
  EXPECT_EQ(store_->find_stream_locked(kEngine + 1, "other"), nullptr);
  EXPECT_EQ(store_->find_stream_locked(kEngine, "none"), nullptr);
  EXPECT_EQ(store_->streams_of_locked(kEngine).size(), 2U);
}

TEST_F(StoreClassTest, a_created_stream_survives_a_crash) {
  const uint32_t id = stream_of("other")->id();

  crash();

  MutexLock lock(store_->mutex());
  const StreamPtr found = store_->find_stream_locked(kEngine, "other");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id(), id);
}

TEST_F(StoreClassTest, stream_ids_are_not_used_again) {
  const StreamPtr other = stream_of("other");
  const uint32_t id = other->id();
  {
    MutexLock lock(store_->mutex());
    EXPECT_TRUE(store_->drop_stream_locked(other).ok());
    EXPECT_EQ(store_->find_stream_locked(kEngine, "other"), nullptr);
  }
  crash();

  EXPECT_GT(stream_of("other")->id(), id);
}

TEST_F(StoreClassTest, a_drop_frees_memory_at_once) {
  push_many(100, 10'000);
  EXPECT_GT(store_->statistics().memory_bytes_used, 1'000'000U);
  {
    MutexLock lock(store_->mutex());
    EXPECT_TRUE(store_->drop_stream_locked(stream_).ok());
  }

  EXPECT_EQ(store_->statistics().memory_bytes_used, 0U);
  EXPECT_EQ(store_->statistics().stream_count, 0U);
}

TEST_F(StoreClassTest, ids_are_reserved_below_a_synced_ceiling) {
  EXPECT_TRUE(reserve_ids(10).ok());
  EXPECT_GE(stream_->ceiling_synced, 11U);
  const uint64_t syncs = disk().sync_count();

  EXPECT_TRUE(reserve_ids(10).ok());

  EXPECT_EQ(disk().sync_count(), syncs);
}

TEST_F(StoreClassTest, more_ids_than_a_step_are_reserved_at_once) {
  EXPECT_TRUE(reserve_ids(1'000'000).ok());

  EXPECT_GE(stream_->ceiling_synced, 1'000'001U);
}

TEST_F(StoreClassTest, an_orderly_close_skips_no_id) {
  push("a", false);
  reopen();
  push("b");
  EXPECT_EQ(stream_->next_number(), 3U);
  crash();

  EXPECT_EQ(stream_->next_number(), 3U);
  EXPECT_THAT(content(), ElementsAre("a", "b"));
}

TEST_F(StoreClassTest, sync_makes_async_commits_durable) {
  push("a", false);
  EXPECT_TRUE(store_->sync().ok());

  crash();

  EXPECT_THAT(content(), ElementsAre("a"));
}

TEST_F(StoreClassTest, statistics_count_what_is_there) {
  push("a");
  push("b");
  kill(1, 1);
  ASSERT_TRUE(store_->checkpoint().ok());

  const Statistics statistics = store_->statistics();

  EXPECT_EQ(statistics.stream_count, 1U);
  EXPECT_EQ(statistics.record_count, 1U);
  EXPECT_EQ(statistics.segment_count, 1U);
  EXPECT_EQ(statistics.checkpoint_count, 1U);
  EXPECT_GE(statistics.commit_count, 4U);
  EXPECT_GT(statistics.wal_bytes, 0U);
  EXPECT_GT(statistics.disk_bytes, statistics.wal_bytes);
  EXPECT_EQ(statistics.memory_bytes_max, options_.memory_bytes_max);
  EXPECT_EQ(statistics.async_loss_records_max, 2U * options_.async_records_max);
}

TEST_F(StoreClassTest, a_directory_deleted_under_the_store_stops_it) {
  push("a");
  disk().delete_directory(kPath);

  EXPECT_EQ(push_to(stream_, "b").code(), Code::kFailed);
}

#ifndef WEIR_DEBUG_ASSERTS
TEST_F(StoreTest, a_broken_invariant_stops_the_store_and_loses_nothing_confirmed) {
  push("a");
  EXPECT_THROW(WEIR_ASSERT(1 + 1 == 3), BrokenInvariant);

  const Status status = push_to(stream_, "b");

  EXPECT_EQ(status.code(), Code::kFailed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("invariant"));
  reopen();
  EXPECT_THAT(content(), ElementsAre("a"));
  EXPECT_TRUE(push_to(stream_, "c").ok());
}
#endif

}  // namespace
}  // namespace weir::store
