#include <weir/message.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

class MessageApi : public ApiTest {
 protected:
  weir_message* pop() {
    weir_message* message = nullptr;
    EXPECT_EQ(weir_queue_pop(queue_, nullptr, &message, nullptr), WEIR_OK);
    return message;
  }
  weir_messages* pop_many(size_t count_max) {
    weir_messages* messages = nullptr;
    EXPECT_EQ(weir_queue_pop_many(queue_, count_max, nullptr, &messages, nullptr), WEIR_OK);
    return messages;
  }
};

std::string text_of(const weir_message* message) {
  const void* data = weir_message_data(message);
  EXPECT_NE(data, nullptr);
  return {static_cast<const char*>(data), weir_message_size(message)};
}

void expect_nothing_in(const weir_message* message) {
  EXPECT_EQ(weir_message_data(message), nullptr);
  EXPECT_EQ(weir_message_size(message), 0U);
  EXPECT_EQ(weir_message_id(message), 0U);
  EXPECT_EQ(weir_message_delivery_count(message), 0U);
  EXPECT_EQ(weir_message_redelivered(message), 0);
  EXPECT_EQ(weir_message_enqueued_at(message), 0);
  EXPECT_STREQ(weir_message_content_type(message), "");
  EXPECT_EQ(weir_message_header_count(message), 0U);
}

TEST_F(MessageApi, shows_what_was_pushed) {
  weir_headers* headers = nullptr;
  EXPECT_EQ(weir_headers_create(&headers, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers, "path", "a/b", 3, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers, "raw", "\0\1\2", 3, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers, "empty", nullptr, 0, nullptr), WEIR_OK);
  weir_push_options options;
  EXPECT_EQ(weir_push_options_init(&options, sizeof options), WEIR_OK);
  options.content_type = "text/plain";
  options.headers = headers;
  EXPECT_EQ(weir_queue_push(queue_, "hello", 5, &options, nullptr, nullptr), WEIR_OK);
  weir_headers_free(headers);

  weir_message* message = pop();

  EXPECT_EQ(text_of(message), "hello");
  EXPECT_EQ(weir_message_id(message), 1U);
  EXPECT_EQ(weir_message_delivery_count(message), 1U);
  EXPECT_EQ(weir_message_redelivered(message), 0);
  EXPECT_GT(weir_message_enqueued_at(message), 0);
  EXPECT_STREQ(weir_message_content_type(message), "text/plain");
  ASSERT_EQ(weir_message_header_count(message), 3U);
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 99;
  EXPECT_EQ(weir_message_header_at(message, 0, &name, &value, &size), WEIR_OK);
  EXPECT_STREQ(name, "path");
  EXPECT_STREQ(static_cast<const char*>(value), "a/b");
  EXPECT_EQ(weir_message_header(message, "raw", &value, &size), WEIR_OK);
  EXPECT_EQ(std::string(static_cast<const char*>(value), size), std::string("\0\1\2", 3));
  EXPECT_EQ(weir_message_header(message, "empty", &value, &size), WEIR_OK);
  EXPECT_NE(value, nullptr);
  EXPECT_EQ(size, 0U);
  EXPECT_EQ(weir_message_header(message, "Path", &value, &size), WEIR_NOT_FOUND);
  EXPECT_EQ(value, nullptr);
  EXPECT_EQ(weir_message_header_at(message, 3, &name, &value, &size), WEIR_END);
  EXPECT_EQ(name, nullptr);
  weir_message_free(message);
}

TEST_F(MessageApi, an_empty_message_has_data_of_no_bytes) {
  EXPECT_EQ(weir_queue_push(queue_, nullptr, 0, nullptr, nullptr, nullptr), WEIR_OK);

  weir_message* message = pop();

  EXPECT_NE(weir_message_data(message), nullptr);
  EXPECT_EQ(weir_message_size(message), 0U);
  EXPECT_STREQ(weir_message_content_type(message), "");
  EXPECT_EQ(weir_queue_ack(queue_, weir_message_id(message), 0, nullptr, nullptr), WEIR_OK);
  weir_message_free(message);
}

TEST_F(MessageApi, a_freed_message_is_empty_and_freeing_again_does_nothing) {
  push_text(queue_, "hello");
  weir_message* message = pop();

  weir_message_free(message);
  expect_nothing_in(message);
  weir_message_free(message);

  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  EXPECT_EQ(weir_message_header_at(message, 0, &name, &value, &size), WEIR_E_CLOSED);
  EXPECT_EQ(weir_message_header(message, "a", &value, &size), WEIR_E_CLOSED);
}

