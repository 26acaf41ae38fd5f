#include "engine/queue/queue.h"

#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class HandleTest : public AnyQueueTest {
 protected:
  Code open_code(const std::string& name, const OpenOptions& options) {
    const auto opened = Handle::open(store_, name, options);
    return opened.ok() ? Code::kOk : opened.status().code();
  }
};
INSTANTIATE_TEST_SUITE_P(All, HandleTest, everywhere(), where_name);

TEST_P(HandleTest, queues_are_listed_by_name) {
  const auto b = open_queue("b");
  const auto a = open_queue("a");

  EXPECT_THAT(list(*store_).value(), ElementsAre("a", "b", "q"));
}

TEST_P(HandleTest, a_queue_that_is_not_there_is_not_made_unless_wanted) {
  OpenOptions options;
  options.create = false;

  EXPECT_EQ(open_code("other", options), Code::kNotFound);
  EXPECT_EQ(drop(*store_, "other").code(), Code::kNotFound);
}

TEST_P(HandleTest, two_handles_share_one_queue) {
  const auto other = open_queue("q");
  push("a");
  push_to(*other, "b");

  EXPECT_THAT(pop(), ElementsAre("a", "b"));
}

TEST_P(HandleTest, the_level_reached_is_told) {
  PushResult result;
  PushOptions options;
  options.durability = Durability::kSync;
  EXPECT_TRUE(queue_->push(as_bytes("a"), options, &result).ok());
  EXPECT_EQ(result.level, GetParam() == Where::kDurable ? Level::kSync : Level::kMemory);

  options.durability = Durability::kAsync;
  EXPECT_TRUE(queue_->push(as_bytes("a"), options, &result).ok());
  EXPECT_EQ(result.level, Level::kMemory);
  EXPECT_EQ(result.id, 2U);
  EXPECT_EQ(result.count, 1U);
}

TEST_P(HandleTest, many_are_pushed_in_order_under_ids_in_a_row) {
  push("first");
  PushResult result;
  const std::vector<uint32_t> sizes{2, 0, 3};

  EXPECT_TRUE(queue_->push_many(as_bytes("aabbb"), sizes, {}, &result).ok());

  EXPECT_EQ(result.id, 2U);
  EXPECT_EQ(result.count, 3U);
  EXPECT_THAT(pop(), ElementsAre("first", "aa", "", "bbb"));
}

TEST_P(HandleTest, small_and_large_messages_of_one_call_keep_their_order) {
  const std::string large(20'000, 'L');
  const std::vector<uint32_t> sizes{1, 20'000, 1, 20'000, 1};
  PushResult result;

  EXPECT_TRUE(
      queue_->push_many(as_bytes("a" + large + "b" + large + "c"), sizes, {}, &result).ok());

  EXPECT_THAT(pop(), ElementsAre("a", large, "b", large, "c"));
}

TEST_P(HandleTest, pushing_none_does_nothing) {
  PushResult result;

  EXPECT_TRUE(queue_->push_many({}, {}, {}, &result).ok());
  EXPECT_EQ(result.count, 0U);
  EXPECT_EQ(stats().next_id, 1U);
}

TEST_P(HandleTest, one_message_too_large_refuses_all) {
  const std::string data(options_.record_bytes_max + 2, 'x');
  const std::vector<uint32_t> sizes{1, static_cast<uint32_t>(options_.record_bytes_max + 1)};
  PushResult result;

  EXPECT_EQ(queue_->push_many(as_bytes(data), sizes, {}, &result).code(), Code::kTooLarge);
  EXPECT_EQ(stats().message_count, 0U);
}

TEST_P(HandleTest, a_dropped_queue_is_closed_for_its_handles) {
  push("a");
  pop();

  EXPECT_TRUE(drop(*store_, "q").ok());

  PushResult result;
  EXPECT_EQ(queue_->push(as_bytes("b"), {}, &result).code(), Code::kClosed);
  EXPECT_EQ(ack({1}), Code::kClosed);
  EXPECT_THAT(list(*store_).value(), IsEmpty());
  EXPECT_EQ(store_->statistics().memory_bytes_used, 0U);
}

TEST_P(HandleTest, a_queue_of_the_same_name_starts_anew_after_a_drop) {
  push("old");
  EXPECT_TRUE(drop(*store_, "q").ok());
  queue_ = open_queue("q");

  EXPECT_EQ(push("new"), 1U);
  EXPECT_THAT(pop(), ElementsAre("new"));
}

TEST_P(HandleTest, statistics_add_up) {
  push_all({"a", "b", "c", "d", "e"});
  pop(3);
  EXPECT_TRUE(queue_->nack(2, 1000).ok());
  EXPECT_EQ(ack({1}), Code::kOk);

  const Statistics statistics = stats();

  EXPECT_EQ(statistics.ready_count, 2U);
  EXPECT_EQ(statistics.delayed_count, 1U);
  EXPECT_EQ(statistics.in_flight_count, 1U);
  EXPECT_EQ(statistics.message_count, 4U);
  EXPECT_EQ(statistics.push_count, 5U);
  EXPECT_EQ(statistics.delivery_count, 3U);
  EXPECT_EQ(statistics.first_id, 2U);
  EXPECT_EQ(statistics.next_id, 6U);
  EXPECT_GT(statistics.memory_bytes, 0U);
}

TEST_P(HandleTest, an_empty_queue_holds_no_memory) {
  for (int i = 0; i < 500; ++i) push(std::string(1000, 'x'));
  std::vector<uint64_t> ids;
  while (pop_from(*queue_, 100).ok()) {
    for (size_t i = 0; i < messages_.count(); ++i) ids.push_back(messages_.at(i).id);
  }
  EXPECT_EQ(ids.size(), 500U);
  EXPECT_EQ(ack(ids), Code::kOk);

  EXPECT_LE(stats().memory_bytes, 64u << 10);  // the open tail
  EXPECT_EQ(stats().message_count, 0U);
}

class DurableHandleTest : public QueueTest {};

TEST_F(DurableHandleTest, another_kind_than_asked_for_exists) {
  OpenOptions options;
  options.kind = Kind::kMemory;
  EXPECT_EQ(Handle::open(store_, "q", options).status().code(), Code::kExists);

  options.existing_kind = true;
  EXPECT_TRUE(Handle::open(store_, "q", options).ok());
}

TEST_F(DurableHandleTest, a_backlog_larger_than_memory_comes_back_in_order) {
  close();
  options_.memory_bytes_max = 1u << 20;
  options_.wal_bytes_max = 4u << 20;
  open();
  for (int i = 0; i < 3000; ++i)
    push(std::string(1000, static_cast<char>('a' + i % 26)), Durability::kAsync);
  EXPECT_LE(store_->statistics().memory_bytes_used, 1u << 20);

  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(pop_from(*queue_, 1).ok()) << i;
    ASSERT_EQ(as_text(messages_.at(0).payload), std::string(1000, static_cast<char>('a' + i % 26)));
    ASSERT_EQ(messages_.at(0).id, static_cast<uint64_t>(i) + 1);
  }
  EXPECT_GT(store_->statistics().page_in_bytes, 0U);
}

