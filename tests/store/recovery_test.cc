#include "store/recovery.h"

#include <gtest/gtest.h>

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class RecoveryTest : public StoreTest {
 protected:
  std::string path_of(const std::string& name) const { return std::string(kPath) + "/" + name; }
  std::vector<std::pair<uint64_t, uint64_t>> gaps() {
    MutexLock lock(store_->core().mutex);
    return stream_->gaps;
  }
  // Opening fails with `code`, says `part`, and changes nothing.
  void expect_refusal(Code code, const std::string& part) {
    const uint64_t before = disk().image_hash();
    const Status status = try_open();
    EXPECT_EQ(status.code(), code) << status.to_string();
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
    EXPECT_EQ(disk().image_hash(), before);
  }
};

TEST_F(RecoveryTest, a_closed_store_opens_exactly_as_it_was) {
  push_many(100, 100, true);
  kill(3, 7);
  kill(50, 60);
  const std::vector<std::string> before = content();

  reopen();

  EXPECT_EQ(content(), before);
  EXPECT_EQ(stream_->next_number(), 101U);
  EXPECT_EQ(stream_->floor(), 1U);
  EXPECT_EQ(stream_->live_count(), 84U);
  EXPECT_EQ(visible_next(), 101U);
  EXPECT_THAT(gaps(), IsEmpty());
}

TEST_F(RecoveryTest, opening_many_times_changes_nothing) {
  push("a");
  for (int i = 0; i < 3; ++i) {
    reopen();
    crash();
  }

  EXPECT_THAT(content(), ElementsAre("a"));
  EXPECT_EQ(stream_->next_number(), 2U);
}

TEST_F(RecoveryTest, a_clean_store_goes_on_in_its_log_file) {
  push("a");
  reopen();
  push("b");

  {
    MutexLock lock(store_->core().mutex);
    EXPECT_EQ(store_->core().files.size(), 1U);
  }
  crash();
  EXPECT_THAT(content(), ElementsAre("a", "b"));
}

TEST_F(RecoveryTest, ids_given_out_before_their_sync_are_skipped_after_a_crash) {
  push("a", false);
  push("b", false);
  const uint64_t next = stream_->next_number();

  crash();

  ASSERT_EQ(gaps().size(), 1U);
  EXPECT_EQ(gaps()[0].first, 1U);
  EXPECT_GE(gaps()[0].second, next - 1);
  EXPECT_EQ(stream_->next_number(), gaps()[0].second + 1);
  EXPECT_EQ(stream_->live_count(), 0U);
  push("c");
  EXPECT_THAT(content(), ElementsAre("c"));
}

TEST_F(RecoveryTest, a_gap_is_recorded_once) {
  push("a", false);
  crash();
  const auto once = gaps();

  crash();
  EXPECT_EQ(gaps(), once);
  reopen();
  EXPECT_EQ(gaps(), once);
}

TEST_F(RecoveryTest, a_sync_only_store_skips_no_id) {
  push("a");
  crash();
  push("b");
  crash();

  EXPECT_THAT(gaps(), IsEmpty());
  EXPECT_EQ(stream_->next_number(), 3U);
}

TEST_F(RecoveryTest, memory_streams_are_empty_after_a_crash_and_number_on) {
  StreamPtr memory = stream_of("m", storage::kStreamMemory);
  ASSERT_TRUE(push_to(memory, "x", false).ok());
  const uint64_t next = memory->next_number();
  memory.reset();

  crash();

  memory = stream_of("m", storage::kStreamMemory);
  EXPECT_EQ(memory->live_count(), 0U);
  EXPECT_GE(memory->next_number(), next);
}

TEST_F(RecoveryTest, a_read_only_open_changes_nothing_and_locks_nobody_out_of_reading) {
  push("a");
  push("b", false);
  cut_power(sim::LossMode::kNothing);
  const uint64_t before = disk().image_hash();
  options_.read_only = true;

  open();

  ASSERT_NE(stream_, nullptr);
  EXPECT_EQ(content().at(0), "a");
  const auto second = Store::open(world_->env(), kPath, options_);
  EXPECT_TRUE(second.ok()) << second.status().to_string();
  EXPECT_EQ(push_to(stream_, "c").code(), Code::kReadOnly);
  EXPECT_EQ(store_->checkpoint().code(), Code::kReadOnly);
  close();
  EXPECT_EQ(disk().image_hash(), before);
}

TEST_F(RecoveryTest, a_second_writer_is_locked_out) {
  EXPECT_EQ(Store::open(world_->env(), kPath, options_).status().code(), Code::kLocked);
}

TEST_F(RecoveryTest, nothing_is_made_unless_wanted) {
  close();
  options_.create = false;
  EXPECT_EQ(try_open("/sim/nothing").code(), Code::kNotFound);
  EXPECT_TRUE(try_open().ok());
}

TEST_F(RecoveryTest, a_directory_of_somebody_else_is_refused) {
  close();
  world_ = std::make_unique<sim::SimEnv>(1);
  (void)world_->env().file_system.open_directory(kPath, true, false).ok();
  disk().set_content(path_of("thesis.tex"), as_bytes("years of work"));

  const Status status = try_open();

  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("thesis.tex"));
  EXPECT_EQ(disk().content(path_of("thesis.tex")).size(), 13U);
}

// --- damage ---

TEST_F(RecoveryTest, a_missing_manifest_is_never_a_new_store) {
  push("a");
  close();
  const auto directory = world_->env().file_system.open_directory(kPath, false, false).take();
  ASSERT_TRUE(directory->remove("manifest").ok());

  expect_refusal(Code::kCorrupt, "manifest");
}

