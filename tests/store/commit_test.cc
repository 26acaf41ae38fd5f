#include "store/commit.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <thread>

#include "tests/store/fixture.h"

namespace weir::store {
namespace {

class CommitPipelineTest : public StoreTest {
 protected:
  CommitPipeline& pipeline() { return store_->pipeline(); }
};

// --- visibility ---

TEST_F(CommitPipelineTest, a_sync_commit_is_visible_only_after_its_sync) {
  MutexLock lock(store_->core().mutex);
  const uint64_t group = append_locked(*store_, stream_, "a", true);
  EXPECT_EQ(stream_->visible_next, 1U);
  EXPECT_FALSE(pipeline().is_synced(group));

  EXPECT_TRUE(pipeline().wait(group).ok());

  EXPECT_EQ(stream_->visible_next, 2U);
  EXPECT_TRUE(pipeline().is_synced(group));
}

TEST_F(CommitPipelineTest, an_async_commit_is_visible_at_once) {
  MutexLock lock(store_->core().mutex);
  append_locked(*store_, stream_, "a", false);

  EXPECT_EQ(stream_->visible_next, 2U);
}

TEST_F(CommitPipelineTest, an_async_commit_behind_a_sync_one_waits_with_it) {
  MutexLock lock(store_->core().mutex);
  const uint64_t group = append_locked(*store_, stream_, "sync", true);
  append_locked(*store_, stream_, "async", false);
  EXPECT_EQ(stream_->visible_next, 1U);

  EXPECT_TRUE(pipeline().wait(group).ok());

  EXPECT_EQ(stream_->visible_next, 3U);
}

TEST_F(CommitPipelineTest, other_streams_do_not_wait) {
  const StreamPtr other = stream_of("other");
  MutexLock lock(store_->core().mutex);
  const uint64_t group = append_locked(*store_, stream_, "sync", true);

  append_locked(*store_, other, "async", false);

  EXPECT_EQ(other->visible_next, 2U);
  EXPECT_TRUE(pipeline().wait(group).ok());
}

TEST_F(CommitPipelineTest, the_effects_of_one_commit_appear_together) {
  const StreamPtr other = stream_of("other");
  MutexLock lock(store_->core().mutex);
  storage::RecordDraft draft;
  draft.payload = as_bytes("x");
  draft.body_crc = format::body_crc({}, draft.payload);
  for (const StreamPtr& stream : {stream_, other}) {
    ASSERT_TRUE(stream->reserve(*store_->core().pool, &draft, 1));
    pipeline().append(stream, draft);
  }
  const uint64_t group = pipeline().end_commit(true);
  EXPECT_EQ(stream_->visible_next + other->visible_next, 2U);

  EXPECT_TRUE(pipeline().wait(group).ok());

  EXPECT_EQ(stream_->visible_next + other->visible_next, 4U);
}

TEST_F(CommitPipelineTest, a_memory_stream_needs_no_group) {
  const StreamPtr memory = stream_of("m", storage::kStreamMemory);
  MutexLock lock(store_->core().mutex);

  EXPECT_EQ(append_locked(*store_, memory, "a", true), 0U);
  EXPECT_EQ(memory->visible_next, 2U);
}

TEST_F(CommitPipelineTest, acknowledged_records_count_until_their_sync) {
  push("a");
  MutexLock lock(store_->core().mutex);
  EXPECT_EQ(pipeline().mark_dead(stream_, 1, 1), 1U);
  const uint64_t group = pipeline().end_commit(true);
  EXPECT_EQ(stream_->unpublished_dead, 1U);

  EXPECT_TRUE(pipeline().wait(group).ok());

  EXPECT_EQ(stream_->unpublished_dead, 0U);
}

// --- groups ---

TEST_F(CommitPipelineTest, everything_sequenced_so_far_goes_out_with_one_sync) {
  MutexLock lock(store_->core().mutex);
  const uint64_t syncs = store_->core().io.sync_count;
  append_locked(*store_, stream_, "a", false);
  append_locked(*store_, stream_, "b", true);
  const uint64_t group = append_locked(*store_, stream_, "c", true);

  EXPECT_TRUE(pipeline().wait(group).ok());

  EXPECT_EQ(store_->core().io.sync_count - syncs, 1U);
  EXPECT_EQ(stream_->on_disk_next(), 4U);
  EXPECT_TRUE(pipeline().idle());
}

TEST_F(CommitPipelineTest, waiting_for_what_is_synced_costs_nothing) {
  push("a");
  MutexLock lock(store_->core().mutex);
  const uint64_t syncs = store_->core().io.sync_count;

  EXPECT_TRUE(pipeline().wait(pipeline().open_group() - 1).ok());
  EXPECT_TRUE(pipeline().flush().ok());

  EXPECT_EQ(store_->core().io.sync_count, syncs);
}

TEST_F(CommitPipelineTest, async_commits_are_synced_after_their_interval) {
  push("a", false);
  pass_ms(options_.async_interval_ms - 1);
  EXPECT_EQ(stream_->on_disk_next(), 1U);

  pass_ms(2);

  EXPECT_EQ(stream_->on_disk_next(), 2U);
}

TEST_F(CommitPipelineTest, an_idle_store_marks_its_last_group_as_synced) {
  push("a");
  format::Position end;
  {
    MutexLock lock(store_->core().mutex);
    end = store_->core().synced_end;
  }

  pass_ms(1000);

  MutexLock lock(store_->core().mutex);
  EXPECT_GT(store_->core().synced_end, end);
  const uint64_t groups = store_->core().counted.group_count;
  {
    MutexUnlock unlocked(store_->core().mutex);
    pass_ms(10'000);
  }
  EXPECT_EQ(store_->core().counted.group_count, groups);  // one mark is enough
}

TEST_F(CommitPipelineTest, at_most_two_async_groups_are_unsynced) {
  close();
  options_.async_records_max = 10;
  open();
  uint64_t unsynced_max = 0;
  for (int i = 0; i < 200; ++i) {
    push("x", false);
    unsynced_max = std::max(unsynced_max, stream_->next_number() - stream_->on_disk_next());
  }

  EXPECT_LE(unsynced_max, 20U);
  EXPECT_GE(unsynced_max, 9U);
}

// --- stopping ---

TEST_F(CommitPipelineTest, a_failed_sync_stops_the_store_for_good) {
  push("a");
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);

  EXPECT_EQ(push_to(stream_, "b").code(), Code::kFailed);

  EXPECT_EQ(push_to(stream_, "c").code(), Code::kFailed);
  EXPECT_EQ(push_to(stream_, "c", false).code(), Code::kFailed);
  EXPECT_EQ(store_->sync().code(), Code::kFailed);
  EXPECT_EQ(store_->checkpoint().code(), Code::kFailed);
  EXPECT_EQ(visible_next(), 2U);
  MutexLock lock(store_->core().mutex);
  EXPECT_THAT(std::string(store_->core().failed.message()), HasSubstr("open it again"));
  EXPECT_EQ(pipeline().wait(1'000'000).code(), Code::kFailed);
}

TEST_F(CommitPipelineTest, what_was_visible_but_never_synced_is_hidden_when_the_store_stops) {
  push("a");
  push("async", false);
  EXPECT_EQ(visible_next(), 3U);
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);

