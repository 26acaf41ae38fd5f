// What the tests of seed 000 accept (SEEDS.md §1.4), turned round where they document a loss.
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/regression/queue_fixture.h"

namespace weir::regression {
namespace {

using Acceptance = QueueTest;
using testing::ElementsAre;

size_t thread_count() {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
    (void)entry;
    ++count;
  }
  return count;
}

// Their "persistence across restarts" documents that everything is lost. Ours reads it back.
TEST_F(Acceptance, turn_round_five_in_two_out_close_reopen) {
  open();
  for (const char* text : {"1", "2", "3", "4", "5"}) push(text);
  EXPECT_EQ(take(), "1");
  EXPECT_EQ(take(), "2");
  close();
  open();
  push("new");
  EXPECT_THAT(take_all(), ElementsAre("3", "4", "5", "new"));
}

TEST_F(Acceptance, memory_only_five_items_keep_their_order) {
  open();
  for (const char* text : {"1", "2", "3", "4", "5"}) push(text);
  EXPECT_EQ(statistics().message_count, 5u);
  EXPECT_EQ(statistics().ready_count, 5u);
  EXPECT_THAT(take_all(), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(statistics().message_count, 0u);
}

TEST_F(Acceptance, overflow_keeps_order_and_ends_at_zero) {
  open();
  for (uint64_t i = 0; i < 150; ++i) push(numbered(i, 20'000));
  EXPECT_EQ(statistics().message_count, 150u);
  EXPECT_LT(store_statistics().memory_bytes_used, 2u << 20);
  for (uint64_t i = 0; i < 150; ++i) ASSERT_EQ(take(), numbered(i, 20'000));
  EXPECT_EQ(statistics().message_count, 0u);
  // What no group has written yet must still reach the log, acknowledged or not.
  ASSERT_EQ(weir_store_sync(store_, nullptr), WEIR_OK);
  EXPECT_LE(statistics().memory_bytes, 64u << 10) << "more than the open tail";
}

TEST_F(Acceptance, five_producers_three_consumers_take_what_was_accepted) {
  open();
  std::atomic<uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([this] {
      for (uint64_t k = 0; k < 100; ++k) push(numbered(k, 500));
    });
  }
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (taken < 500) taken += take(10)[0] != '<' ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 500u);
  EXPECT_EQ(take(), "<WEIR_EMPTY>");
}

TEST_F(Acceptance, items_of_one_mebibyte_with_little_memory_are_equal) {
  open();
  for (uint64_t i = 0; i < 5; ++i) push(numbered(i, 1 << 20));
  for (uint64_t i = 0; i < 5; ++i) EXPECT_TRUE(take() == numbered(i, 1 << 20)) << i;
}

TEST_F(Acceptance, close_while_five_writers_write) {
  for (int round = 0; round < 10; ++round) {
    open();
    std::atomic<int> wrong{0};
    std::vector<std::thread> writers;
    for (int i = 0; i < 5; ++i) {
      writers.emplace_back([&] {
        weir_status status = WEIR_OK;
        while (status == WEIR_OK)
          status = weir_queue_push(queue_, "abc", 3, nullptr, nullptr, nullptr);
        if (status != WEIR_E_CLOSED) ++wrong;
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    weir_queue* const queue = queue_;
    EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_E_CLOSED) << "the second close";
    queue_ = nullptr;
    close();
  }
}

TEST_F(Acceptance, no_thread_and_no_descriptor_left_after_five_rounds) {
  const size_t threads = thread_count();
  const auto descriptors = [] {
    const std::filesystem::directory_iterator begin("/proc/self/fd");
    return std::distance(begin, std::filesystem::directory_iterator());
  };
  const auto before = descriptors();
  for (int round = 0; round < 5; ++round) {
    open();
    push("x");
    close();
  }
  EXPECT_EQ(thread_count(), threads);
  EXPECT_EQ(descriptors(), before);
}

TEST_F(Acceptance, three_queues_of_one_store_do_not_mix) {
  open();
  weir_queue* others[2] = {};
  ASSERT_EQ(weir_queue_open(store_, "r", nullptr, &others[0], nullptr), WEIR_OK);
  ASSERT_EQ(weir_queue_open(store_, "Q", nullptr, &others[1], nullptr), WEIR_OK);
  for (uint64_t i = 0; i < 100; ++i) {
    push(numbered(i, 15'000));
    for (weir_queue* other : others) {
      const std::string text = (other == others[0] ? "r" : "Q") + std::to_string(i);
      ASSERT_EQ(weir_queue_push(other, text.data(), text.size(), nullptr, nullptr, nullptr),
                WEIR_OK);
    }
  }
  for (weir_queue* other : others) weir_queue_close(other, nullptr);
  close();
  open("r");
  for (uint64_t i = 0; i < 100; ++i) ASSERT_EQ(take(), "r" + std::to_string(i));
  close();
  open("Q");
  for (uint64_t i = 0; i < 100; ++i) ASSERT_EQ(take(), "Q" + std::to_string(i));
  close();
  open();
  for (uint64_t i = 0; i < 100; ++i) ASSERT_EQ(take(), numbered(i, 15'000));
}

// Garbage in the directory: theirs takes it for data. Ours says which file it does not know, and touches nothing.
TEST_F(Acceptance, garbage_file_in_place_is_refused_by_name) {
  std::ofstream(directory_ + "/stream.queue") << "garbage that is not a store";
  const std::string url = "file:" + directory_;
  EXPECT_EQ(weir_store_open(url.c_str(), &options_, &store_, &error_), WEIR_E_INVALID_ARGUMENT);
  EXPECT_THAT(std::string(error_.message), testing::HasSubstr("stream.queue"));
  std::ifstream file(directory_ + "/stream.queue");
  std::string text;
  std::getline(file, text);
  EXPECT_EQ(text, "garbage that is not a store");
  file.close();
  std::filesystem::remove(directory_ + "/stream.queue");
  open();
  push("fine");
  EXPECT_EQ(take(), "fine");
}

}  // namespace
}  // namespace weir::regression
