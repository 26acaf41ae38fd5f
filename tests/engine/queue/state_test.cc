#include "engine/queue/state.h"

#include <gtest/gtest.h>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

class QueueStateTest : public QueueTest {
 protected:
  store::StreamPtr stream_locked() { return store_->find_stream_locked(kEngineQueue, "q"); }
  QueueState& state_locked() { return *QueueState::of(*store_, stream_locked()); }
  bool may_acknowledge(uint64_t number) {
    MutexLock lock(store_->mutex());
    return state_locked().may_acknowledge(number);
  }
  uint64_t ready_count() {
    MutexLock lock(store_->mutex());
    return state_locked().ready_count();
  }
};

TEST_F(QueueStateTest, belongs_to_its_stream) {
  MutexLock lock(store_->mutex());

  EXPECT_EQ(&state_locked(), &state_locked());
  EXPECT_EQ(stream_locked()->attachment.get(), &state_locked());
}

TEST_F(QueueStateTest, what_is_in_flight_or_delayed_is_not_ready) {
  push_all({"a", "b", "c"});
  EXPECT_EQ(ready_count(), 3U);
  pop(2);
  EXPECT_EQ(ready_count(), 1U);
  EXPECT_TRUE(queue_->nack(1, 1000).ok());
  EXPECT_EQ(ready_count(), 1U);
  EXPECT_TRUE(queue_->nack(2, 0).ok());
  EXPECT_EQ(ready_count(), 2U);
}

TEST_F(QueueStateTest, what_was_given_out_may_be_acknowledged) {
  push_all({"a", "b"});
  EXPECT_FALSE(may_acknowledge(0));
  EXPECT_FALSE(may_acknowledge(1));
  pop(1);
  EXPECT_TRUE(may_acknowledge(1));
  EXPECT_FALSE(may_acknowledge(2));
  EXPECT_FALSE(may_acknowledge(3));
}

// Who has a message from before a crash may acknowledge it, though nobody knows any more that it was delivered.
TEST_F(QueueStateTest, anything_from_before_a_crash_may_be_acknowledged) {
  push_all({"a", "b"});
  crash();
  push("c");

  EXPECT_TRUE(may_acknowledge(1));
  EXPECT_TRUE(may_acknowledge(2));
  EXPECT_FALSE(may_acknowledge(3));
}

TEST_F(QueueStateTest, waiting_callers_are_woken_in_order_one_per_message) {
  Waiter waiters[3];
  MutexLock lock(store_->mutex());
  QueueState& state = state_locked();
  for (Waiter& waiter : waiters) state.waiters.push_back(&waiter);
  stream_locked()->raise_next(3);
  stream_locked()->visible_next = 3;

  state.on_change_locked();

  EXPECT_TRUE(waiters[0].woken);
  EXPECT_TRUE(waiters[1].woken);
  EXPECT_FALSE(waiters[2].woken);
  state.wake_all_locked();
  EXPECT_TRUE(waiters[2].woken);
  state.waiters.clear();
  stream_locked()->mark_dead(1, 2);
}

TEST_F(QueueStateTest, the_mark_of_what_was_delivered_follows_when_the_store_is_idle) {
  push_all({"a", "b", "c"});
  pop(2);
  {
    MutexLock lock(store_->mutex());
    EXPECT_EQ(stream_locked()->facts.count("d"), 0U);
  }

  pass_ms(1000);

  MutexLock lock(store_->mutex());
  const auto mark = stream_locked()->facts.find("d");
  ASSERT_NE(mark, stream_locked()->facts.end());
  EXPECT_EQ(load_little<uint64_t>(as_bytes(mark->second).data()), 3U);
}

TEST_F(QueueStateTest, facts_of_an_unknown_shape_are_left_alone) {
  push("a");
  {
    MutexLock lock(store_->mutex());
    const store::StreamPtr stream = stream_locked();
    for (const std::string key : {"d", "c", "p1234567", "c12345678", "z", "longer than all others"})
      store_->pipeline().set_fact(stream, key, "?");
    store_->pipeline().end_commit(true);
  }

  reopen();

  EXPECT_THAT(pop(), ElementsAre("a"));
}

}  // namespace
}  // namespace weir::queue
