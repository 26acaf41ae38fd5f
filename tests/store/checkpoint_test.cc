#include "store/checkpoint.h"

#include <gtest/gtest.h>

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class CheckpointerTest : public StoreTest {
 protected:
  void checkpoint() {
    const Status status = store_->checkpoint();
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  uint64_t log_live_bytes() {
    MutexLock lock(store_->core().mutex);
    return store_->core().log_live_bytes;
  }
  size_t log_file_count() {
    MutexLock lock(store_->core().mutex);
    size_t count = 0;
    for (const auto& [id, file] : store_->core().files)
      count += file->kind() == format::FileKind::kLog ? 1U : 0U;
    return count;
  }
};

TEST_F(CheckpointerTest, live_records_move_to_a_segment_and_the_log_is_released) {
  push("a");
  push("b");
  checkpoint();

  EXPECT_EQ(names("seg-").size(), 1U);
  EXPECT_LE(log_live_bytes(), 2 * format::kBlockBytes + 4096);
  EXPECT_LE(log_file_count(), 1U);
  EXPECT_THAT(content(), ElementsAre("a", "b"));
  cut_power();
  open();
  EXPECT_THAT(content(), ElementsAre("a", "b"));
}

TEST_F(CheckpointerTest, dead_records_are_not_copied) {
  push_many(100, 1000, true);
  kill(1, 99);
  checkpoint();

  EXPECT_LE(store_->statistics().disk_bytes - store_->statistics().wal_bytes, 200'000U);
  EXPECT_EQ(content().size(), 1U);
  reopen();
  EXPECT_EQ(content().size(), 1U);
}

TEST_F(CheckpointerTest, nothing_live_makes_no_segment) {
  push("a");
  kill(1, 1);
  checkpoint();

  EXPECT_THAT(names("seg-"), IsEmpty());
  crash();
  EXPECT_EQ(stream_->next_number(), 2U);
  EXPECT_THAT(content(), IsEmpty());
}

TEST_F(CheckpointerTest, a_dead_segment_is_removed_by_the_next_one) {
  push("a");
  checkpoint();
  ASSERT_EQ(names("seg-").size(), 1U);
  kill(1, 1);

  checkpoint();

  EXPECT_THAT(names("seg-"), IsEmpty());
  crash();
  EXPECT_THAT(content(), IsEmpty());
}

TEST_F(CheckpointerTest, a_segment_with_one_live_record_stays) {
  push("a");
  push("b");
  checkpoint();
  kill(1, 1);
  checkpoint();

  EXPECT_EQ(names("seg-").size(), 1U);
  crash();
  EXPECT_THAT(content(), ElementsAre("b"));
}

TEST_F(CheckpointerTest, a_stream_with_much_gets_a_segment_of_its_own) {
  const StreamPtr other = stream_of("other");
  const StreamPtr third = stream_of("third");
  ASSERT_TRUE(push_to(other, "x").ok());
  ASSERT_TRUE(push_to(third, "y").ok());
  push_many(3, 1u << 20, true);

  checkpoint();

  EXPECT_EQ(names("seg-").size(), 2U);
  EXPECT_EQ(content().size(), 3U);
  EXPECT_THAT(content_of(other), ElementsAre("x"));
  EXPECT_THAT(content_of(third), ElementsAre("y"));
}

TEST_F(CheckpointerTest, a_dropped_streams_records_go) {
  push_many(10, 1000, true);
  checkpoint();
  {
    MutexLock lock(store_->core().mutex);
    ASSERT_TRUE(store_->drop_stream_locked(stream_).ok());
  }
  checkpoint();

  EXPECT_THAT(names("seg-"), IsEmpty());
  crash();
  EXPECT_EQ(stream_->next_number(), 1U);
}

TEST_F(CheckpointerTest, runs_by_itself_when_the_log_is_half_full) {
  close();
  options_.wal_bytes_max = 4u << 20;
  open();
  push_many(3000, 1000, true);  // a block of 4 KiB each
  pass_ms(5000);

  EXPECT_GT(store_->statistics().checkpoint_count, 0U);
  EXPECT_LE(log_live_bytes(), options_.wal_bytes_max / 2 + (64u << 10));
  EXPECT_LE(store_->statistics().wal_bytes, 2 * options_.wal_bytes_max);
  EXPECT_EQ(content().size(), 3000U);
}

TEST_F(CheckpointerTest, facts_and_streams_are_in_the_state) {
  {
    MutexLock lock(store_->core().mutex);
    store_->pipeline().set_fact(stream_, "key", "value");
    ASSERT_TRUE(store_->pipeline().wait(store_->pipeline().end_commit(true)).ok());
  }
  checkpoint();
  checkpoint();

  crash();

  MutexLock lock(store_->core().mutex);
  EXPECT_EQ(stream_->facts.at("key"), "value");
}

TEST_F(CheckpointerTest, an_idle_one_costs_few_syncs) {
  push("a");
  const uint64_t before = disk().sync_count();

  checkpoint();

  EXPECT_LE(disk().sync_count() - before, 6U + 1U + 2U);  // and a new log file, made once
}

TEST_F(CheckpointerTest, memory_streams_are_saved_at_a_close_only) {
  const StreamPtr memory = stream_of("m", storage::kStreamMemory);
  ASSERT_TRUE(push_to(memory, "m", false).ok());
  checkpoint();
  EXPECT_THAT(names("seg-"), IsEmpty());
}

TEST_F(CheckpointerTest, a_full_disk_leaves_the_store_usable) {
  push_many(50, 1000, true);
  disk().set_capacity(1);

  const Status status = store_->checkpoint();

  EXPECT_TRUE(status.ok() || status.code() == Code::kNoSpace) << status.to_string();
  EXPECT_EQ(content().size(), 50U);
  kill(1, 10);
  disk().set_capacity(1u << 30);
  checkpoint();
  EXPECT_EQ(content().size(), 40U);
  crash();
  EXPECT_EQ(content().size(), 40U);
}

TEST_F(CheckpointerTest, a_failed_sync_stops_the_store_and_loses_nothing) {
  for (uint64_t nth = 1; nth <= 5; ++nth) {
    start_anew();
    push("a");
    push("b");
    disk().fail_at(nth, sim::FaultKind::kEio, false, sim::kSync | sim::kSyncDirectory);
    const Status status = store_->checkpoint();
    if (disk().fault_count() != 0) {
      EXPECT_EQ(status.code(), Code::kFailed) << nth;
      EXPECT_EQ(push_to(stream_, "c").code(), Code::kFailed) << nth;
    }
    crash();
    EXPECT_THAT(content(), ElementsAre("a", "b")) << nth;
  }
}

TEST_F(CheckpointerTest, a_power_cut_at_any_point_loses_nothing_confirmed) {
  for (uint64_t point = 1; point <= 40; ++point) {
    start_anew();
    push("a");
    push("b");
    checkpoint();
    kill(1, 1);
    push("c");
    disk().crash_at(disk().io_count() + point);
    (void)store_->checkpoint().ok();
    cut_power(sim::LossMode::kRandomStrict, point);
    open();
    ASSERT_THAT(content(), ElementsAre("b", "c")) << "point " << point;
    EXPECT_EQ(stream_->next_number(), 4U);
  }
}

// --- compaction ---

TEST_F(CheckpointerTest, a_segment_more_than_half_dead_is_written_again) {
  for (int i = 0; i < 2000; ++i) push(std::string(1000, static_cast<char>('a' + i % 26)));
  checkpoint();
  const std::vector<std::string> before = names("seg-");
  {
    MutexLock lock(store_->core().mutex);
    for (uint64_t number = 1; number <= 2000; ++number) {
      if (number % 10 != 0) store_->pipeline().mark_dead(stream_, number, number);
    }
    store_->pipeline().end_commit(false);
  }
  checkpoint();
  cut_power();
  open();

  const std::vector<std::string> kept = content();
  ASSERT_EQ(kept.size(), 200U);
  EXPECT_EQ(kept[0], std::string(1000, static_cast<char>('a' + 9)));
  for (const std::string& name : before)
    EXPECT_THAT(names("seg-"), ::testing::Not(::testing::Contains(name)));
  EXPECT_LT(store_->statistics().disk_bytes - store_->statistics().wal_bytes, 700'000U);
}

TEST_F(CheckpointerTest, a_segment_more_than_half_live_is_left_alone) {
  for (int i = 0; i < 1000; ++i) push(std::string(1000, 'x'));
  checkpoint();
  const std::vector<std::string> before = names("seg-");
  {
    MutexLock lock(store_->core().mutex);
    for (uint64_t number = 1; number <= 1000; number += 3)
      store_->pipeline().mark_dead(stream_, number, number);
    store_->pipeline().end_commit(false);
  }
  checkpoint();

  EXPECT_EQ(names("seg-"), before);
}

TEST_F(CheckpointerTest, many_small_segments_become_one) {
  for (int i = 0; i < 40; ++i) {
    push(std::to_string(i));
    checkpoint();
  }
  EXPECT_LE(names("seg-").size(), kSmallSegmentsMax + 1);
  cut_power();
  open();
  EXPECT_EQ(content().size(), 40U);
}

TEST_F(CheckpointerTest, a_crash_at_any_point_of_a_compaction_loses_nothing) {
  bool done = false;
  for (uint64_t point = 2; !done; ++point) {
    start_anew();
    push_many(400, 1000);
    checkpoint();
    kill(1, 300);
    kill(303, 399);
    disk().crash_at(disk().io_count() + point / 2);
    done = store_->checkpoint().ok();
    // By turns the process is gone, with everything that it did, and the power.
    if (point % 2 == 0) {
      std::unique_ptr<sim::SimFileSystem> disk = world_->file_system().after_process_kill();
      close();
      world_ = std::make_unique<sim::SimEnv>(std::move(disk), point);
    } else {
      cut_power(sim::LossMode::kRandomStrict, point);
    }
    open();
    ASSERT_EQ(content().size(), 3U) << "point " << point;
    ASSERT_EQ(content()[0], std::string(1000, static_cast<char>('a' + 300 % 26)));
    ASSERT_LT(point, 100U);
  }
}

TEST_F(CheckpointerTest, Invariant07_compaction_drops_only_what_is_known_dead_on_disk) {
  bool done = false;
  for (uint64_t point = 1; !done; ++point) {
    start_anew();
    push_many(400, 1000, true);
    checkpoint();
    disk().crash_at(disk().io_count() + point);
    {
      MutexLock lock(store_->core().mutex);
      store_->pipeline().mark_dead(stream_, 1, 399);
      store_->pipeline().end_commit(false);  // not synced by anybody but the checkpoint
    }
    done = store_->checkpoint().ok();
    cut_power(sim::LossMode::kRandomStrict, point);
    open();
    const size_t left = content().size();
    ASSERT_TRUE(left == 400 || left == 1) << left << " at point " << point;
    if (done) {
      ASSERT_EQ(left, 1U);
    }
    ASSERT_LT(point, 100U);
  }
}

// --- compression ---

class CompressionTest : public CheckpointerTest {
 protected:
  void choose_level(char level) {
    MutexLock lock(store_->core().mutex);
    store_->pipeline().set_fact(stream_, kCompressionFact, std::string(1, level));
    store_->pipeline().end_commit(false);
  }
  uint64_t segment_bytes() {
    const Statistics all = store_->statistics();
    return all.disk_bytes - all.wal_bytes;
  }
};

TEST_F(CompressionTest, a_stream_that_asks_for_it_is_smaller_on_disk_and_reads_the_same) {
  choose_level(3);
  push_many(2000, 1000);
  checkpoint();
  EXPECT_LT(segment_bytes(), 500'000U);
  cut_power();
  open();

  const std::vector<std::string> all = content();
  ASSERT_EQ(all.size(), 2000U);
  EXPECT_EQ(all[27], std::string(1000, 'b'));
}

TEST_F(CompressionTest, nobody_is_compressed_unasked) {
  push_many(2000, 1000);
  checkpoint();

  EXPECT_GT(segment_bytes(), 2'000'000U);
}

TEST_F(CompressionTest, compaction_reads_and_writes_compressed_frames) {
  choose_level(1);
  Prng random(3);
  const auto text = [&] {
    std::string bytes(1000, ' ');
    for (char& byte : bytes) byte = static_cast<char>('a' + random.next() % 8);
    return bytes;
  };
  for (int i = 0; i < 2000; ++i) push(text());
  checkpoint();
  const std::string last = content().back();
  kill(1, 1990);
  checkpoint();
  EXPECT_LT(segment_bytes(), 200'000U);
  cut_power();
  open();

  const std::vector<std::string> kept = content();
  ASSERT_EQ(kept.size(), 10U);
  EXPECT_EQ(kept.back(), last);
}

TEST_F(CompressionTest, a_flipped_bit_in_a_compressed_frame_is_reported) {
  choose_level(3);
  push_many(100, 1000);
  checkpoint();
  const std::string path = std::string(kPath) + "/" + names("seg-").at(0);
  for (const uint64_t offset : {4166U, 4186U, 4206U}) {
    close();
    disk().flip_bit(path, offset, 1);
    open();
    const auto all = read_all(stream_);
    EXPECT_EQ(all.status().code(), Code::kCorrupt) << offset;
    disk().flip_bit(path, offset, 1);
  }
}

}  // namespace
}  // namespace weir::store