TEST_F(MessageApi, null_and_foreign_messages_are_empty) {
  for (const weir_message* wrong :
       {static_cast<weir_message*>(nullptr), not_a_handle_of<weir_message>()}) {
    expect_nothing_in(wrong);
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    EXPECT_EQ(weir_message_header_at(wrong, 0, &name, &value, &size), WEIR_E_INVALID_ARGUMENT);
    EXPECT_EQ(weir_message_header(wrong, "a", &value, &size), WEIR_E_INVALID_ARGUMENT);
  }
  weir_message_free(nullptr);
  weir_message_free(not_a_handle_of<weir_message>());
  for (const weir_messages* wrong :
       {static_cast<weir_messages*>(nullptr), not_a_handle_of<weir_messages>()}) {
    EXPECT_EQ(weir_messages_count(wrong), 0U);
    EXPECT_EQ(weir_messages_at(wrong, 0), nullptr);
  }
  weir_messages_free(nullptr);
  weir_messages_free(not_a_handle_of<weir_messages>());
}

TEST_F(MessageApi, null_outputs_are_refused) {
  push_text(queue_, "hello");
  weir_message* message = pop();
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;

  EXPECT_EQ(weir_message_header_at(message, 0, kNull, &value, &size), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_message_header_at(message, 0, &name, kNull, &size), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_message_header_at(message, 0, &name, &value, kNull), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_message_header(message, kNull, &value, &size), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_message_header(message, "a", kNull, &size), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_message_header(message, "a", &value, kNull), WEIR_E_INVALID_ARGUMENT);
  weir_message_free(message);
}

TEST_F(MessageApi, a_batch_lends_its_messages) {
  for (int i = 0; i < 3; ++i) push_text(queue_, std::string(1, static_cast<char>('a' + i)));
  weir_messages* messages = pop_many(10);

  ASSERT_EQ(weir_messages_count(messages), 3U);
  for (size_t i = 0; i < 3; ++i) {
    const weir_message* view = weir_messages_at(messages, i);
    EXPECT_EQ(text_of(view), std::string(1, static_cast<char>('a' + i)));
    EXPECT_EQ(weir_message_id(view), i + 1);
    EXPECT_EQ(weir_messages_at(messages, i), view);
    // A view is the batch's: freeing it is ignored.
    weir_message_free(const_cast<weir_message*>(view));
    EXPECT_EQ(weir_message_size(view), 1U);
  }
  EXPECT_EQ(weir_messages_at(messages, 3), nullptr);
  EXPECT_EQ(weir_messages_at(messages, SIZE_MAX), nullptr);

  const weir_message* stale = weir_messages_at(messages, 1);
  weir_messages_free(messages);
  expect_nothing_in(stale);
  EXPECT_EQ(weir_messages_count(messages), 0U);
  EXPECT_EQ(weir_messages_at(messages, 0), nullptr);
  weir_messages_free(messages);
}

TEST_F(MessageApi, a_large_batch_has_a_view_for_each_message) {
  constexpr size_t kCount = 10'000;
  std::vector<uint32_t> sizes(kCount, 4);
  std::vector<uint32_t> payloads(kCount);
  for (size_t i = 0; i < kCount; ++i) payloads[i] = static_cast<uint32_t>(i);
  EXPECT_EQ(weir_queue_push_many(queue_, payloads.data(), kCount * 4, sizes.data(), kCount, nullptr,
                                 nullptr, nullptr),
            WEIR_OK);
  weir_messages* messages = pop_many(1'000'000);

  ASSERT_EQ(weir_messages_count(messages), kCount);
  std::set<const weir_message*> views;
  for (size_t i = 0; i < kCount; ++i) {
    const weir_message* view = weir_messages_at(messages, i);
    uint32_t number = 0;
    ASSERT_EQ(weir_message_size(view), sizeof number);
    std::memcpy(&number, weir_message_data(view), sizeof number);
    ASSERT_EQ(number, i);
    ASSERT_EQ(weir_message_id(view), i + 1);
    ASSERT_TRUE(views.insert(view).second);
  }
  weir_messages_free(messages);
}

