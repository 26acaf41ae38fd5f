#include "storage/log.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

class LogTest : public LogFixture {
 protected:
  std::vector<std::string> names() const { return directory_->list().take(); }
  std::shared_ptr<DataFile> write_to_new_file(const std::string& key, size_t bytes = 0) {
    log_->roll();
    EXPECT_TRUE(write_group(key, bytes).ok());
    return place_.file;
  }
};

TEST(LogNames, have_two_digits_or_more) {
  EXPECT_EQ(slot_name(0), "wal-00");
  EXPECT_EQ(slot_name(99), "wal-99");
  EXPECT_EQ(slot_name(100), "wal-100");
  EXPECT_TRUE(is_slot_name("wal-00"));
  EXPECT_TRUE(is_slot_name("wal-12345678"));
  EXPECT_FALSE(is_slot_name("wal-0"));
  EXPECT_FALSE(is_slot_name("wal-0a"));
  EXPECT_FALSE(is_slot_name("wal-123456789"));
  EXPECT_FALSE(is_slot_name("seg-00"));
}

TEST_F(LogTest, makes_a_slot_full_of_written_blocks_before_it_uses_it) {
  ASSERT_TRUE(write_group("a").ok());

  EXPECT_EQ(names(), std::vector<std::string>{"wal-00"});
  EXPECT_EQ(disk().content(path_of("wal-00")).size(), 256U << 10);  // a quarter of the ring
  EXPECT_EQ(log_->capacity_bytes(), 256U << 10);
}

TEST_F(LogTest, the_header_goes_out_with_the_first_group_of_a_file) {
  ASSERT_TRUE(write_group("a").ok());
  EXPECT_TRUE(place_.starts_file);
  ASSERT_TRUE(write_group("b").ok());
  EXPECT_FALSE(place_.starts_file);
}

