#include <weir/queue.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

using QueueApi = ApiTest;

weir_pop_options waiting(int64_t timeout_ms) {
  weir_pop_options options;
  EXPECT_EQ(weir_pop_options_init(&options, sizeof options), WEIR_OK);
  options.timeout_ms = timeout_ms;
  return options;
}

weir_queue_statistics statistics_of(weir_queue* queue) {
  weir_queue_statistics statistics = {};
  statistics.struct_size = sizeof statistics;
  EXPECT_EQ(weir_queue_stats(queue, &statistics, nullptr), WEIR_OK);
  return statistics;
}

// Every call on a queue handle, by name, with arguments that would do no harm if it worked.
std::vector<std::pair<const char*, std::function<weir_status(weir_queue*, weir_error*)>>> calls() {
  using Queue = weir_queue*;
  using Error = weir_error*;
  static uint64_t number = 1;
  static weir_message* message = nullptr;
  static weir_messages* messages = nullptr;
  static weir_queue_statistics statistics = {
      sizeof statistics, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  return {
      {"push", [](Queue q, Error e) { return weir_queue_push(q, "", 0, nullptr, nullptr, e); }},
      {"push_many",
       [](Queue q, Error e) {
         return weir_queue_push_many(q, nullptr, 0, nullptr, 0, nullptr, nullptr, e);
       }},
      {"pop", [](Queue q, Error e) { return weir_queue_pop(q, nullptr, &message, e); }},
      {"pop_many",
       [](Queue q, Error e) { return weir_queue_pop_many(q, 1, nullptr, &messages, e); }},
      {"peek", [](Queue q, Error e) { return weir_queue_peek(q, &message, e); }},
      {"peek_many", [](Queue q, Error e) { return weir_queue_peek_many(q, 1, 1, &messages, e); }},
      {"ack", [](Queue q, Error e) { return weir_queue_ack(q, 1, 0, nullptr, e); }},
      {"ack_many",
       [](Queue q, Error e) { return weir_queue_ack_many(q, &number, 1, 0, nullptr, nullptr, e); }},
      {"nack", [](Queue q, Error e) { return weir_queue_nack(q, 1, 0, e); }},
      {"extend", [](Queue q, Error e) { return weir_queue_extend(q, 1, 0, e); }},
      {"purge", [](Queue q, Error e) { return weir_queue_purge(q, nullptr, e); }},
      {"producer_sequence",
       [](Queue q, Error e) { return weir_queue_producer_sequence(q, 1, &number, e); }},
      {"stats", [](Queue q, Error e) { return weir_queue_stats(q, &statistics, e); }},
      {"interrupt", [](Queue q, Error e) { return weir_queue_interrupt(q, e); }},
  };
}

TEST_F(QueueApi, null_and_foreign_handles_get_a_status) {
  for (const auto& [name, call] : calls()) {
    SCOPED_TRACE(name);
    const auto& make_call = call;
    expect_failure(WEIR_E_INVALID_ARGUMENT, "queue is NULL",
                   [&](weir_error* err) { return make_call(nullptr, err); });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "queue is no handle of a weir_queue",
                   [&](weir_error* err) { return make_call(not_a_handle_of<weir_queue>(), err); });
  }
  EXPECT_EQ(weir_queue_close(nullptr, nullptr), WEIR_OK);
  expect_failure(WEIR_E_INVALID_ARGUMENT, "queue is no handle", [](weir_error* err) {
    return weir_queue_close(not_a_handle_of<weir_queue>(), err);
  });
}

TEST_F(QueueApi, closed_handles_get_a_status) {
  weir_queue* closed = open_queue(store_, "closed");
  EXPECT_EQ(weir_queue_close(closed, nullptr), WEIR_OK);

  for (const auto& [name, call] : calls()) {
    SCOPED_TRACE(name);
    const auto& make_call = call;
    expect_failure(WEIR_E_CLOSED, "closed",
                   [&](weir_error* err) { return make_call(closed, err); });
  }
  expect_failure(WEIR_E_CLOSED, "closed",
                 [&](weir_error* err) { return weir_queue_close(closed, err); });
}

