#include "store/pager.h"

#include <gtest/gtest.h>

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class PagerTest : public StoreTest {
 protected:
  PagerTest() {
    close();
    options_.memory_bytes_max = 1u << 20;
    options_.wal_bytes_max = 8u << 20;
    open();
  }
  storage::MemoryBudget& budget() { return store_->core().pool->budget(); }
  Status make_room(uint64_t bytes, int64_t timeout_ms = 0) {
    MutexLock lock(store_->core().mutex);
    const int64_t deadline_ns =
        timeout_ms == 0 ? 0 : world_->clock().monotonic_ns() + timeout_ms * kMs;
    return store_->pager().make_room(bytes, false, deadline_ns);
  }
  void expect_content(uint64_t count, size_t bytes) {
    const std::vector<std::string> all = content();
    ASSERT_EQ(all.size(), count);
    for (uint64_t i = 0; i < count; ++i)
      ASSERT_EQ(all[i], std::string(bytes, static_cast<char>('a' + i % 26))) << i;
  }
};

TEST_F(PagerTest, a_backlog_stays_below_the_high_mark) {
  push_many(3000, 1000);

  EXPECT_LE(budget().used(), budget().high_mark());
  EXPECT_LE(budget().peak(), budget().bytes_max());
  EXPECT_GT(store_->statistics().page_out_bytes, 0U);
  expect_content(3000, 1000);
}

TEST_F(PagerTest, above_the_high_mark_memory_is_freed_to_the_low_mark) {
  push_many(800, 1000, true);
  ASSERT_LT(budget().used(), budget().high_mark());

  EXPECT_TRUE(make_room(budget().high_mark() - budget().used() + 1).ok());

  EXPECT_LE(budget().used(), budget().low_mark());
}

TEST_F(PagerTest, below_the_high_mark_nothing_is_paged) {
  push_many(500, 1000, true);

  EXPECT_TRUE(make_room(1000).ok());

  EXPECT_EQ(store_->statistics().page_out_bytes, 0U);
}

TEST_F(PagerTest, the_largest_stream_is_paged_first) {
  const StreamPtr small = stream_of("small");
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(push_to(small, std::string(1000, 'x')).ok());
  const uint64_t small_bytes = small->memory_bytes();

  push_many(1500, 1000, true);

  EXPECT_EQ(small->memory_bytes(), small_bytes);
}

TEST_F(PagerTest, paged_records_are_read_back_with_what_follows_them) {
  push_many(3000, 1000);
  ASSERT_TRUE(store_->sync().ok());
  MutexLock lock(store_->core().mutex);
  uint64_t number = 1;
  while (stream_->find_in_memory(number, nullptr) != nullptr) ++number;

  ASSERT_TRUE(store_->pager().load(stream_, number).ok());

  EXPECT_NE(stream_->find_in_memory(number, nullptr), nullptr);
  EXPECT_GT(store_->core().counted.page_in_bytes, 1000U);
}

TEST_F(PagerTest, a_record_that_is_in_no_file_is_corrupt_and_named) {
  push("a");
  MutexLock lock(store_->core().mutex);

  const Status status = store_->pager().load(stream_, 77);

  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(std::string(status.message()), HasSubstr("77"));
}

TEST_F(PagerTest, a_flipped_bit_is_reported_and_never_delivered) {
  push_many(10, 1000, true);
  close();
  ASSERT_TRUE(try_open().ok());
  stream_ = stream_of("s");
  ASSERT_TRUE(store_->checkpoint().ok());
  reopen();
  disk().flip_bit(std::string(kPath) + "/" + names("seg-").at(0), 4096 + 64 + 100, 1);

  const auto all = read_all(stream_);

  EXPECT_EQ(all.status().code(), Code::kCorrupt);
  EXPECT_THAT(std::string(all.status().message()), HasSubstr("seg-"));
}

TEST_F(PagerTest, an_unreadable_sector_is_no_end_and_may_be_tried_again) {
  push_many(10, 1000, true);
  reopen();
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kRead);

  EXPECT_EQ(read_all(stream_).status().code(), Code::kIo);
  EXPECT_EQ(content().size(), 10U);
}

TEST_F(PagerTest, one_record_may_exceed_the_budget) {
  push(std::string(3u << 20, 'L'));

  EXPECT_EQ(content().at(0).size(), 3u << 20);
}