TEST_F(MessageApi, outlives_queue_and_store) {
  push_text(queue_, "one");
  push_text(queue_, "two");
  weir_message* message = pop();
  weir_messages* messages = pop_many(10);

  EXPECT_EQ(weir_queue_close(queue_, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  queue_ = nullptr;
  store_ = nullptr;

  EXPECT_EQ(text_of(message), "one");
  EXPECT_EQ(text_of(weir_messages_at(messages, 0)), "two");
  weir_message_free(message);
  weir_messages_free(messages);
}

TEST_F(MessageApi, can_be_read_by_several_threads) {
  push_text(queue_, std::string(100'000, 'x'));
  weir_message* message = pop();
  std::vector<std::thread> threads;
  threads.reserve(4);

  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        const std::string text = text_of(message);
        EXPECT_EQ(std::count(text.begin(), text.end(), 'x'), 100'000);
      }
    });
  }

  for (std::thread& thread : threads) thread.join();
  weir_message_free(message);
}

class HeadersApi : public ::testing::Test {
 protected:
  void SetUp() override { EXPECT_EQ(weir_headers_create(&headers_, nullptr), WEIR_OK); }
  void TearDown() override { weir_headers_free(headers_); }
  weir_headers* headers_ = nullptr;
};

TEST_F(HeadersApi, limits_are_named) {
  const std::string longest(255, 'n');
  const std::string too_long(256, 'n');
  const std::string value(64 << 10, 'v');

  EXPECT_EQ(weir_headers_set(headers_, longest.c_str(), "v", 1, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers_, "a", value.data(), value.size() - 257, nullptr), WEIR_OK);
  expect_failure(WEIR_E_TOO_LARGE, "65536",
                 [&](weir_error* err) { return weir_headers_set(headers_, "b", nullptr, 0, err); });
  expect_failure(WEIR_E_TOO_LARGE, "header \"c\" with 18446744073709551615", [&](weir_error* err) {
    return weir_headers_set(headers_, "c", value.data(), SIZE_MAX, err);
  });
  // Replacing counts what it replaces.
  EXPECT_EQ(weir_headers_set(headers_, "a", value.data(), value.size() - 257, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers_, "a", "x", 1, nullptr), WEIR_OK);
  EXPECT_EQ(weir_headers_set(headers_, "b", nullptr, 0, nullptr), WEIR_OK);
  expect_failure(WEIR_E_INVALID_ARGUMENT, "more than 255", [&](weir_error* err) {
    return weir_headers_set(headers_, too_long.c_str(), "v", 1, err);
  });
}

TEST_F(HeadersApi, bad_names_and_values_are_refused) {
  const auto set = [&](const char* name, const void* value, size_t size) {
    return
        [=, this](weir_error* err) { return weir_headers_set(headers_, name, value, size, err); };
  };

  expect_failure(WEIR_E_INVALID_ARGUMENT, "name is NULL", set(nullptr, "v", 1));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "name is empty", set("", "v", 1));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "not UTF-8", set("\xFF", "v", 1));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "control character", set("a\nb", "v", 1));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "value is NULL and its size is 3", set("a", nullptr, 3));
}

TEST_F(HeadersApi, null_foreign_and_freed_headers_get_a_status) {
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out is NULL",
                 [](weir_error* err) { return weir_headers_create(kNull, err); });
  for (weir_headers* wrong :
       {static_cast<weir_headers*>(nullptr), not_a_handle_of<weir_headers>()}) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, "headers is",
                   [&](weir_error* err) { return weir_headers_set(wrong, "a", "v", 1, err); });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "headers is",
                   [&](weir_error* err) { return weir_headers_clear(wrong, err); });
    weir_headers_free(wrong);
  }
  weir_headers_free(headers_);
  expect_failure(WEIR_E_CLOSED, "closed",
                 [&](weir_error* err) { return weir_headers_set(headers_, "a", "v", 1, err); });
  expect_failure(WEIR_E_CLOSED, "closed",
                 [&](weir_error* err) { return weir_headers_clear(headers_, err); });
}

TEST_F(HeadersApi, clearing_makes_room) {
  const std::string value(60'000, 'v');
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(weir_headers_set(headers_, "a", value.data(), value.size(), nullptr), WEIR_OK);
    EXPECT_EQ(weir_headers_clear(headers_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_headers_set(headers_, "b", value.data(), value.size(), nullptr), WEIR_OK);
    EXPECT_EQ(weir_headers_clear(headers_, nullptr), WEIR_OK);
  }
}

}  // namespace
}  // namespace weir::api
