#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

constexpr int64_t kDayMs = 24ll * 3600 * 1000;

class RetentionTest : public LogTest {
 protected:
  void keep(int64_t age_ms, uint64_t bytes_max,
            ConsumerRetention consumers = ConsumerRetention::kIgnore) {
    Retention retention;
    retention.age_ms = age_ms;
    retention.bytes_max = bytes_max;
    retention.consumers = consumers;
    ASSERT_TRUE(log_->configure(retention).ok());
  }
};

TEST_F(RetentionTest, IsSevenDaysUnlessSaidOtherwise) {
  EXPECT_EQ(OpenOptions().retention.age_ms, 7 * kDayMs);
  open_options_ = OpenOptions();
  log_ = open_log("new");
  EXPECT_EQ(stats().retention.age_ms, 7 * kDayMs);
  append("old");
  pass_ms(6 * kDayMs);
  append("middle");
  EXPECT_EQ(stats().record_count, 2u);
  pass_ms(1 * kDayMs + 1000);
  append("new");
  EXPECT_EQ(stats().record_count, 2u);
  EXPECT_EQ(stats().first_offset, 1u);
  EXPECT_EQ(read(0), Code::kOutOfRange);
}

TEST_F(RetentionTest, IsRememberedAndCanBeChanged) {
  keep(1234, 5678, ConsumerRetention::kDropRead);
  crash();
  EXPECT_EQ(stats().retention.age_ms, 1234);
  EXPECT_EQ(stats().retention.bytes_max, 5678u);
  EXPECT_EQ(stats().retention.consumers, ConsumerRetention::kDropRead);
}

TEST_F(RetentionTest, ByAgeTakesSingleRecords) {
  keep(10'000, 0);
  for (int i = 0; i < 20; ++i) {
    append(std::to_string(i));
    pass_ms(1000);
  }
  retain();
  // The last was written a second ago; eleven are not older than ten seconds at most.
  EXPECT_GE(stats().first_offset, 9u);
  EXPECT_LE(stats().first_offset, 11u);
  pass_ms(60'000);
  retain();
  EXPECT_EQ(stats().record_count, 0u);
  EXPECT_EQ(stats().next_offset, 20u);
  EXPECT_EQ(append("20"), 20u);
}

TEST_F(RetentionTest, ByAgeAfterReopeningAndFromDisk) {
  keep(10'000, 0);
  append_numbered(10);
  checkpoint();
  pass_ms(20'000);
  append_numbered(1);
  reopen();
  retain();
  EXPECT_EQ(stats().first_offset, 10u);
}

TEST_F(RetentionTest, AJumpOfTheWallClockDeletesNothing) {
  keep(10'000, 0);
  append_numbered(3);
  world_->clock().jump_wall_ns(365 * kDayMs * kMs);
  EXPECT_EQ(retain(), 0u);
  pass_ms(2000);
  append_numbered(1);
  EXPECT_EQ(stats().record_count, 4u);
}

TEST_F(RetentionTest, BySizeKeepsTheNewest) {
  keep(0, 300'000);
  for (int i = 0; i < 20; ++i) append_many_numbered(100, 1000);
  const Statistics statistics = stats();
  EXPECT_LT(statistics.record_count, 600u);
  EXPECT_GT(statistics.record_count, 150u);
  EXPECT_EQ(statistics.next_offset, 2000u);
  EXPECT_EQ(text_at(1999), "1999" + std::string(1000, '.'));
  EXPECT_EQ(read(0), Code::kOutOfRange);
  EXPECT_EQ(first_left_, statistics.first_offset);
}

TEST_F(RetentionTest, BySizeInAMemoryStore) {
  use_memory_store();
  keep(0, 300'000);
  for (int i = 0; i < 20; ++i) append_many_numbered(100, 1000);
  retain();
  EXPECT_LT(stats().record_count, 600u);
  EXPECT_GT(stats().record_count, 150u);
}

TEST_F(RetentionTest, KeepsWhatAConsumerHasNotRead) {
  keep(1000, 0, ConsumerRetention::kKeepUnread);
  append_numbered(10);
  const std::unique_ptr<Reader> slow = open_consumer("slow");
  const std::unique_ptr<Reader> fast = open_consumer("fast");
  EXPECT_EQ(commit(*slow, 4), Code::kOk);
  EXPECT_EQ(commit(*fast, 10), Code::kOk);
  pass_ms(60'000);
  retain();
  EXPECT_EQ(stats().first_offset, 4u);
  EXPECT_EQ(commit(*slow, 10), Code::kOk);
  retain();
  EXPECT_EQ(stats().first_offset, 10u);
}

TEST_F(RetentionTest, DropsWhatAllConsumersHaveRead) {
  keep(0, 0, ConsumerRetention::kDropRead);
  append_numbered(10);
  EXPECT_EQ(retain(), 0u) << "no consumer, nothing read";
  const std::unique_ptr<Reader> slow = open_consumer("slow");
  const std::unique_ptr<Reader> fast = open_consumer("fast");
  EXPECT_EQ(commit(*fast, 10), Code::kOk);
  EXPECT_EQ(stats().first_offset, 0u);
  EXPECT_EQ(commit(*slow, 4), Code::kOk);
  EXPECT_EQ(stats().first_offset, 4u) << "at once";
  EXPECT_EQ(commit(*slow, 10), Code::kOk);
  EXPECT_EQ(stats().first_offset, 10u);
}

TEST_F(RetentionTest, IsLookedAtWhenSomebodyReads) {
  keep(1000, 0);
  append_numbered(10);
  const std::unique_ptr<Reader> reader = open_reader();
  pass_ms(60'000);
  EXPECT_EQ(next(*reader), Code::kOutOfRange);
  EXPECT_EQ(first_left_, 10u);
}

}  // namespace

}  // namespace weir::log
