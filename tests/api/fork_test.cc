// A forked child: handles of the parent are refused there and do nothing, and the parent goes on.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

// Runs `body` in a forked child; it returns the line at which something was not so, or 0.
template <typename Body>
int in_child(Body&& body) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);  // a hang is a failure
    _exit(body());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << "the child was killed by signal " << WTERMSIG(status);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Exit codes have 8 bits, which is enough for a number of the check.
#define CHILD_EXPECT(number, condition) \
  do {                                  \
    if (!(condition)) return number;    \
  } while (false)

class Fork : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = directory_ / "store";
    store_ = open_store(path_);
    queue_ = open_queue(store_, "frames");
    EXPECT_EQ(weir_batch_create(store_, &batch_, nullptr), WEIR_OK);
  }
  void TearDown() override {
    const uint64_t id = push_text(queue_, "parent");
    EXPECT_EQ(take_text(queue_), std::make_pair(std::string("parent"), id));
    weir_batch_free(batch_);
    EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }

  const TemporaryDirectory directory_;
  std::string path_;
  weir_store* store_ = nullptr;
  weir_queue* queue_ = nullptr;
  weir_batch* batch_ = nullptr;
};

TEST_F(Fork, every_call_of_a_child_is_refused) {
  const int failed = in_child([&] {
    weir_error err = {};
    weir_message* message = nullptr;
    weir_messages* messages = nullptr;
    weir_names* names = nullptr;
    weir_blob* blob = nullptr;
    weir_queue* queue = nullptr;
    weir_batch* batch = nullptr;
    uint64_t number = 1;
    weir_store_statistics of_store = {};
    of_store.struct_size = sizeof of_store;
    weir_queue_statistics of_queue = {};
    of_queue.struct_size = sizeof of_queue;
    const weir_status statuses[] = {
        weir_store_sync(store_, &err),
        weir_store_checkpoint(store_, &err),
        weir_store_backup(store_, "/nonexistent/copy", nullptr, &err),
        weir_store_metrics(store_, &blob, &err),
        weir_store_stats(store_, &of_store, &err),
        weir_store_commit(store_, batch_, 0, 0, nullptr, &err),
        weir_queue_open(store_, "other", nullptr, &queue, &err),
        weir_queue_drop(store_, "frames", &err),
        weir_queue_list(store_, &names, &err),
        weir_batch_create(store_, &batch, &err),
        weir_batch_push(batch_, queue_, "x", 1, nullptr, &err),
        weir_batch_ack(batch_, queue_, 1, &err),
        weir_batch_clear(batch_, &err),
        weir_queue_push(queue_, "x", 1, nullptr, nullptr, &err),
        weir_queue_push_many(queue_, nullptr, 0, nullptr, 0, nullptr, nullptr, &err),
        weir_queue_pop(queue_, nullptr, &message, &err),
        weir_queue_pop_many(queue_, 1, nullptr, &messages, &err),
        weir_queue_peek(queue_, &message, &err),
        weir_queue_peek_many(queue_, 1, 1, &messages, &err),
        weir_queue_ack(queue_, 1, 0, nullptr, &err),
        weir_queue_ack_many(queue_, &number, 1, 0, nullptr, nullptr, &err),
        weir_queue_nack(queue_, 1, 0, &err),
        weir_queue_extend(queue_, 1, 0, &err),
        weir_queue_purge(queue_, nullptr, &err),
        weir_queue_producer_sequence(queue_, 1, &number, &err),
        weir_queue_stats(queue_, &of_queue, &err),
        weir_queue_interrupt(queue_, &err),
        weir_queue_close(queue_, &err),
        weir_store_close(store_, &err),
        weir_queue_close(queue_, &err),
    };
    int position = 1;
    for (const weir_status status : statuses) {
      CHILD_EXPECT(position, status == WEIR_E_FORKED);
      ++position;
    }
    CHILD_EXPECT(101, err.status == WEIR_E_FORKED);
    CHILD_EXPECT(102, std::strstr(err.message, "parent process") != nullptr);
    weir_batch_free(batch_);
    return 0;
  });

  EXPECT_EQ(failed, 0) << "the number of the call";
}

TEST_F(Fork, a_child_may_read_and_free_what_it_inherited) {
  push_text(queue_, "hello");
  weir_message* message = nullptr;
  EXPECT_EQ(weir_queue_peek(queue_, &message, nullptr), WEIR_OK);

  const int failed = in_child([&] {
    CHILD_EXPECT(1, weir_message_size(message) == 5);
    CHILD_EXPECT(2, std::memcmp(weir_message_data(message), "hello", 5) == 0);
    weir_message_free(message);
    CHILD_EXPECT(3, weir_message_size(message) == 5);
    return 0;
  });

  EXPECT_EQ(failed, 0);
  weir_message_free(message);
  EXPECT_EQ(take_text(queue_).first, "hello");
}