TEST_F(DurableHandleTest, one_message_may_exceed_the_memory_budget) {
  close();
  options_.memory_bytes_max = 1u << 20;
  open();
  const std::string large(3u << 20, 'L');
  push("a");
  push(large);
  push("b");

  EXPECT_THAT(drain(), ElementsAre("a", large, "b"));
}

TEST_F(DurableHandleTest, a_memory_queue_larger_than_memory_spills_and_comes_back) {
  kind_ = Kind::kMemory;
  close();
  world_ = std::make_unique<sim::SimEnv>(1);
  options_.memory_bytes_max = 1u << 20;
  open();
  for (int i = 0; i < 3000; ++i) push(std::string(1000, static_cast<char>('a' + i % 26)));
  reopen();

  for (int i = 0; i < 3000; ++i) {
    ASSERT_TRUE(pop_from(*queue_, 1).ok()) << i;
    ASSERT_EQ(as_text(messages_.at(0).payload), std::string(1000, static_cast<char>('a' + i % 26)));
  }
}

TEST_F(DurableHandleTest, a_store_in_memory_refuses_what_it_has_no_room_for) {
  close();
  options_.memory_bytes_max = 1u << 20;
  open("mem:");
  PushResult result;
  Status status;
  const std::string payload(10'000, 'x');
  for (int i = 0; i < 200 && status.ok(); ++i)
    status = queue_->push(as_bytes(payload), {}, &result);

  EXPECT_EQ(status.code(), Code::kLimit);
  EXPECT_THAT(std::string(status.message()), HasSubstr("memory budget of 1048576 bytes"));
  pop(1);
  EXPECT_EQ(ack({1}), Code::kOk);
}

TEST_F(DurableHandleTest, after_a_failed_sync_every_change_fails_until_it_is_opened_again) {
  push("a");
  disk().fail_at(1, sim::FaultKind::kEio, false, sim::kSync);
  PushResult result;

  EXPECT_EQ(queue_->push(as_bytes("b"), {}, &result).code(), Code::kFailed);

  EXPECT_EQ(queue_->push(as_bytes("c"), {}, &result).code(), Code::kFailed);
  EXPECT_EQ(pop_from(*queue_, 1).code(), Code::kFailed);
  EXPECT_EQ(ack({1}), Code::kFailed);
  EXPECT_EQ(store_->sync().code(), Code::kFailed);
  EXPECT_THAT(peek(), ElementsAre("a"));
  reopen();
  EXPECT_EQ(pop(1), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace weir::queue
