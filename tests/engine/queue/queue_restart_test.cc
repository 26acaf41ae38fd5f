// What a queue looks like after a close, and after a crash.
#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class QueueRestartTest : public QueueTest {};

TEST_F(QueueRestartTest, messages_come_back_in_order_after_a_close) {
  push_all({"a", "", "c"});

  reopen();

  EXPECT_THAT(pop(), ElementsAre("a", "", "c"));
  EXPECT_FALSE(messages_.at(0).redelivered);
  EXPECT_EQ(messages_.at(0).delivery_count, 1U);
  EXPECT_EQ(push("d"), 4U);
}

TEST_F(QueueRestartTest, confirmed_messages_come_back_after_a_crash) {
  push_all({"a", "b", "c"});

  crash();

  EXPECT_THAT(drain(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(push("d"), 4U);
}

TEST_F(QueueRestartTest, a_confirmed_ack_survives_a_crash) {
  push_all({"a", "b"});
  pop();
  EXPECT_EQ(ack({1}), Code::kOk);

  crash();

  EXPECT_THAT(pop(), ElementsAre("b"));
}

TEST_F(QueueRestartTest, what_was_in_flight_is_redelivered_after_a_close) {
  push_all({"a", "b", "c"});
  pop(2);

  reopen();

  EXPECT_THAT(pop(), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(messages_.at(0).redelivered);
  EXPECT_EQ(messages_.at(0).delivery_count, 2U);
  EXPECT_TRUE(messages_.at(1).redelivered);
  EXPECT_FALSE(messages_.at(2).redelivered);
  EXPECT_EQ(messages_.at(2).delivery_count, 1U);
}

// The flag may be set falsely, but never be missing.
TEST_F(QueueRestartTest, what_was_in_flight_is_marked_after_a_crash) {
  push_all({"a", "b"});
  pop(1);

  crash();

  EXPECT_THAT(pop(1), ElementsAre("a"));
  EXPECT_TRUE(messages_.at(0).redelivered);
  EXPECT_GE(messages_.at(0).delivery_count, 1U);
  EXPECT_LE(messages_.at(0).delivery_count, 2U);
}

TEST_F(QueueRestartTest, delivery_counts_go_on_after_a_close) {
  push("a");
  for (int i = 0; i < 3; ++i) {
    pop();
    EXPECT_TRUE(queue_->nack(1, 0).ok());
  }

  reopen();

  pop();
  EXPECT_EQ(messages_.at(0).delivery_count, 4U);
}

TEST_F(QueueRestartTest, delivery_counts_never_exceed_the_truth_after_a_crash) {
  push("a");
  for (int i = 0; i < 3; ++i) {
    pop();
    EXPECT_TRUE(queue_->nack(1, 0).ok());
  }

  crash();

  pop();
  EXPECT_LE(messages_.at(0).delivery_count, 4U);
  EXPECT_TRUE(messages_.at(0).redelivered);
}

TEST_F(QueueRestartTest, leases_end_at_a_restart) {
  push("a");
  pop_leased(1'000'000);

  reopen();

  EXPECT_THAT(pop(), ElementsAre("a"));
}

TEST_F(QueueRestartTest, delays_go_on_after_a_restart) {
  push_all({"a", "b"});
  pop(1);
  EXPECT_TRUE(queue_->nack(1, 1000).ok());
  pass_ms(400);

  reopen();

  EXPECT_THAT(peek(), ElementsAre("b"));
  pass_ms(599);
  EXPECT_THAT(peek(), ElementsAre("b"));
  pass_ms(1);
  EXPECT_THAT(pop(), ElementsAre("a", "b"));
  EXPECT_EQ(messages_.at(0).delivery_count, 2U);
}

TEST_F(QueueRestartTest, an_id_from_before_the_restart_can_be_acknowledged) {
  push_all({"a", "b"});
  pop(1);
  reopen();
  EXPECT_EQ(ack({1}), Code::kOk);
  EXPECT_EQ(ack({2}), Code::kNotFound);  // nobody ever had it

  EXPECT_THAT(pop(), ElementsAre("b"));
}

TEST_F(QueueRestartTest, ids_of_lost_messages_are_not_used_again) {
  push("a", Durability::kSync);
  const uint64_t lost = push("lost", Durability::kAsync);

  crash();

  EXPECT_THAT(pop(), ElementsAre("a"));
  EXPECT_GT(push("b"), lost);
}

TEST_F(QueueRestartTest, asynchronous_messages_survive_an_orderly_close) {
  push("a", Durability::kAsync);
  push("b", Durability::kAsync);

  reopen();

  EXPECT_THAT(pop(), ElementsAre("a", "b"));
  EXPECT_EQ(push("c"), 3U);
}

TEST_F(QueueRestartTest, asynchronous_messages_are_synced_after_their_interval) {
  push("a", Durability::kAsync);
  pass_ms(options_.async_interval_ms + 1);

  crash();

  EXPECT_THAT(pop(), ElementsAre("a"));
}

TEST_F(QueueRestartTest, a_dropped_queue_stays_dropped) {
  push("a");
  queue_.reset();
  EXPECT_TRUE(drop(*store_, "q").ok());

  crash();

  EXPECT_EQ(stats().message_count, 0U);
  EXPECT_EQ(push("new"), 1U);
  crash();
  EXPECT_THAT(pop(), ElementsAre("new"));
}

TEST_F(QueueRestartTest, a_purge_survives_a_crash) {
  push_all({"a", "b"});
  uint64_t count = 0;
  EXPECT_TRUE(queue_->purge(&count).ok());

  crash();

  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_EQ(push("c"), 3U);
}

TEST_F(QueueRestartTest, a_read_only_store_shows_its_messages_and_takes_nothing) {
  push_all({"a", "b"});
  options_.read_only = true;
  reopen();

  EXPECT_THAT(peek(), ElementsAre("a", "b"));
  EXPECT_EQ(stats().message_count, 2U);
  PushResult result;
  EXPECT_EQ(queue_->push(as_bytes("c"), {}, &result).code(), Code::kReadOnly);
  const std::string large(20'000, 'x');
  EXPECT_EQ(queue_->push(as_bytes(large), {}, &result).code(), Code::kReadOnly);
  EXPECT_EQ(pop_from(*queue_, 1).code(), Code::kReadOnly);
  EXPECT_EQ(ack({1}), Code::kReadOnly);
  uint64_t count = 0;
  EXPECT_EQ(queue_->purge(&count).code(), Code::kReadOnly);
  EXPECT_EQ(queue_->nack(1, 0).code(), Code::kReadOnly);
}

// --- memory queues of a durable store ---

class MemoryQueueRestartTest : public QueueTest {
 protected:
  MemoryQueueRestartTest() {
    close();
    kind_ = Kind::kMemory;
    world_ = std::make_unique<sim::SimEnv>(1);
    open();
  }
};

TEST_F(MemoryQueueRestartTest, a_clean_close_saves_the_messages) {
  push_all({"a", "b"});
  pop(1);

  reopen();

  EXPECT_THAT(pop(), ElementsAre("a", "b"));
  EXPECT_TRUE(messages_.at(0).redelivered);
  EXPECT_EQ(push("c"), 3U);
}

TEST_F(MemoryQueueRestartTest, starts_empty_after_a_crash_and_no_id_comes_again) {
  push_all({"a", "b"});

  crash();

  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_EQ(stats().message_count, 0U);
  EXPECT_GT(push("c"), 2U);
}

TEST_F(MemoryQueueRestartTest, starts_empty_after_a_crash_though_it_was_saved_before) {
  push_all({"a", "b"});
  reopen();

  crash();

  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_GT(push("c"), 2U);
}

TEST_F(MemoryQueueRestartTest, saved_messages_that_were_acknowledged_do_not_come_back) {
  push_all({"a", "b"});
  reopen();
  pop();
  EXPECT_EQ(ack({1, 2}), Code::kOk);

  reopen();

  EXPECT_THAT(pop(), IsEmpty());
}

TEST_F(MemoryQueueRestartTest, ids_go_on_when_the_queue_was_empty_at_the_close) {
  push_all({"a", "b"});
  pop();
  EXPECT_EQ(ack({1, 2}), Code::kOk);

  reopen();

  EXPECT_EQ(push("c"), 3U);
}

TEST_F(MemoryQueueRestartTest, survives_several_closes) {
  push("a");
  for (int i = 0; i < 3; ++i) reopen();
  push("b");
  reopen();

  EXPECT_THAT(drain(), ElementsAre("a", "b"));
}

// --- producers ---

class QueueProducerTest : public AnyQueueTest {
 protected:
  Status push_as(uint64_t producer, uint64_t sequence, std::string_view payload,
                 Durability durability = Durability::kDefault) {
    PushOptions options;
    options.producer_id = producer;
    options.producer_sequence = sequence;
    options.durability = durability;
    return queue_->push(as_bytes(payload), options, &result_);
  }
  uint64_t sequence_of(uint64_t producer) {
    uint64_t sequence = 0;
    const Status status = queue_->producer_sequence(producer, &sequence);
    return status.ok() ? sequence : 0;
  }
  PushResult result_;
};
INSTANTIATE_TEST_SUITE_P(All, QueueProducerTest, everywhere(), where_name);

TEST_P(QueueProducerTest, a_sequence_that_had_arrived_is_a_duplicate) {
  EXPECT_TRUE(push_as(7, 1, "a").ok());
  EXPECT_EQ(push_as(7, 1, "a").code(), Code::kDuplicate);
  EXPECT_EQ(result_.duplicate_count, 1U);
  EXPECT_TRUE(push_as(7, 5, "b").ok());
  EXPECT_EQ(push_as(7, 4, "late").code(), Code::kDuplicate);
  EXPECT_TRUE(push_as(8, 1, "c").ok());

  EXPECT_THAT(pop(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(sequence_of(7), 5U);
  EXPECT_EQ(sequence_of(9), 0U);
  EXPECT_EQ(stats().duplicate_count, 2U);
}

TEST_P(QueueProducerTest, of_many_only_the_new_ones_are_pushed) {
  EXPECT_TRUE(push_as(7, 2, "x").ok());
  PushOptions options;
  options.producer_id = 7;
  options.producer_sequence = 1;
  const std::vector<uint32_t> sizes{1, 1, 1, 1};

  EXPECT_TRUE(queue_->push_many(as_bytes("abcd"), sizes, options, &result_).ok());

  EXPECT_EQ(result_.count, 2U);
  EXPECT_EQ(result_.duplicate_count, 2U);
  EXPECT_THAT(pop(), ElementsAre("x", "c", "d"));
  EXPECT_EQ(sequence_of(7), 4U);
}

TEST_P(QueueProducerTest, the_producer_longest_silent_is_forgotten_first) {
  for (uint64_t id = 1; id <= kProducersMax; ++id) ASSERT_TRUE(push_as(id, 1, "").ok());
  EXPECT_TRUE(push_as(1, 2, "").ok());

  EXPECT_TRUE(push_as(kProducersMax + 1, 1, "").ok());

  EXPECT_EQ(sequence_of(1), 2U);
  EXPECT_EQ(sequence_of(2), 0U);
  EXPECT_EQ(sequence_of(3), 1U);
}

class QueueProducerRestartTest : public QueueProducerTest {};
INSTANTIATE_TEST_SUITE_P(Durable, QueueProducerRestartTest, ::testing::Values(Where::kDurable),
                         where_name);

TEST_P(QueueProducerRestartTest, sequences_survive_a_crash_with_their_messages) {
  EXPECT_TRUE(push_as(7, 3, "a").ok());
  EXPECT_TRUE(push_as(7, 4, "lost", Durability::kAsync).ok());

  crash();

  EXPECT_EQ(sequence_of(7), 3U);
  EXPECT_EQ(push_as(7, 3, "a").code(), Code::kDuplicate);
  EXPECT_TRUE(push_as(7, 4, "again").ok());
  EXPECT_THAT(drain(), ElementsAre("a", "again"));
}

TEST_P(QueueProducerRestartTest, a_duplicate_is_confirmed_only_when_its_original_is) {
  EXPECT_TRUE(push_as(7, 1, "a", Durability::kAsync).ok());
  EXPECT_EQ(push_as(7, 1, "a", Durability::kSync).code(), Code::kDuplicate);
  EXPECT_EQ(result_.level, Level::kSync);

  crash();

  EXPECT_THAT(pop(), ElementsAre("a"));
}

}  // namespace
}  // namespace weir::queue