TEST_F(LogTest, what_was_synced_survives_a_power_cut) {
  ASSERT_TRUE(write_group("a").ok());
  ASSERT_TRUE(write_group("b").ok());

  cut_power(sim::LossMode::kEverything);

  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(LogTest, starts_a_new_file_when_the_group_does_not_fit) {
  ASSERT_TRUE(write_group("a", 200 << 10).ok());
  ASSERT_TRUE(write_group("b", 100 << 10).ok());

  EXPECT_EQ(place_.file->id(), 2U);
  EXPECT_EQ(place_.offset, format::kBlockBytes);
  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(files_[1].header.previous_end.file_id, 1U);
  EXPECT_EQ(files_[1].header.first_group, 2U);
}

TEST_F(LogTest, a_group_fills_a_file_to_its_last_block) {
  const uint64_t capacity = 256u << 10;
  ASSERT_TRUE(write_group("a").ok());
  const uint64_t room = log_->remaining_bytes();
  EXPECT_EQ(room, capacity - 2 * format::kBlockBytes);

  ASSERT_TRUE(write_group("b", room - 300).ok());

  EXPECT_EQ(place_.file->id(), 1U);
  EXPECT_EQ(log_->remaining_bytes(), 0U);
  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(LogTest, an_oversize_group_gets_a_file_of_its_size) {
  ASSERT_TRUE(write_group("large", 3u << 20).ok());

  EXPECT_EQ(scanned_keys(), std::vector<std::string>{"large"});
  EXPECT_GT(files_[0].capacity, 3u << 20);
}

TEST_F(LogTest, a_released_slot_is_used_again_under_a_new_id) {
  const auto first = write_to_new_file("a");
  write_to_new_file("b");
  ASSERT_TRUE(log_->release(*first).ok());
  EXPECT_EQ(log_->free_slot_count(0), 1U);

  const auto third = write_to_new_file("c");

  EXPECT_EQ(names().size(), 2U);
  EXPECT_EQ(third->name(), first->name());
  EXPECT_EQ(third->id(), 3U);
  EXPECT_NE(third->seed().salt, first->seed().salt);
  EXPECT_EQ(scanned_keys(2), (std::vector<std::string>{"b", "c"}));
}

TEST_F(LogTest, old_groups_in_a_recycled_file_are_not_read) {
  const auto first = write_to_new_file("a1");
  ASSERT_TRUE(write_group("a2").ok());
  ASSERT_TRUE(write_group("a3").ok());
  write_to_new_file("b");
  ASSERT_TRUE(log_->release(*first).ok());

  write_to_new_file("c");  // over a1; a2 and a3 still stand behind it

  EXPECT_EQ(scanned_keys(2), (std::vector<std::string>{"b", "c"}));
}

TEST_F(LogTest, a_released_slot_is_removed_when_the_ring_is_too_large) {
  const auto large = write_to_new_file("large", 3u << 20);
  write_to_new_file("b");

  ASSERT_TRUE(log_->release(*large).ok());

  EXPECT_EQ(names().size(), 1U);
  EXPECT_LE(log_->capacity_bytes(), 1u << 20);
}

TEST_F(LogTest, a_file_that_is_not_the_logs_is_released_without_effect) {
  ASSERT_TRUE(write_group("a").ok());
  const DataFile stranger(format::FileKind::kLog, "wal-07", format::Seed{uuid_, 77, 1});

  EXPECT_TRUE(log_->release(stranger).ok());
  EXPECT_EQ(log_->free_slot_count(0), 0U);
}

TEST_F(LogTest, makes_spare_slots_up_to_one_beyond_the_reserve) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(log_->prepare_spare().ok());

  EXPECT_EQ(log_->free_slot_count(0), kReserveSlots + 1);
  EXPECT_EQ(names().size(), kReserveSlots + 1);
}

TEST_F(LogTest, a_slot_that_cannot_be_made_gives_its_space_back) {
  disk().set_capacity(100u << 10);

  EXPECT_EQ(log_->add_free_slot(0).code(), Code::kNoSpace);

  EXPECT_TRUE(names().empty());
  EXPECT_EQ(log_->capacity_bytes(), 0U);
}

TEST_F(LogTest, a_free_slot_counts_only_for_groups_that_fit_beside_its_header) {
  ASSERT_TRUE(log_->add_free_slot(0).ok());
  const uint64_t room = log_->capacity_bytes() - format::kBlockBytes;

  EXPECT_EQ(log_->free_slot_count(room), 1U);
  EXPECT_EQ(log_->free_slot_count(room + 1), 0U);
}

TEST_F(LogTest, resumes_behind_the_end_of_the_file_that_holds_it) {
  ASSERT_TRUE(write_group("a").ok());
  ASSERT_TRUE(write_group("b").ok());
  const LogScan found = scan().take();
  make_log();
  log_->set_end(found.end, found.last_crc, found.next_sequence);
  log_->add_slot(files_[0].data->name(), files_[0].file, files_[0].capacity, files_[0].data);

  log_->resume(files_[0].header);
  ASSERT_TRUE(write_group("c").ok());

  EXPECT_EQ(place_.file->id(), 1U);
  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(LogTest, without_resuming_the_next_group_starts_a_file) {
  ASSERT_TRUE(write_group("a").ok());
  const LogScan found = scan().take();
  make_log();
  log_->set_end(found.end, found.last_crc, found.next_sequence);
  log_->add_slot(files_[0].data->name(), files_[0].file, files_[0].capacity, files_[0].data);
  EXPECT_EQ(log_->remaining_bytes(), 0U);

  ASSERT_TRUE(write_group("b").ok());

  EXPECT_EQ(place_.file->id(), 2U);
  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(LogTest, a_copy_that_was_broken_off_leaves_the_log_as_it_was) {
  ASSERT_TRUE(write_group("a").ok());
  const format::Position cut = log_->end();
  const uint32_t crc = log_->last_crc();
  ASSERT_TRUE(write_group("b").ok());
  log_->set_end(cut, crc, 2);

  ASSERT_TRUE(log_->begin_copy(8192).ok());
  ASSERT_TRUE(write_group("b").ok());
  cut_power(sim::LossMode::kNothing);

  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(files_.size(), 1U);
}

TEST_F(LogTest, a_finished_copy_takes_the_place_of_what_it_copied) {
  ASSERT_TRUE(write_group("a").ok());
  const format::Position cut = log_->end();
  const uint32_t crc = log_->last_crc();
  ASSERT_TRUE(write_group("b").ok());
  ASSERT_TRUE(write_group("c").ok());
  log_->set_end(cut, crc, 2);

  durable_ = cut;
  ASSERT_TRUE(log_->begin_copy(3 * format::kBlockBytes).ok());
  ASSERT_TRUE(write_group("b").ok());
  ASSERT_TRUE(write_group("c").ok());
  ASSERT_TRUE(log_->end_copy().ok());
  ASSERT_TRUE(write_group("d").ok());
  cut_power(sim::LossMode::kEverything);

  EXPECT_EQ(scanned_keys(), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(files_.size(), 2U);
  EXPECT_EQ(files_[1].header.previous_end, cut);
}

}  // namespace
}  // namespace weir::storage
