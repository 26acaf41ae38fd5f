// Leases, delays, and giving back: what happens to a message between pop and ack.
#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class QueueLeaseTest : public AnyQueueTest {};
INSTANTIATE_TEST_SUITE_P(All, QueueLeaseTest, everywhere(), where_name);

TEST_P(QueueLeaseTest, a_message_without_a_lease_stays_in_flight) {
  push("a");
  EXPECT_THAT(pop(), ElementsAre("a"));

  pass_ms(1'000'000);

  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_EQ(stats().in_flight_count, 1U);
}

TEST_P(QueueLeaseTest, a_lease_that_runs_out_gives_the_message_back) {
  push("a");
  push("b");
  EXPECT_THAT(pop_leased(50, 1), ElementsAre("a"));

  pass_ms(49);
  EXPECT_THAT(peek(), ElementsAre("b"));
  pass_ms(1);

  EXPECT_THAT(pop(), ElementsAre("a", "b"));
  EXPECT_EQ(messages_.at(0).delivery_count, 2U);
  EXPECT_TRUE(messages_.at(0).redelivered);
  EXPECT_FALSE(messages_.at(1).redelivered);
  EXPECT_EQ(stats().lease_expiry_count, 1U);
  EXPECT_EQ(stats().redelivery_count, 1U);
}

TEST_P(QueueLeaseTest, an_ack_in_time_ends_the_lease) {
  const uint64_t id = push("a");
  pop_leased(50);
  EXPECT_EQ(ack({id}), Code::kOk);

  pass_ms(100);

  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_EQ(stats().lease_expiry_count, 0U);
}

TEST_P(QueueLeaseTest, an_ack_after_the_lease_counts_while_nobody_else_has_acknowledged) {
  const uint64_t id = push("a");
  pop_leased(50);
  pass_ms(100);

  EXPECT_EQ(ack({id}), Code::kOk);
  EXPECT_EQ(ack({id}), Code::kNotFound);
  EXPECT_THAT(pop(), IsEmpty());
}

TEST_P(QueueLeaseTest, an_extended_lease_lasts_from_now_on) {
  const uint64_t id = push("a");
  pop_leased(50);
  pass_ms(40);
  EXPECT_TRUE(queue_->extend(id, 50).ok());

  pass_ms(49);
  EXPECT_THAT(pop(), IsEmpty());
  pass_ms(1);
  EXPECT_THAT(pop(), ElementsAre("a"));
}

TEST_P(QueueLeaseTest, a_lease_extended_by_zero_never_runs_out) {
  const uint64_t id = push("a");
  pop_leased(50);
  EXPECT_TRUE(queue_->extend(id, 0).ok());

  pass_ms(1'000'000);

  EXPECT_THAT(pop(), IsEmpty());
}

TEST_P(QueueLeaseTest, only_what_is_in_flight_can_be_extended) {
  const uint64_t id = push("a");
  EXPECT_EQ(queue_->extend(id, 50).code(), Code::kNotFound);
  EXPECT_EQ(queue_->extend(id + 1, 50).code(), Code::kNotFound);
  pop_leased(50);
  pass_ms(50);

  EXPECT_EQ(queue_->extend(id, 50).code(), Code::kNotFound);
}

TEST_P(QueueLeaseTest, a_nack_puts_the_message_back_at_its_place) {
  push_all({"a", "b", "c"});
  pop(2);

  EXPECT_TRUE(queue_->nack(messages_.at(0).id, 0).ok());

  EXPECT_THAT(pop(), ElementsAre("a", "c"));
  EXPECT_EQ(messages_.at(0).delivery_count, 2U);
  EXPECT_EQ(stats().nack_count, 1U);
}

TEST_P(QueueLeaseTest, a_nack_with_a_delay_brings_the_message_when_it_is_due) {
  push_all({"a", "b"});
  pop(1);
  EXPECT_TRUE(queue_->nack(messages_.at(0).id, 100).ok());
  EXPECT_EQ(stats().delayed_count, 1U);
  EXPECT_EQ(stats().message_count, 2U);

  pass_ms(99);
  EXPECT_THAT(peek(), ElementsAre("b"));
  pass_ms(1);

  EXPECT_THAT(pop(), ElementsAre("a", "b"));
  EXPECT_EQ(stats().delayed_count, 0U);
}