TEST_F(QueueApi, handles_of_a_dropped_queue_get_a_status) {
  weir_queue* dropped = open_queue(store_, "dropped");
  push_text(dropped, "gone");
  EXPECT_EQ(weir_queue_drop(store_, "dropped", nullptr), WEIR_OK);

  for (const auto& [name, call] : calls()) {
    SCOPED_TRACE(name);
    if (std::string(name) == "interrupt" || std::string(name) == "push_many") continue;
    const auto& make_call = call;
    expect_failure(WEIR_E_CLOSED, "dropped",
                   [&](weir_error* err) { return make_call(dropped, err); });
  }
  EXPECT_EQ(weir_queue_drop(store_, "dropped", nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_queue_close(dropped, nullptr), WEIR_OK);
}

TEST_F(QueueApi, null_outputs_are_refused) {
  const auto null = [](const std::string& part, auto call) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, call);
  };

  push_text(queue_, "kept");
  null("out is NULL", [&](weir_error* e) { return weir_queue_pop(queue_, kNull, kNull, e); });
  null("out is NULL",
       [&](weir_error* e) { return weir_queue_pop_many(queue_, 1, kNull, kNull, e); });
  null("out is NULL", [&](weir_error* e) { return weir_queue_peek(queue_, kNull, e); });
  null("out is NULL", [&](weir_error* e) { return weir_queue_peek_many(queue_, 1, 1, kNull, e); });
  null("out is NULL", [&](weir_error* e) { return weir_queue_stats(queue_, kNull, e); });
  null("out is NULL", [&](weir_error* e) { return weir_queue_open(store_, "x", kNull, kNull, e); });
  null("out is NULL", [&](weir_error* e) { return weir_queue_list(store_, kNull, e); });
  null("out_sequence is NULL",
       [&](weir_error* e) { return weir_queue_producer_sequence(queue_, 1, kNull, e); });
  EXPECT_EQ(statistics_of(queue_).ready_count, 1U);
}

TEST_F(QueueApi, names_are_checked) {
  const std::string longest(255, 'n');
  const std::string too_long(256, 'n');
  const auto refuse = [&](const std::string& part, const char* name) {
    weir_queue* queue = nullptr;
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, [&](weir_error* err) {
      return weir_queue_open(store_, name, nullptr, &queue, err);
    });
    expect_failure(WEIR_E_INVALID_ARGUMENT, part,
                   [&](weir_error* err) { return weir_queue_drop(store_, name, err); });
  };

  refuse("queue name is NULL", nullptr);
  refuse("queue name is empty; it has from 1 to 255 bytes", "");
  refuse("has more than 255 bytes", too_long.c_str());
  refuse("\\x0a\" contains a control character", "a\n");
  refuse("contains a control character", "\x7F");
  refuse("contains a control character", "\xC2\x9B");
  refuse("is not UTF-8", "\xC3");
  refuse("is not UTF-8", "\xED\xA0\x80");
  EXPECT_EQ(weir_queue_close(open_queue(store_, longest.c_str()), nullptr), WEIR_OK);
  EXPECT_EQ(weir_queue_drop(store_, longest.c_str(), nullptr), WEIR_OK);
}

TEST(QueueApiOnDisk, names_never_become_file_names) {
  const TemporaryDirectory directory;
  const std::string path = directory / "store";
  weir_store* store = open_store(path);
  for (const char* name : {"../up", "..", ".", "/etc/passwd", "a/b", "LOCK", "\xF0\x9F\x98\x80"}) {
    weir_queue* queue = open_queue(store, name);
    push_text(queue, name);
    EXPECT_EQ(take_text(queue).first, name);
    EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
  }

  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);

  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
    EXPECT_EQ(entry.path().string(), path);
    ++count;
  }
  EXPECT_EQ(count, 1U);
}

