#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class BatchTest : public AnyQueueTest {
 protected:
  BatchTest() { other_ = open_queue("other"); }
  ~BatchTest() override { other_.reset(); }

  Status commit(store::Batch& batch, Durability durability = Durability::kDefault) {
    return batch.commit(durability, 0, &level_);
  }
  uint64_t count_of(Handle& queue) {
    Statistics statistics;
    EXPECT_TRUE(queue.stats(&statistics).ok());
    return statistics.message_count;
  }

  std::unique_ptr<Handle> other_;
  Level level_ = Level::kMemory;
};
INSTANTIATE_TEST_SUITE_P(All, BatchTest, everywhere(), where_name);

TEST_P(BatchTest, moves_a_message_from_queue_to_queue) {
  const uint64_t id = push("a");
  pop();
  store::Batch batch(store_);
  ASSERT_TRUE(queue_->add_ack(batch, id).ok());
  ASSERT_TRUE(other_->add_push(batch, as_bytes("moved"), {}).ok());

  EXPECT_TRUE(commit(batch).ok());

  EXPECT_EQ(batch.id_at(1), 1U);
  EXPECT_EQ(count_of(*queue_), 0U);
  EXPECT_TRUE(pop_from(*other_, 1).ok());
  EXPECT_THAT(texts(), ElementsAre("moved"));
}