TEST_P(QueueLeaseTest, only_what_is_in_flight_can_be_given_back) {
  const uint64_t id = push("a");
  EXPECT_EQ(queue_->nack(id, 0).code(), Code::kNotFound);
  pop();
  EXPECT_TRUE(queue_->nack(id, 0).ok());
  EXPECT_EQ(queue_->nack(id, 0).code(), Code::kNotFound);
  EXPECT_EQ(queue_->nack(77, 0).code(), Code::kNotFound);
}

TEST_P(QueueLeaseTest, a_delayed_message_can_be_acknowledged) {
  const uint64_t id = push("a");
  pop();
  EXPECT_TRUE(queue_->nack(id, 100).ok());

  EXPECT_EQ(ack({id}), Code::kOk);

  pass_ms(200);
  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_EQ(stats().message_count, 0U);
}

TEST_P(QueueLeaseTest, a_message_that_was_never_delivered_cannot_be_acknowledged) {
  const uint64_t id = push("a");

  EXPECT_EQ(ack({id}), Code::kNotFound);
  EXPECT_EQ(ack({0, id + 1, UINT64_MAX}), Code::kNotFound);
  EXPECT_THAT(pop(), ElementsAre("a"));
}

TEST_P(QueueLeaseTest, an_ack_of_many_leaves_out_what_is_not_there) {
  push_all({"a", "b", "c", "d", "e"});
  pop(4);
  uint64_t count = 0;

  EXPECT_EQ(ack({4, 2, 2, 1, 99, 5}, Durability::kDefault, &count), Code::kOk);

  EXPECT_EQ(count, 3U);
  EXPECT_EQ(stats().ack_count, 3U);
  EXPECT_EQ(stats().in_flight_count, 1U);
  EXPECT_EQ(stats().message_count, 2U);
}

TEST_P(QueueLeaseTest, a_handle_that_goes_gives_back_what_it_has) {
  push_all({"a", "b", "c"});
  std::unique_ptr<Handle> other = open_queue("q");
  EXPECT_TRUE(pop_from(*other, 1).ok());
  EXPECT_THAT(pop(1), ElementsAre("b"));

  other.reset();

  EXPECT_THAT(pop(), ElementsAre("a", "c"));
  EXPECT_TRUE(messages_.at(0).redelivered);
}

TEST_P(QueueLeaseTest, one_handle_acknowledges_what_another_took) {
  const uint64_t id = push("a");
  const std::unique_ptr<Handle> other = open_queue("q");
  EXPECT_TRUE(pop_from(*other, 1).ok());

  EXPECT_EQ(ack({id}), Code::kOk);
}

// --- purge ---

TEST_P(QueueLeaseTest, purge_leaves_what_is_in_flight) {
  push_all({"a", "b", "c", "d"});
  pop(2);
  EXPECT_TRUE(queue_->nack(1, 100).ok());
  uint64_t count = 0;

  EXPECT_TRUE(queue_->purge(&count).ok());

  EXPECT_EQ(count, 3U);  // a is delayed, c and d are ready
  EXPECT_EQ(stats().message_count, 1U);
  pass_ms(200);
  EXPECT_THAT(pop(), IsEmpty());
  EXPECT_TRUE(queue_->nack(2, 0).ok());
  EXPECT_THAT(pop(), ElementsAre("b"));
}

TEST_P(QueueLeaseTest, purge_of_an_empty_queue_does_nothing) {
  uint64_t count = 7;
  EXPECT_TRUE(queue_->purge(&count).ok());
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(push("a"), 1U);
}

TEST_P(QueueLeaseTest, facts_of_messages_go_with_them) {
  push_all({"a", "b", "c"});
  for (uint64_t id = 1; id <= 3; ++id) {
    pop(1);
    EXPECT_TRUE(queue_->nack(id, 1000).ok());
  }
  EXPECT_EQ(ack({1}), Code::kOk);
  uint64_t count = 0;

  EXPECT_TRUE(queue_->purge(&count).ok());

  MutexLock lock(store_->mutex());
  const store::StreamPtr stream = store_->find_stream_locked(kEngineQueue, "q");
  for (const auto& [key, value] : stream->facts) EXPECT_NE(key[0], 'c');
}

}  // namespace
}  // namespace weir::queue
