// Callers that wait for a message: who gets it, what wakes them, and what ends the wait.
#include <gtest/gtest.h>

#include <thread>

#include "tests/engine/queue/fixture.h"

namespace weir::queue {
namespace {

// One thread: while a pop waits, the tasks of the simulated executor are the other callers.
class QueueWaitTest : public QueueTest {
 protected:
  QueueWaitTest() { use_memory_store(); }

  // Runs `action` once, `after_ms` from now.
  void later(int64_t after_ms, std::function<void()> action) {
    const int64_t at_ns = world_->clock().monotonic_ns() + after_ms * kMs;
    auto done = std::make_shared<bool>(false);
    tasks_.push_back(world_->executor().start("later", [this, at_ns, done, action] {
      if (*done) return env::kNever;
      if (world_->clock().monotonic_ns() < at_ns) return at_ns;
      *done = true;
      action();
      return env::kNever;
    }));
  }
  Status wait_for_one(int64_t timeout_ms) {
    PopOptions options;
    options.timeout_ms = timeout_ms;
    return pop_from(*queue_, 1, options);
  }
  int64_t now_ms() { return world_->clock().monotonic_ns() / kMs; }
  QueueState* state_locked() {
    return QueueState::of(*store_, store_->find_stream_locked(kEngineQueue, "q"));
  }