TEST_P(BatchTest, pushes_to_several_queues_keep_their_order) {
  const std::string large(30'000, 'L');
  store::Batch batch(store_);
  for (const std::string& text : {std::string("a"), large, std::string("b")}) {
    ASSERT_TRUE(queue_->add_push(batch, as_bytes(text), {}).ok());
    ASSERT_TRUE(other_->add_push(batch, as_bytes(text), {}).ok());
  }

  EXPECT_TRUE(commit(batch).ok());

  EXPECT_THAT(drain(), ElementsAre("a", large, "b"));
  EXPECT_EQ(count_of(*other_), 3U);
  EXPECT_EQ(batch.id_at(4), 3U);
  EXPECT_EQ(batch.id_at(99), 0U);
}

TEST_P(BatchTest, an_ack_that_is_not_possible_leaves_all_as_it_was) {
  push("a");
  store::Batch batch(store_);
  ASSERT_TRUE(other_->add_push(batch, as_bytes("b"), {}).ok());
  ASSERT_TRUE(queue_->add_ack(batch, 1).ok());  // never delivered

  EXPECT_EQ(commit(batch).code(), Code::kNotFound);

  EXPECT_EQ(count_of(*other_), 0U);
  pop();
  EXPECT_TRUE(commit(batch).ok());  // now it is
  EXPECT_EQ(count_of(*other_), 1U);
}

TEST_P(BatchTest, the_same_ack_twice_is_refused) {
  push("a");
  pop();
  store::Batch batch(store_);
  ASSERT_TRUE(queue_->add_ack(batch, 1).ok());
  ASSERT_TRUE(queue_->add_ack(batch, 1).ok());

  EXPECT_EQ(commit(batch).code(), Code::kInvalidArgument);
  EXPECT_EQ(stats().in_flight_count, 1U);
}

TEST_P(BatchTest, a_committed_batch_is_used_again_after_clear_only) {
  store::Batch batch(store_);
  ASSERT_TRUE(queue_->add_push(batch, as_bytes("a"), {}).ok());
  ASSERT_TRUE(commit(batch).ok());

  EXPECT_EQ(commit(batch).code(), Code::kInvalidArgument);
  EXPECT_EQ(queue_->add_push(batch, as_bytes("b"), {}).code(), Code::kInvalidArgument);
  EXPECT_EQ(queue_->add_ack(batch, 1).code(), Code::kInvalidArgument);
  batch.clear();
  EXPECT_EQ(batch.count(), 0U);
  ASSERT_TRUE(queue_->add_push(batch, as_bytes("b"), {}).ok());
  EXPECT_TRUE(commit(batch).ok());
  EXPECT_THAT(drain(), ElementsAre("a", "b"));
}

TEST_P(BatchTest, an_empty_batch_commits) {
  store::Batch batch(store_);

  EXPECT_TRUE(commit(batch).ok());
}

TEST_P(BatchTest, a_queue_of_another_store_is_refused) {
  const auto stranger_store = store::Store::open(world_->env(), "mem:", {}).take();
  const auto stranger = Handle::open(stranger_store, "q", {}).take();
  store::Batch batch(store_);

  EXPECT_EQ(stranger->add_push(batch, {}, {}).code(), Code::kInvalidArgument);
  EXPECT_EQ(stranger->add_ack(batch, 1).code(), Code::kInvalidArgument);
}

TEST_P(BatchTest, a_dropped_queue_refuses_the_whole_batch) {
  store::Batch batch(store_);
  ASSERT_TRUE(queue_->add_push(batch, as_bytes("a"), {}).ok());
  ASSERT_TRUE(other_->add_push(batch, as_bytes("b"), {}).ok());
  ASSERT_TRUE(drop(*store_, "other").ok());

  EXPECT_EQ(commit(batch).code(), Code::kClosed);
  EXPECT_EQ(stats().message_count, 0U);
}

TEST_P(BatchTest, sequences_that_had_arrived_are_left_out) {
  PushOptions options;
  options.producer_id = 7;
  options.producer_sequence = 2;
  PushResult result;
  ASSERT_TRUE(queue_->push(as_bytes("old"), options, &result).ok());
  store::Batch batch(store_);
  for (const uint64_t sequence : {2U, 3U, 3U, 4U}) {
    options.producer_sequence = sequence;
    ASSERT_TRUE(queue_->add_push(batch, as_bytes(to_text(sequence)), options).ok());
  }

  EXPECT_TRUE(commit(batch).ok());

  EXPECT_THAT(drain(), ElementsAre("old", "3", "4"));
  EXPECT_EQ(batch.id_at(0), 0U);
  EXPECT_EQ(batch.id_at(1), 2U);
  EXPECT_EQ(stats().duplicate_count, 2U);
}

TEST_P(BatchTest, holds_64_MiB_and_no_more) {
  store::Batch batch(store_);
  const std::string quarter(16u << 20, 'x');
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(queue_->add_push(batch, as_bytes(quarter), {}).ok());

  EXPECT_EQ(queue_->add_push(batch, as_bytes("x"), {}).code(), Code::kTooLarge);
  EXPECT_TRUE(queue_->add_push(batch, {}, {}).ok());
  EXPECT_EQ(batch.count(), 5U);
}

class DurableBatchTest : public QueueTest {
 protected:
  // Message 1 for two others, in a batch that is gone before the store is: it holds on to it.
  bool replace_one_by_two() {
    store::Batch batch(store_);
    EXPECT_TRUE(queue_->add_ack(batch, 1).ok());
    EXPECT_TRUE(queue_->add_push(batch, as_bytes("b"), {}).ok());
    EXPECT_TRUE(queue_->add_push(batch, as_bytes("c"), {}).ok());
    Level level = Level::kMemory;
    return batch.commit(Durability::kSync, 0, &level).ok();
  }
};

TEST_F(DurableBatchTest, acks_of_durable_messages_with_pushes_to_memory_are_refused) {
  OpenOptions options;
  options.kind = Kind::kMemory;
  const auto memory = Handle::open(store_, "m", options).take();
  push("a");
  pop();
  Level level = Level::kMemory;
  store::Batch batch(store_);
  ASSERT_TRUE(queue_->add_ack(batch, 1).ok());
  ASSERT_TRUE(memory->add_push(batch, as_bytes("b"), {}).ok());

  EXPECT_EQ(batch.commit(Durability::kDefault, 0, &level).code(), Code::kInvalidArgument);

  batch.clear();
  ASSERT_TRUE(queue_->add_push(batch, as_bytes("c"), {}).ok());
  ASSERT_TRUE(memory->add_push(batch, as_bytes("d"), {}).ok());
  EXPECT_TRUE(batch.commit(Durability::kDefault, 0, &level).ok());
  EXPECT_EQ(level, Level::kSync);
}

// Whole or not at all, wherever the power goes.
TEST_F(DurableBatchTest, survives_a_power_cut_whole_or_not_at_all) {
  for (uint64_t point = 1; point <= 4; ++point) {
    for (const bool confirmed_before : {false, true}) {
      world_->file_system().crash_now();
      close();
      world_ = std::make_unique<sim::SimEnv>(point);
      open();
      push("a");
      pop();
      if (!confirmed_before) disk().crash_at(disk().io_count() + point);
      const bool confirmed = replace_one_by_two();
      crash(sim::LossMode::kRandomStrict);
      const std::vector<std::string> left = drain();
      if (confirmed) {
        EXPECT_THAT(left, ElementsAre("b", "c"));
      } else {
        EXPECT_THAT(left, ::testing::AnyOf(ElementsAre("a"), ElementsAre("b", "c")));
      }
    }
  }
}

}  // namespace
}  // namespace weir::queue