TEST_F(PagerTest, pinned_messages_count_and_the_refusal_says_so) {
  storage::ChunkRef held = store_->core().pool->allocate(900'000);
  budget().pin(held->capacity);

  const Status status = make_room(200'000);

  EXPECT_EQ(status.code(), Code::kLimit);
  EXPECT_THAT(std::string(status.message()),
              ::testing::AllOf(HasSubstr("memory budget of 1048576 bytes"), HasSubstr("200000"),
                               HasSubstr("901120 of them by messages that were not freed")));
  budget().unpin(held->capacity);
  held.reset();
  EXPECT_TRUE(make_room(200'000).ok());
}

TEST_F(PagerTest, waits_for_room_until_its_deadline) {
  storage::ChunkRef held = store_->core().pool->allocate(900'000);
  budget().pin(held->capacity);
  const int64_t begin_ns = world_->clock().monotonic_ns();
  EXPECT_EQ(make_room(200'000, 50).code(), Code::kLimit);
  EXPECT_EQ(world_->clock().monotonic_ns() - begin_ns, 50 * kMs);

  const auto task = world_->executor().start("free", [&] {
    if (world_->clock().monotonic_ns() < begin_ns + 70 * kMs) return begin_ns + 70 * kMs;
    if (held) budget().unpin(held->capacity);
    held.reset();
    return env::kNever;
  });
  EXPECT_TRUE(make_room(200'000, 1000).ok());
}

// --- memory streams ---

class PagerMemoryTest : public PagerTest {
 protected:
  PagerMemoryTest() { memory_ = stream_of("m", storage::kStreamMemory); }
  ~PagerMemoryTest() override { memory_.reset(); }
  void push_memory(int count) {
    for (int i = 0; i < count; ++i) {
      const Status status =
          push_to(memory_, std::string(1000, static_cast<char>('a' + i % 26)), false);
      ASSERT_TRUE(status.ok()) << status.to_string();
    }
  }
  StreamPtr memory_;
};

TEST_F(PagerMemoryTest, a_memory_stream_spills_to_a_scratch_file) {
  push_memory(3000);

  EXPECT_EQ(names("scr-").size(), 1U);
  EXPECT_LE(budget().used(), budget().bytes_max());
  const std::vector<std::string> all = content_of(memory_);
  ASSERT_EQ(all.size(), 3000U);
  for (size_t i = 0; i < 3000; ++i) ASSERT_EQ(all[i][0], static_cast<char>('a' + i % 26)) << i;
}

TEST_F(PagerMemoryTest, a_scratch_file_does_not_survive_an_open) {
  push_memory(3000);
  memory_.reset();

  crash(sim::LossMode::kNothing);

  EXPECT_THAT(names("scr-"), IsEmpty());
  memory_ = stream_of("m", storage::kStreamMemory);
  EXPECT_EQ(memory_->live_count(), 0U);
}

TEST_F(PagerMemoryTest, a_clean_close_saves_what_was_spilled_and_what_was_not) {
  push_memory(3000);
  memory_.reset();

  reopen();

  memory_ = stream_of("m", storage::kStreamMemory);
  EXPECT_EQ(content_of(memory_).size(), 3000U);
  EXPECT_THAT(names("scr-"), IsEmpty());
}

TEST_F(PagerMemoryTest, a_full_disk_refuses_new_records_and_keeps_the_old_ones) {
  push_memory(500);
  disk().set_capacity(1);
  Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i)
    status = push_to(memory_, std::string(1000, 'x'), false);

  EXPECT_TRUE(status.code() == Code::kNoSpace || status.code() == Code::kLimit)
      << status.to_string();
  EXPECT_GE(content_of(memory_).size(), 500U);
  disk().set_capacity(1u << 30);
  EXPECT_TRUE(push_to(memory_, std::string(1000, 'x'), false).ok());
}

// --- fetch ---

TEST_F(PagerTest, a_reader_of_everything_makes_nothing_resident) {
  push_many(3000, 1000);
  ASSERT_TRUE(store_->sync().ok());
  MutexLock lock(store_->core().mutex);
  const uint64_t resident = stream_->memory_bytes();
  uint64_t next = 1;
  std::vector<storage::ChunkView> chunks;
  while (true) {
    ASSERT_TRUE(store_->pager().fetch(stream_, next, 100'000, &chunks).ok());
    if (chunks.empty()) break;
    for (const storage::ChunkView& chunk : chunks) {
      format::RecordReader reader(chunk.bytes(), true);
      format::RecordView record;
      while (reader.next(&record)) {
        if (record.header.number < next) continue;
        ASSERT_EQ(record.header.number, next++);
      }
      ASSERT_FALSE(reader.bad());
    }
  }

  EXPECT_EQ(next, 3001U);
  EXPECT_LE(stream_->memory_bytes(), resident);
}

TEST_F(PagerTest, fetch_steps_over_what_is_gone_and_ends_at_the_end) {
  push_many(100, 1000, true);
  ASSERT_TRUE(store_->sync().ok());
  MutexLock lock(store_->core().mutex);
  stream_->mark_dead(1, 90);
  std::vector<storage::ChunkView> chunks;

  ASSERT_TRUE(store_->pager().fetch(stream_, 1, 0, &chunks).ok());
  ASSERT_EQ(chunks.size(), 1U);
  EXPECT_LE(chunks[0].first, 91U);
  EXPECT_GE(chunks[0].last, 91U);
  ASSERT_TRUE(store_->pager().fetch(stream_, 101, 0, &chunks).ok());
  EXPECT_TRUE(chunks.empty());
}

TEST_F(PagerTest, a_held_record_is_fetched_after_a_checkpoint_and_gone_after_the_hold) {
  push_many(200, 1000);
  ASSERT_TRUE(store_->sync().ok());
  uint64_t hold = 0;
  {
    MutexLock lock(store_->core().mutex);
    hold = stream_->open_hold();
    store_->pipeline().mark_dead(stream_, 1, 200);
    store_->pipeline().end_commit(false);
  }
  ASSERT_TRUE(store_->checkpoint().ok());
  std::vector<storage::ChunkView> chunks;
  {
    MutexLock lock(store_->core().mutex);
    stream_->evict(0, UINT64_MAX);
    ASSERT_TRUE(store_->pager().fetch(stream_, 5, 0, &chunks).ok());
    ASSERT_FALSE(chunks.empty());
    EXPECT_LE(chunks[0].first, 5U);
    stream_->close_hold(hold);
  }
  ASSERT_TRUE(store_->checkpoint().ok());
  EXPECT_TRUE(names("seg-").empty());
}

}  // namespace
}  // namespace weir::store
