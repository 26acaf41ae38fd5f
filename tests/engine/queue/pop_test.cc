#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class PopTest : public AnyQueueTest {
 protected:
  std::vector<std::string> pop_bytes(uint64_t bytes_max) {
    PopOptions options;
    options.bytes_max = bytes_max;
    EXPECT_FALSE(pop_from(*queue_, 100, options).failed());
    return texts();
  }
  std::vector<std::string> pop_acknowledged(size_t count_max) {
    PopOptions options;
    options.acknowledge = true;
    EXPECT_FALSE(pop_from(*queue_, count_max, options).failed());
    return texts();
  }
};
INSTANTIATE_TEST_SUITE_P(All, PopTest, everywhere(), where_name);

TEST_P(PopTest, gives_out_no_more_than_asked_for) {
  push_all({"a", "b", "c"});

  EXPECT_THAT(pop(2), ElementsAre("a", "b"));
  EXPECT_THAT(pop(2), ElementsAre("c"));
  EXPECT_THAT(pop(2), IsEmpty());
}

TEST_P(PopTest, stops_before_the_message_that_would_exceed_the_bytes) {
  push_all({"123", "456", "789"});

  EXPECT_THAT(pop_bytes(6), ElementsAre("123", "456"));
  EXPECT_THAT(pop_bytes(2), ElementsAre("789"));  // the first one in any case
}

TEST_P(PopTest, empty_messages_fit_any_bound) {
  push_all({"", "", ""});

  EXPECT_THAT(pop_bytes(1), ElementsAre("", "", ""));
}

TEST_P(PopTest, messages_of_every_size_come_back_as_they_were) {
  close();
  options_.record_bytes_max = 64u << 20;
  options_.memory_bytes_max = 300u << 20;
  open(GetParam() == Where::kMemoryStore ? "mem:" : kUrl);
  const size_t sizes[] = {0, 1, 4096, 4097, 16'383, 16'384, 65'536, 1u << 20, 64u << 20};
  for (const size_t size : sizes) push(std::string(size, static_cast<char>('a' + size % 26)));

  for (const size_t size : sizes) {
    ASSERT_TRUE(pop_from(*queue_, 1).ok()) << size;
    EXPECT_EQ(messages_.at(0).payload.size(), size);
    const std::string_view text = as_text(messages_.at(0).payload);
    EXPECT_EQ(text.find_first_not_of(static_cast<char>('a' + size % 26)), std::string_view::npos);
  }
}

TEST_P(PopTest, a_message_above_the_limit_is_refused) {
  PushResult result;
  const std::string payload(options_.record_bytes_max + 1, 'x');

  EXPECT_EQ(queue_->push(as_bytes(payload), {}, &result).code(), Code::kTooLarge);
  EXPECT_EQ(stats().message_count, 0U);
}

TEST_P(PopTest, what_is_acknowledged_at_once_is_gone) {
  push_all({"a", "b", "c"});

  EXPECT_THAT(pop_acknowledged(2), ElementsAre("a", "b"));

  EXPECT_EQ(stats().in_flight_count, 0U);
  EXPECT_EQ(stats().ack_count, 2U);
  EXPECT_EQ(ack({1}), Code::kNotFound);
  EXPECT_THAT(pop(), ElementsAre("c"));
}

TEST_P(PopTest, a_message_given_back_can_be_acknowledged_at_once_the_next_time) {
  push_all({"a", "b", "c"});
  pop(3);
  EXPECT_TRUE(queue_->nack(3, 0).ok());
  EXPECT_TRUE(queue_->nack(1, 0).ok());

  EXPECT_THAT(pop_acknowledged(5), ElementsAre("a", "c"));
  EXPECT_EQ(messages_.at(0).delivery_count, 2U);
  EXPECT_EQ(stats().message_count, 1U);
}

TEST_P(PopTest, a_peek_changes_nothing) {
  push_all({"a", "b"});

  EXPECT_THAT(peek(), ElementsAre("a", "b"));
  EXPECT_EQ(messages_.at(0).delivery_count, 0U);
  EXPECT_FALSE(messages_.at(0).redelivered);
  EXPECT_THAT(peek(1), ElementsAre("a"));

  EXPECT_EQ(stats().delivery_count, 0U);
  EXPECT_EQ(stats().ready_count, 2U);
  EXPECT_EQ(ack({1}), Code::kNotFound);
  EXPECT_THAT(pop(), ElementsAre("a", "b"));
  EXPECT_EQ(messages_.at(0).delivery_count, 1U);
}

TEST_P(PopTest, a_peek_sees_what_was_given_back_at_its_place) {
  push_all({"a", "b", "c"});
  pop(2);
  EXPECT_TRUE(queue_->nack(1, 0).ok());

  EXPECT_THAT(peek(), ElementsAre("a", "c"));
  EXPECT_TRUE(messages_.at(0).redelivered);
}

TEST_P(PopTest, a_peek_of_an_empty_queue_finds_nothing) {
  EXPECT_EQ(queue_->peek(1, 1, &messages_).code(), Code::kEmpty);
}

TEST_P(PopTest, the_answer_of_an_earlier_pop_is_replaced) {
  push("a");
  pop();

  EXPECT_EQ(pop_from(*queue_, 1).code(), Code::kEmpty);
  EXPECT_EQ(messages_.count(), 0U);
}

TEST_P(PopTest, messages_outlive_their_store) {
  push(std::string(100'000, 'x'));
  ASSERT_TRUE(pop_from(*queue_, 1).ok());

  close();

  EXPECT_EQ(messages_.at(0).payload.back(), 'x');
}

}  // namespace
}  // namespace weir::queue