TEST_F(QueueApi, a_missing_queue_is_made_or_not_found) {
  weir_queue_options options;
  EXPECT_EQ(weir_queue_options_init(&options, sizeof options), WEIR_OK);
  options.create = 0;
  weir_queue* queue = not_a_handle_of<weir_queue>();

  EXPECT_EQ(weir_queue_open(store_, "missing", &options, &queue, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(queue, nullptr);
  EXPECT_EQ(weir_queue_drop(store_, "missing", nullptr), WEIR_NOT_FOUND);
}

TEST_F(QueueApi, payloads_are_checked) {
  const std::string large((16 << 20) + 1, 'x');
  const auto pushing = [&](const void* data, size_t size) {
    return [=, this](weir_error* err) {
      return weir_queue_push(queue_, data, size, nullptr, nullptr, err);
    };
  };

  expect_failure(WEIR_E_INVALID_ARGUMENT, "data is NULL and its size is 1", pushing(nullptr, 1));
  expect_failure(WEIR_E_TOO_LARGE, "16777216", pushing(large.data(), large.size()));
  expect_failure(WEIR_E_TOO_LARGE, "16777216", pushing(large.data(), SIZE_MAX));
  EXPECT_EQ(statistics_of(queue_).message_count, 0U);
}

TEST_F(QueueApi, sizes_of_push_many_are_checked) {
  const uint32_t sizes[] = {1, 2};
  const auto pushing = [&](const void* data, size_t data_size, const uint32_t* each, size_t count) {
    return [=, this](weir_error* err) {
      return weir_queue_push_many(queue_, data, data_size, each, count, nullptr, nullptr, err);
    };
  };

  expect_failure(WEIR_E_INVALID_ARGUMENT, "sizes is NULL", pushing("abc", 3, nullptr, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "data is NULL", pushing(nullptr, 3, sizes, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "sizes add up to 3 bytes and data_size is 4",
                 pushing("abcd", 4, sizes, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "sizes add up to 0 bytes and data_size is 4",
                 pushing("abcd", 4, nullptr, 0));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "count is 1000001; it goes from 0 to 1000000",
                 pushing("abc", 3, sizes, 1'000'001));
  expect_failure(WEIR_E_TOO_LARGE, "data_size is 67108865; it is at most 67108864",
                 pushing("abc", (64 << 20) + 1, sizes, 2));
  EXPECT_EQ(pushing(nullptr, 0, nullptr, 0)(nullptr), WEIR_OK);
  EXPECT_EQ(statistics_of(queue_).message_count, 0U);
  EXPECT_EQ(pushing("abc", 3, sizes, 2)(nullptr), WEIR_OK);
  EXPECT_EQ(take_text(queue_).first, "a");
  EXPECT_EQ(take_text(queue_).first, "bc");
}

TEST_F(QueueApi, a_result_that_cannot_be_told_is_refused_before_the_push) {
  weir_push_result result = {};
  result.struct_size = 3;

  expect_failure(WEIR_E_INVALID_ARGUMENT, "push_result.struct_size is 3", [&](weir_error* err) {
    return weir_queue_push(queue_, "x", 1, nullptr, &result, err);
  });
  const uint32_t size = 1;
  expect_failure(WEIR_E_INVALID_ARGUMENT, "push_result.struct_size is 3", [&](weir_error* err) {
    return weir_queue_push_many(queue_, "x", 1, &size, 1, nullptr, &result, err);
  });
  EXPECT_EQ(statistics_of(queue_).message_count, 0U);
}

TEST_F(QueueApi, numbers_out_of_range_are_named) {
  weir_messages* messages = nullptr;
  const auto refuse = [](const std::string& part, auto call) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, call);
  };

  push_text(queue_, "kept");
  for (const size_t count : {size_t{0}, size_t{1'000'001}, SIZE_MAX}) {
    const std::string part =
        "count_max is " + std::to_string(count) + "; it goes from 1 to 1000000";
    refuse(part, [&](weir_error* err) {
      return weir_queue_pop_many(queue_, count, nullptr, &messages, err);
    });
    refuse(part,
           [&](weir_error* err) { return weir_queue_peek_many(queue_, count, 1, &messages, err); });
  }
  for (const int64_t ms : {int64_t{-1}, int64_t{315'360'000'001}, INT64_MIN, INT64_MAX}) {
    const std::string value = std::to_string(ms);
    refuse("delay_ms is " + value,
           [&](weir_error* err) { return weir_queue_nack(queue_, 1, ms, err); });
    refuse("lease_ms is " + value,
           [&](weir_error* err) { return weir_queue_extend(queue_, 1, ms, err); });
  }
  refuse("durability is 1", [&](weir_error* err) {
    return weir_queue_ack(queue_, 1, WEIR_DURABILITY_MEMORY, nullptr, err);
  });
  const uint64_t id = 1;
  refuse("durability is 7", [&](weir_error* err) {
    return weir_queue_ack_many(queue_, &id, 1, 7, nullptr, nullptr, err);
  });
  refuse("ids is NULL", [&](weir_error* err) {
    return weir_queue_ack_many(queue_, nullptr, 1, 0, nullptr, nullptr, err);
  });
  refuse("count is 1000001", [&](weir_error* err) {
    return weir_queue_ack_many(queue_, &id, 1'000'001, 0, nullptr, nullptr, err);
  });
  uint64_t sequence = 9;
  refuse("producer_id is 0",
         [&](weir_error* err) { return weir_queue_producer_sequence(queue_, 0, &sequence, err); });
  EXPECT_EQ(sequence, 0U);
  EXPECT_EQ(statistics_of(queue_).ready_count, 1U);
}

TEST_F(QueueApi, outcomes_leave_the_error_alone_and_the_output_empty) {
  weir_error err = {sizeof(weir_error), 5, 6, 0, "mine"};
  auto* message = not_a_handle_of<weir_message>();
  auto* messages = not_a_handle_of<weir_messages>();
  const auto options = waiting(1);
  uint64_t count = 9;

  EXPECT_EQ(weir_queue_pop(queue_, nullptr, &message, &err), WEIR_EMPTY);
  EXPECT_EQ(message, nullptr);
  EXPECT_EQ(weir_queue_pop(queue_, &options, &message, &err), WEIR_TIMEOUT);
  EXPECT_EQ(weir_queue_pop_many(queue_, 10, nullptr, &messages, &err), WEIR_EMPTY);
  EXPECT_EQ(messages, nullptr);
  EXPECT_EQ(weir_queue_peek(queue_, &message, &err), WEIR_EMPTY);
  EXPECT_EQ(weir_queue_peek_many(queue_, 10, 10, &messages, &err), WEIR_EMPTY);
  EXPECT_EQ(weir_queue_ack(queue_, 1, 0, nullptr, &err), WEIR_NOT_FOUND);
  const uint64_t ids[] = {1, 0, UINT64_MAX};
  EXPECT_EQ(weir_queue_ack_many(queue_, ids, 3, 0, &count, nullptr, &err), WEIR_NOT_FOUND);
  EXPECT_EQ(count, 0U);
  EXPECT_EQ(weir_queue_ack_many(queue_, nullptr, 0, 0, &count, nullptr, &err), WEIR_OK);
  EXPECT_EQ(weir_queue_nack(queue_, 1, 0, &err), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_queue_extend(queue_, 1, 0, &err), WEIR_NOT_FOUND);
  EXPECT_EQ(weir_queue_producer_sequence(queue_, 7, &count, &err), WEIR_NOT_FOUND);

  EXPECT_EQ(err.status, 5);
  EXPECT_STREQ(err.message, "mine");
}

TEST_F(QueueApi, a_duplicate_says_so) {
  weir_push_options options;
  EXPECT_EQ(weir_push_options_init(&options, sizeof options), WEIR_OK);
  options.producer_id = 7;
  options.producer_sequence = 1;
  weir_push_result result = {};
  result.struct_size = sizeof result;

  EXPECT_EQ(weir_queue_push(queue_, "x", 1, &options, &result, nullptr), WEIR_OK);
  EXPECT_EQ(result.id, 1U);
  EXPECT_EQ(result.count, 1U);
  EXPECT_EQ(result.level, static_cast<uint32_t>(WEIR_DURABILITY_MEMORY));
  EXPECT_EQ(weir_queue_push(queue_, "x", 1, &options, &result, nullptr), WEIR_DUPLICATE);

  EXPECT_EQ(result.id, 0U);
  EXPECT_EQ(result.count, 0U);
  EXPECT_EQ(result.duplicate_count, 1U);
  uint64_t sequence = 0;
  EXPECT_EQ(weir_queue_producer_sequence(queue_, 7, &sequence, nullptr), WEIR_OK);
  EXPECT_EQ(sequence, 1U);
}

TEST_F(QueueApi, close_wakes_blocked_callers_and_waits_for_them) {
  weir_queue* queue = open_queue(store_, "waited");
  std::atomic<int> inside{0};
  std::vector<std::thread> waiters;
  waiters.reserve(8);
  for (int i = 0; i < 8; ++i) {
    waiters.emplace_back([&] {
      const auto options = waiting(-1);
      weir_message* message = nullptr;
      ++inside;
      EXPECT_EQ(weir_queue_pop(queue, &options, &message, nullptr), WEIR_E_CLOSED);
      EXPECT_EQ(message, nullptr);
    });
  }
  while (inside != 8) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));

  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);

  for (std::thread& waiter : waiters) waiter.join();
}

TEST_F(QueueApi, interrupt_wakes_blocked_callers) {
  std::atomic<bool> interrupted{false};
  std::thread waiter([&] {
    const auto options = waiting(-1);
    weir_message* message = nullptr;
    EXPECT_EQ(weir_queue_pop(queue_, &options, &message, nullptr), WEIR_INTERRUPTED);
    interrupted = true;
  });

  while (!interrupted) {
    EXPECT_EQ(weir_queue_interrupt(queue_, nullptr), WEIR_OK);
    std::this_thread::yield();
  }

  waiter.join();
}

TEST_F(QueueApi, closing_makes_messages_in_flight_ready_again) {
  weir_queue* second = open_queue(store_, "frames");
  push_text(queue_, "again");
  weir_message* message = nullptr;
  EXPECT_EQ(weir_queue_pop(second, nullptr, &message, nullptr), WEIR_OK);
  EXPECT_EQ(take_text(queue_).first, "");

  EXPECT_EQ(weir_queue_close(second, nullptr), WEIR_OK);

  EXPECT_EQ(take_text(queue_).first, "again");
  weir_message_free(message);
}

TEST_F(QueueApi, calls_may_race_with_close) {
  for (int round = 0; round < 50; ++round) {
    weir_queue* queue = open_queue(store_, "raced");
    std::vector<std::thread> callers;
    callers.reserve(3);
    for (int i = 0; i < 3; ++i) {
      callers.emplace_back([&] {
        weir_status status = WEIR_OK;
        while (status >= 0) {
          status = weir_queue_push(queue, "x", 1, nullptr, nullptr, nullptr);
          weir_message* message = nullptr;
          if (status >= 0) status = weir_queue_pop(queue, nullptr, &message, nullptr);
          weir_message_free(message);
        }
        EXPECT_EQ(status, WEIR_E_CLOSED);
      });
    }
    std::this_thread::yield();
    EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
    for (std::thread& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace weir::api