TEST_F(RecoveryTest, both_manifest_slots_damaged_are_reported) {
  push("a");
  close();
  disk().flip_bit(path_of("manifest"), 40, 1);
  disk().flip_bit(path_of("manifest"), 65536 + 40, 1);

  expect_refusal(Code::kCorrupt, "both slots");
}

TEST_F(RecoveryTest, one_manifest_slot_damaged_is_no_matter) {
  for (const uint64_t slot : {0U, 1U}) {
    start_anew();
    push("a");
    ASSERT_TRUE(store_->checkpoint().ok());
    push("b");
    close();
    disk().flip_bit(path_of("manifest"), slot * 65536 + 40, 1);

    open();

    EXPECT_THAT(content(), ElementsAre("a", "b")) << slot;
  }
}

TEST_F(RecoveryTest, a_missing_segment_is_reported) {
  push("a");
  ASSERT_TRUE(store_->checkpoint().ok());
  close();
  const auto directory = world_->env().file_system.open_directory(kPath, false, false).take();
  const std::string segment = names("seg-").at(0);
  ASSERT_TRUE(directory->remove(segment).ok());

  expect_refusal(Code::kCorrupt, segment);
}

TEST_F(RecoveryTest, damage_in_the_log_of_a_closed_store_is_reported) {
  push("a");
  push("b");
  close();
  disk().flip_bit(path_of("wal-00"), 2 * 4096 + 70, 1);

  expect_refusal(Code::kCorrupt, "wal-00");
}

TEST_F(RecoveryTest, a_missing_log_file_is_reported) {
  push("a");
  close();
  const auto directory = world_->env().file_system.open_directory(kPath, false, false).take();
  ASSERT_TRUE(directory->remove("wal-00").ok());

  expect_refusal(Code::kCorrupt, "missing");
}

TEST_F(RecoveryTest, a_damaged_state_is_reported) {
  push("a");
  ASSERT_TRUE(store_->checkpoint().ok());
  close();
  for (const std::string& name : names("state-")) disk().flip_bit(path_of(name), 40, 1);

  expect_refusal(Code::kCorrupt, "state");
}

// --- leftovers ---

TEST_F(RecoveryTest, an_unfinished_segment_is_removed_and_a_stranger_stays) {
  push("a");
  ASSERT_TRUE(store_->checkpoint().ok());
  const std::string listed = names("seg-").at(0);
  cut_power(sim::LossMode::kNothing);
  const std::string unfinished = storage::segment_name(0x1000);
  disk().set_content(path_of(unfinished), as_bytes("half"));
  disk().set_content(path_of("scr-0000000000000009"), as_bytes("scratch"));
  disk().set_content(path_of("core.dump"), as_bytes("whatever"));

  open();

  EXPECT_THAT(names("seg-"), ElementsAre(listed));
  EXPECT_THAT(names("scr-"), IsEmpty());
  EXPECT_TRUE(disk().exists(path_of("core.dump")));
}

TEST_F(RecoveryTest, ids_of_files_that_were_found_are_not_given_out_again) {
  push("a");
  cut_power(sim::LossMode::kNothing);
  disk().set_content(path_of(storage::segment_name(0x1000)), as_bytes("half"));

  open();

  EXPECT_GT(store_->core().next_file_id.load(), 0x1000U);
}

// --- every point ---

// Confirmed records are there, in order; an unconfirmed one may be.
TEST_F(RecoveryTest, a_power_cut_at_any_point_leaves_a_prefix_with_all_that_was_confirmed) {
  for (uint64_t point = 1; point <= 60; ++point) {
    close();
    world_ = std::make_unique<sim::SimEnv>(point);
    disk().crash_at(point);
    size_t confirmed = 0;
    if (try_open().ok()) {
      MutexLock lock(store_->core().mutex);
      Result<StreamPtr> made = store_->create_stream_locked(kEngine, storage::kStreamDurable, "s");
      if (made.ok()) stream_ = made.take();
    }
    for (char c = 'a'; c <= 'f' && stream_; ++c) {
      if (c == 'd' && !store_->checkpoint().ok()) break;
      if (!push_to(stream_, std::string(1, c)).ok()) break;
      ++confirmed;
    }
    cut_power(sim::LossMode::kRandomStrict, point);
    open();
    std::string all;
    for (const std::string& one : content()) all += one;
    EXPECT_GE(all.size(), confirmed) << "point " << point;
    EXPECT_EQ(all, std::string("abcdef").substr(0, all.size())) << "point " << point;
  }
}

// The power goes again while the store recovers.
TEST_F(RecoveryTest, a_power_cut_during_recovery_loses_nothing) {
  for (uint64_t point = 1; point <= 20; ++point) {
    start_anew();
    push("a");
    push("b", false);
    push("c");
    push("d", false);
    cut_power(sim::LossMode::kRandomStrict, point);
    disk().crash_at(point);
    (void)try_open().ok();
    cut_power(sim::LossMode::kRandomStrict, point + 1);
    open();
    const std::vector<std::string> all = content();
    ASSERT_GE(all.size(), 3U) << "point " << point;
    EXPECT_EQ(all[2], "c");
  }
}

TEST_F(RecoveryTest, a_failed_sync_during_recovery_fails_the_open) {
  for (uint64_t nth = 1; nth <= 4; ++nth) {
    start_anew();
    push("a");
    cut_power();
    disk().fail_at(nth, sim::FaultKind::kEio, false, sim::kSync | sim::kSyncDirectory);
    const Status status = try_open();
    if (disk().fault_count() != 0) {
      EXPECT_TRUE(status.failed()) << nth;
    }
    cut_power();
    open();
    EXPECT_THAT(content(), ElementsAre("a"));
  }
}

}  // namespace
}  // namespace weir::store