  std::vector<std::unique_ptr<env::Task>> tasks_;
};

TEST_F(QueueWaitTest, a_pop_that_does_not_wait_finds_nothing_at_once) {
  EXPECT_EQ(wait_for_one(0).code(), Code::kEmpty);
}

TEST_F(QueueWaitTest, a_pop_waits_until_its_timeout) {
  const int64_t begin = now_ms();

  EXPECT_EQ(wait_for_one(250).code(), Code::kTimeout);
  EXPECT_EQ(now_ms() - begin, 250);
}

TEST_F(QueueWaitTest, a_push_ends_the_wait) {
  const int64_t begin = now_ms();
  later(30, [this] { push("a"); });

  EXPECT_TRUE(wait_for_one(-1).ok());
  EXPECT_THAT(texts(), ElementsAre("a"));
  EXPECT_EQ(now_ms() - begin, 30);
}

TEST_F(QueueWaitTest, a_lease_that_runs_out_ends_the_wait) {
  push("a");
  pop_leased(100);
  const int64_t begin = now_ms();

  EXPECT_TRUE(wait_for_one(-1).ok());
  EXPECT_EQ(now_ms() - begin, 100);
}

TEST_F(QueueWaitTest, a_delay_that_ends_and_a_nack_end_the_wait) {
  push("a");
  pop();
  EXPECT_TRUE(queue_->nack(1, 100).ok());
  const int64_t begin = now_ms();
  EXPECT_TRUE(wait_for_one(-1).ok());
  EXPECT_EQ(now_ms() - begin, 100);

  later(50, [this] { EXPECT_TRUE(queue_->nack(1, 0).ok()); });
  EXPECT_TRUE(wait_for_one(-1).ok());
  EXPECT_EQ(messages_.at(0).delivery_count, 3U);
}

TEST_F(QueueWaitTest, a_delay_made_during_the_wait_ends_it_in_time) {
  push("a");
  pop();
  const int64_t begin = now_ms();
  later(20, [this] { EXPECT_TRUE(queue_->nack(1, 30).ok()); });

  EXPECT_TRUE(wait_for_one(10'000).ok());
  EXPECT_EQ(now_ms() - begin, 50);
}

TEST_F(QueueWaitTest, a_lease_shortened_during_the_wait_ends_it_in_time) {
  push("a");
  pop_leased(1000);
  const int64_t begin = now_ms();
  later(20, [this] { EXPECT_TRUE(queue_->extend(1, 30).ok()); });

  EXPECT_TRUE(wait_for_one(10'000).ok());
  EXPECT_EQ(now_ms() - begin, 50);
}

TEST_F(QueueWaitTest, a_handle_that_goes_ends_the_wait_for_what_it_had) {
  push("a");
  std::unique_ptr<Handle> other = open_queue("q");
  EXPECT_TRUE(pop_from(*other, 1).ok());
  later(20, [&] { other.reset(); });

  EXPECT_TRUE(wait_for_one(10'000).ok());
}

// The lease runs out while somebody else holds the clock's attention: who sees it first must tell those that wait.
TEST_F(QueueWaitTest, a_lease_whose_end_is_noticed_by_statistics_ends_the_wait) {
  push("a");
  pop_leased(100);
  later(50, [this] {
    world_->clock().advance_ns(50 * kMs);
    EXPECT_EQ(stats().lease_expiry_count, 1U);
  });

  EXPECT_TRUE(wait_for_one(10'000).ok());
}

TEST_F(QueueWaitTest, a_lease_whose_end_is_noticed_by_a_peek_ends_the_wait) {
  push("a");
  pop_leased(100);
  Messages seen;
  later(50, [&] {
    world_->clock().advance_ns(50 * kMs);
    EXPECT_TRUE(queue_->peek(1, 100, &seen).ok());
  });

  EXPECT_TRUE(wait_for_one(10'000).ok());
}

TEST_F(QueueWaitTest, two_leases_noticed_by_a_pop_of_one_end_the_wait_for_the_other) {
  push_all({"a", "b"});
  pop_leased(100);
  const std::unique_ptr<Handle> other = open_queue("q");
  Messages taken;
  later(50, [&] {
    world_->clock().advance_ns(50 * kMs);
    EXPECT_TRUE(other->pop(1, {}, &taken).ok());
  });

  EXPECT_TRUE(wait_for_one(10'000).ok());
  EXPECT_THAT(texts(), ElementsAre("b"));
}

// A caller is first in line and takes the message under a lease; who stands behind it must learn of the deadline.
TEST_F(QueueWaitTest, a_lease_taken_by_another_caller_ends_the_wait_when_it_runs_out) {
  const int64_t begin = now_ms();
  const std::unique_ptr<Handle> other = open_queue("q");
  Messages taken;
  Waiter first;
  {
    MutexLock lock(store_->mutex());
    state_locked()->waiters.push_back(&first);
  }
  later(10, [&] {
    push("a");
    MutexLock lock(store_->mutex());
    EXPECT_TRUE(first.woken);
    std::erase(state_locked()->waiters, &first);
  });
  later(11, [&] {
    PopOptions options;
    options.lease_ms = 50;
    EXPECT_TRUE(other->pop(1, options, &taken).ok());
  });

  EXPECT_TRUE(wait_for_one(10'000).ok());
  EXPECT_EQ(now_ms() - begin, 61);
}

TEST_F(QueueWaitTest, interrupt_ends_waits_in_progress_only) {
  queue_->interrupt();
  later(20, [this] { queue_->interrupt(); });

  EXPECT_EQ(wait_for_one(-1).code(), Code::kInterrupted);
  EXPECT_EQ(wait_for_one(10).code(), Code::kTimeout);
  push("a");
  EXPECT_TRUE(wait_for_one(10).ok());
}

TEST_F(QueueWaitTest, interrupt_of_another_handle_does_not_end_the_wait) {
  const std::unique_ptr<Handle> other = open_queue("q");
  later(20, [&] { other->interrupt(); });

  EXPECT_EQ(wait_for_one(100).code(), Code::kTimeout);
}

TEST_F(QueueWaitTest, shutdown_ends_the_wait_and_every_call_to_come) {
  later(20, [this] { queue_->shutdown(); });

  EXPECT_EQ(wait_for_one(-1).code(), Code::kClosed);

  PushResult result;
  Statistics statistics;
  uint64_t out = 0;
  EXPECT_EQ(queue_->push({}, {}, &result).code(), Code::kClosed);
  EXPECT_EQ(wait_for_one(0).code(), Code::kClosed);
  EXPECT_EQ(queue_->peek(1, 1, &messages_).code(), Code::kClosed);
  EXPECT_EQ(ack({1}), Code::kClosed);
  EXPECT_EQ(queue_->nack(1, 0).code(), Code::kClosed);
  EXPECT_EQ(queue_->extend(1, 0).code(), Code::kClosed);
  EXPECT_EQ(queue_->purge(&out).code(), Code::kClosed);
  EXPECT_EQ(queue_->producer_sequence(1, &out).code(), Code::kClosed);
  EXPECT_EQ(queue_->stats(&statistics).code(), Code::kClosed);
}

TEST_F(QueueWaitTest, a_drop_ends_the_wait) {
  later(20, [this] { EXPECT_TRUE(drop(*store_, "q").ok()); });

  EXPECT_EQ(wait_for_one(-1).code(), Code::kClosed);
}

// --- many threads ---

class QueueThreadsTest : public ::testing::Test {
 protected:
  QueueThreadsTest() {
    store_ = store::Store::open(env::posix_env(), "mem:", {}).take();
    queue_ = Handle::open(store_, "q", {}).take();
  }
  size_t waiter_count() {
    MutexLock lock(store_->mutex());
    return QueueState::of(*store_, store_->find_stream_locked(kEngineQueue, "q"))->waiters.size();
  }
  void wait_for_waiters(size_t count) {
    while (waiter_count() != count) std::this_thread::yield();
  }
  void push(std::string_view payload) {
    PushResult result;
    EXPECT_TRUE(queue_->push(as_bytes(payload), {}, &result).ok());
  }

  std::shared_ptr<store::Store> store_;
  std::unique_ptr<Handle> queue_;
};

TEST_F(QueueThreadsTest, waiting_callers_are_served_in_the_order_of_their_arrival) {
  constexpr size_t kThreads = 8;
  std::vector<std::string> got(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i, &got] {
      Messages messages;
      PopOptions options;
      options.timeout_ms = -1;
      EXPECT_TRUE(queue_->pop(1, options, &messages).ok());
      if (messages.count() == 1) got[i] = as_text(messages.at(0).payload);
    });
    wait_for_waiters(i + 1);
  }

  // One after the other: several woken at once run in any order.
  for (size_t i = 0; i < kThreads; ++i) {
    push(to_text(uint64_t{i}));
    wait_for_waiters(kThreads - 1 - i);
  }

  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < kThreads; ++i) EXPECT_EQ(got[i], to_text(uint64_t{i}));
}

TEST_F(QueueThreadsTest, shutdown_wakes_all) {
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 6; ++i) {
    threads.emplace_back([this] {
      Messages messages;
      PopOptions options;
      options.timeout_ms = -1;
      EXPECT_EQ(queue_->pop(1, options, &messages).code(), Code::kClosed);
    });
  }
  wait_for_waiters(6);

  queue_->shutdown();

  for (std::thread& thread : threads) thread.join();
}

TEST_F(QueueThreadsTest, every_message_goes_to_one_caller) {
  constexpr uint64_t kMessages = 2000;
  std::atomic<uint64_t> popped{0};
  std::atomic<uint64_t> sum{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Messages messages;
      PopOptions options;
      options.timeout_ms = -1;
      options.acknowledge = true;
      while (queue_->pop(3, options, &messages).ok()) {
        for (size_t k = 0; k < messages.count(); ++k) sum += messages.at(k).id;
        popped += messages.count();
      }
    });
  }

  for (uint64_t i = 0; i < kMessages; ++i) push("x");
  while (popped != kMessages) std::this_thread::yield();
  queue_->shutdown();

  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum.load(), kMessages * (kMessages + 1) / 2);
}

}  // namespace
}  // namespace weir::queue
