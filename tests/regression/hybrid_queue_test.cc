// The mistakes of seed 000 that were seen when it was run (SEEDS.md §1.3), each with a queue that is larger than its
// memory: about 1 MiB of budget, messages of 20 KiB.
#include <chrono>
#include <thread>

#include "tests/regression/queue_fixture.h"

namespace weir::regression {
namespace {

using Mistake = QueueTest;
constexpr size_t kLarge = 20'000;

// §1.3, 1: memory has room again while older items lie on disk; what comes now must not overtake them.
TEST_F(Mistake, fifo_breaks_when_memory_has_room_while_the_disk_holds_older_items) {
  open();
  uint64_t pushed = 0;
  uint64_t taken = 0;
  for (; pushed < 200; ++pushed) push(numbered(pushed, kLarge));
  ASSERT_GT(store_statistics().page_out_bytes, 0u) << "nothing was paged: the test tests nothing";
  for (; taken < 60; ++taken) ASSERT_EQ(take(), numbered(taken, kLarge));
  for (; pushed < 230; ++pushed) push(numbered(pushed, kLarge));
  while (taken < pushed) {
    ASSERT_EQ(take(), numbered(taken, kLarge));
    ++taken;
    if (taken % 3 == 0 && pushed < 400) {
      push(numbered(pushed, kLarge));
      ++pushed;
    }
  }
  EXPECT_EQ(take(), "<WEIR_EMPTY>");
}

// §1.3, 2: 200 rounds of filling and draining, and the disk is as small as after the first.
TEST_F(Mistake, overflow_file_never_shrinks) {
  open();
  uint64_t number = 0;
  uint64_t after_first = 0;
  uint64_t largest = 0;
  for (int round = 0; round < 200; ++round) {
    const uint64_t first = number;
    for (int i = 0; i < 80; ++i) push(numbered(number++, kLarge));
    for (uint64_t i = first; i < number; ++i) ASSERT_EQ(take(), numbered(i, kLarge));
    const uint64_t bytes = store_statistics().disk_bytes;
    if (round == 10) after_first = bytes;
    if (round > 10) largest = std::max(largest, bytes);
  }
  EXPECT_EQ(statistics().message_count, 0u);
  EXPECT_LE(largest, 2 * after_first) << "it grows with what went through";
  EXPECT_LE(largest, 12u << 20) << "320 MiB went through a log of 1 MiB";
  ASSERT_EQ(weir_store_checkpoint(store_, &error_), WEIR_OK) << error_.message;
  EXPECT_LE(store_statistics().disk_bytes, 4u << 20) << "an empty queue keeps its disk";
}

// §1.3, 3: what is accepted can be read back, also at the limit; what is over it is refused at the push.
TEST_F(Mistake, record_over_the_limit_is_accepted_on_write_and_refused_on_read) {
  options_.record_bytes_max = 12 << 20;
  open();
  const std::string limit = numbered(1, 12 << 20);
  const std::string over = limit + "x";
  push("before");
  EXPECT_EQ(weir_queue_push(queue_, over.data(), over.size(), nullptr, nullptr, &error_),
            WEIR_E_TOO_LARGE);
  EXPECT_THAT(std::string(error_.message), testing::HasSubstr("12582913"));
  EXPECT_THAT(std::string(error_.message), testing::HasSubstr("12582912"));
  push(limit);
  push("after");
  EXPECT_EQ(statistics().message_count, 3u);
  close();
  // A store opened with a smaller limit still gives back what was accepted under the larger one.
  options_.record_bytes_max = 1000;
  open();
  EXPECT_EQ(take(), "before");
  EXPECT_TRUE(take() == limit);
  EXPECT_EQ(take(), "after");
  EXPECT_EQ(take(), "<WEIR_EMPTY>") << "no message from the inside of another";
  EXPECT_EQ(statistics().message_count, 0u);
}

// §1.3, 4: closed with items left, on disk too: waiting callers leave, later calls say closed, nothing is lost.
TEST_F(Mistake, dequeue_spins_after_a_close_with_items_left) {
  open();
  for (uint64_t i = 0; i < 100; ++i) push(numbered(i, kLarge));
  for (uint64_t i = 0; i < 92; ++i) ASSERT_EQ(take(), numbered(i, kLarge));
  weir_queue* other = nullptr;
  ASSERT_EQ(weir_queue_open(store_, "empty", nullptr, &other, nullptr), WEIR_OK);
  weir_status woken = WEIR_OK;
  std::thread waiter([&] {
    weir_pop_options options;
    weir_pop_options_init(&options, sizeof options);
    options.timeout_ms = -1;
    weir_message* message = nullptr;
    woken = weir_queue_pop(other, &options, &message, nullptr);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(weir_queue_close(other, nullptr), WEIR_OK);
  waiter.join();
  EXPECT_EQ(woken, WEIR_E_CLOSED);
  weir_queue* const closed = queue_;
  close();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  weir_message* message = nullptr;
  EXPECT_EQ(weir_queue_pop(closed, nullptr, &message, nullptr), WEIR_E_CLOSED);
  open();
  EXPECT_EQ(statistics().message_count, 8u);
  for (uint64_t i = 92; i < 100; ++i) ASSERT_EQ(take(), numbered(i, kLarge));
  EXPECT_EQ(take(), "<WEIR_EMPTY>");
}

// §1.3, 5 [read]: what a crash leaves is not mixed with what comes after it.
TEST_F(Mistake, leftover_after_a_crash_comes_back_in_place_of_new_messages) {
  open();
  for (uint64_t i = 0; i < 50; ++i) push(numbered(i, kLarge), WEIR_DURABILITY_SYNC);
  for (uint64_t i = 0; i < 10; ++i) take();
  ASSERT_EQ(weir_store_sync(store_, nullptr), WEIR_OK);
  const std::string crashed = directory_ + "-crashed";
  std::filesystem::copy(directory_, crashed, std::filesystem::copy_options::recursive);
  close();
  std::filesystem::remove_all(directory_);
  std::filesystem::rename(crashed, directory_);
  open();
  for (uint64_t i = 50; i < 60; ++i) push(numbered(i, kLarge));
  for (uint64_t i = 10; i < 60; ++i) ASSERT_EQ(take(), numbered(i, kLarge));
  EXPECT_EQ(take(), "<WEIR_EMPTY>");
  EXPECT_EQ(statistics().message_count, 0u);
}

// §1.3, 7 [read]: what is accepted while the queue is being closed is there afterwards.
TEST_F(Mistake, push_accepted_during_close_is_lost) {
  for (int round = 0; round < 20; ++round) {
    open();
    uint64_t accepted[4] = {};
    std::vector<std::thread> threads;
    for (uint64_t& count : accepted) {
      threads.emplace_back([this, &count] {
        while (weir_queue_push(queue_, "x", 1, nullptr, nullptr, nullptr) == WEIR_OK) ++count;
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
    for (std::thread& thread : threads) thread.join();
    queue_ = nullptr;
    close();
    open();
    EXPECT_EQ(take_all().size(), accepted[0] + accepted[1] + accepted[2] + accepted[3]);
    close();
  }
}

// §1.3, 8 [read]: a name is a name, not a path; a memory budget of 0 is refused with its range.
TEST_F(Mistake, name_becomes_a_path) {
  open("../../etc/passwd");
  push("one");
  close();
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    EXPECT_EQ(entry.path().filename().string().find("passwd"), std::string::npos);
  open("../../etc/passwd");
  EXPECT_EQ(take(), "one");
  close();
  options_.memory_bytes_max = 0;
  const std::string url = "file:" + directory_;
  EXPECT_EQ(weir_store_open(url.c_str(), &options_, &store_, &error_), WEIR_E_INVALID_ARGUMENT);
  EXPECT_THAT(std::string(error_.message), testing::HasSubstr("memory_bytes_max"));
}

}  // namespace
}  // namespace weir::regression