  EXPECT_EQ(store_->sync().code(), Code::kFailed);

  EXPECT_EQ(visible_next(), 2U);
}

TEST_F(CommitPipelineTest, a_store_that_stopped_opens_again_with_what_was_confirmed) {
  push("a");
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);
  EXPECT_EQ(push_to(stream_, "b").code(), Code::kFailed);

  crash();

  const std::vector<std::string> left = content();
  ASSERT_FALSE(left.empty());
  EXPECT_EQ(left[0], "a");
}

// --- threads ---

class CommitThreadsTest : public ::testing::Test {
 protected:
  CommitThreadsTest() {
    path_ = (std::filesystem::temp_directory_path() / "weir-commit-XXXXXX").string();
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
    store_ = Store::open(env::posix_env(), path_ + "/store", {}).take();
    MutexLock lock(store_->core().mutex);
    stream_ = store_->create_stream_locked(kEngine, storage::kStreamDurable, "s").take();
  }
  ~CommitThreadsTest() override {
    stream_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path_;
  std::shared_ptr<Store> store_;
  StreamPtr stream_;
};

TEST_F(CommitThreadsTest, one_leads_and_the_others_follow) {
  constexpr uint64_t kThreads = 8;
  constexpr uint64_t kEach = 25;
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (uint64_t n = 0; n < kEach; ++n) {
        MutexLock lock(store_->core().mutex);
        const uint64_t group = append_locked(*store_, stream_, "payload", true);
        EXPECT_TRUE(store_->pipeline().wait(group).ok());
        EXPECT_TRUE(store_->pipeline().is_synced(group));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  const Statistics statistics = store_->statistics();
  EXPECT_GE(statistics.commit_count, kThreads * kEach);
  EXPECT_LE(statistics.group_count, statistics.commit_count);
  MutexLock lock(store_->core().mutex);
  EXPECT_EQ(stream_->visible_next, kThreads * kEach + 1);
  EXPECT_EQ(stream_->on_disk_next(), kThreads * kEach + 1);
}

}  // namespace
}  // namespace weir::store