TEST_F(Fork, a_child_does_not_keep_the_lock) {
  int ready[2];
  int done[2];
  EXPECT_EQ(pipe(ready), 0);
  EXPECT_EQ(pipe(done), 0);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    char byte = 0;
    close(done[1]);
    if (write(ready[1], &byte, 1) != 1) _exit(1);
    _exit(read(done[0], &byte, 1) == 0 ? 0 : 2);
  }
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  close(done[0]);

  // The child lives, and the store opens again.
  EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
  weir_batch_free(batch_);
  batch_ = nullptr;
  EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  store_ = open_store(path_);
  queue_ = open_queue(store_, "frames");

  close(done[1]);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  close(ready[0]);
  close(ready[1]);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// It ends every child that starts a thread, which a store in a directory does.
#define WEIR_NO_THREADS_IN_CHILDREN 1
#endif
#endif
#ifndef WEIR_NO_THREADS_IN_CHILDREN
TEST_F(Fork, a_child_can_have_a_store_of_its_own) {
  const std::string other = directory_ / "other";

  const int failed = in_child([&] {
    weir_store* store = nullptr;
    weir_queue* queue = nullptr;
    weir_message* message = nullptr;
    CHILD_EXPECT(1, weir_store_open(other.c_str(), nullptr, &store, nullptr) == WEIR_OK);
    CHILD_EXPECT(2, weir_queue_open(store, "frames", nullptr, &queue, nullptr) == WEIR_OK);
    CHILD_EXPECT(3, weir_queue_push(queue, "child", 5, nullptr, nullptr, nullptr) == WEIR_OK);
    CHILD_EXPECT(4, weir_queue_pop(queue, nullptr, &message, nullptr) == WEIR_OK);
    CHILD_EXPECT(5, weir_message_size(message) == 5);
    weir_message_free(message);
    CHILD_EXPECT(6, weir_queue_close(queue, nullptr) == WEIR_OK);
    CHILD_EXPECT(7, weir_store_close(store, nullptr) == WEIR_OK);
    CHILD_EXPECT(8, weir_queue_push(queue_, "x", 1, nullptr, nullptr, nullptr) == WEIR_E_FORKED);
    // The parent holds its lock.
    CHILD_EXPECT(9, weir_store_open(path_.c_str(), nullptr, &store, nullptr) == WEIR_E_LOCKED);
    return 0;
  });

  EXPECT_EQ(failed, 0);
}
#endif

TEST_F(Fork, children_never_hang_on_what_other_threads_hold) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  threads.reserve(2);
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      weir_push_options options;
      weir_push_options_init(&options, sizeof options);
      options.durability = WEIR_DURABILITY_ASYNC;
      while (!stop) {
        weir_queue_push(queue_, "x", 1, &options, nullptr, nullptr);
        weir_message* message = nullptr;
        if (weir_queue_pop(queue_, nullptr, &message, nullptr) == WEIR_OK) {
          weir_queue_ack(queue_, weir_message_id(message), WEIR_DURABILITY_ASYNC, nullptr, nullptr);
        }
        weir_message_free(message);
      }
    });
  }

  int failed = 0;
  for (int i = 0; i < 50 && failed == 0; ++i) {
    failed = in_child([&] {
      weir_message* message = nullptr;
      weir_store* store = nullptr;
      weir_queue* queue = nullptr;
      CHILD_EXPECT(1, weir_queue_pop(queue_, nullptr, &message, nullptr) == WEIR_E_FORKED);
      CHILD_EXPECT(2, weir_queue_close(queue_, nullptr) == WEIR_E_FORKED);
      CHILD_EXPECT(3, weir_store_open("mem:", nullptr, &store, nullptr) == WEIR_OK);
      CHILD_EXPECT(4, weir_queue_open(store, "frames", nullptr, &queue, nullptr) == WEIR_OK);
      CHILD_EXPECT(5, weir_queue_push(queue, "x", 1, nullptr, nullptr, nullptr) == WEIR_OK);
      CHILD_EXPECT(6, weir_queue_pop(queue, nullptr, &message, nullptr) == WEIR_OK);
      weir_message_free(message);
      CHILD_EXPECT(7, weir_queue_close(queue, nullptr) == WEIR_OK);
      CHILD_EXPECT(8, weir_store_close(store, nullptr) == WEIR_OK);
      return 0;
    });
  }

  EXPECT_EQ(failed, 0);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  while (!take_text(queue_).first.empty()) {
  }
}

}  // namespace
}  // namespace weir::api
