#include <weir/buffer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <set>
#include <thread>
#include <vector>

#include "tests/api/fixture.h"

namespace weir::api {
namespace {

using namespace std::chrono_literals;

class BufferApiTest : public ::testing::Test {
 protected:
  BufferApiTest() : store_(open_store("mem:")) {
    weir_buffer_options_init(&options_, sizeof options_);
    options_.tick_ms = 1;
    buffer_ = open();
  }
  ~BufferApiTest() override {
    EXPECT_EQ(set("still", "works"), WEIR_OK);
    EXPECT_EQ(get("still"), "works");
    EXPECT_EQ(weir_buffer_close(buffer_, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }
  weir_buffer* open() {
    weir_buffer* buffer = nullptr;
    weir_error err = {};
    EXPECT_EQ(weir_buffer_open(store_, "b", &options_, &buffer, &err), WEIR_OK) << err.message;
    return buffer;
  }
  void reopen() {
    EXPECT_EQ(weir_buffer_close(buffer_, nullptr), WEIR_OK);
    buffer_ = open();
  }
  weir_status set(const std::string& key, const std::string& value, int64_t expiry_ms = 0) {
    return weir_buffer_set(buffer_, key.data(), key.size(), value.data(), value.size(), expiry_ms,
                           nullptr);
  }
  using Reader = weir_status (*)(weir_buffer*, const void*, size_t, weir_value**, weir_error*);
  std::string read(Reader reader, const std::string& key) {
    weir_value* value = nullptr;
    weir_error err = {};
    const weir_status status = reader(buffer_, key.data(), key.size(), &value, &err);
    if (status == WEIR_NOT_FOUND) {
      EXPECT_EQ(value, nullptr);
      return "-";
    }
    EXPECT_EQ(status, WEIR_OK) << err.message;
    std::string text(static_cast<const char*>(weir_value_data(value)), weir_value_size(value));
    weir_value_free(value);
    return text;
  }
  std::string get(const std::string& key) { return read(weir_buffer_get, key); }
  uint64_t count() {
    uint64_t count = 0;
    EXPECT_EQ(weir_buffer_count(buffer_, &count, nullptr), WEIR_OK);
    return count;
  }

  weir_store* store_;
  weir_buffer_options options_;
  weir_buffer* buffer_ = nullptr;
};

TEST_F(BufferApiTest, all_calls_on_one_item) {
  EXPECT_EQ(set("a", "1"), WEIR_OK);
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(read(weir_buffer_peek, "a"), "1");
  EXPECT_EQ(weir_buffer_set_if_absent(buffer_, "a", 1, "2", 1, 0, nullptr), WEIR_DUPLICATE);
  EXPECT_EQ(weir_buffer_set_if_absent(buffer_, "b", 1, nullptr, 0, 0, nullptr), WEIR_OK);
  EXPECT_EQ(get("b"), "");
  char into[4] = {};
  size_t size = 0;
  EXPECT_EQ(weir_buffer_get_into(buffer_, "a", 1, into, sizeof into, &size, nullptr), WEIR_OK);
  EXPECT_EQ(std::string(into, size), "1");
  EXPECT_EQ(weir_buffer_get_into(buffer_, "b", 1, nullptr, 0, &size, nullptr), WEIR_OK);
  EXPECT_EQ(size, 0U);
  EXPECT_EQ(weir_buffer_touch(buffer_, "a", 1, 5'000, nullptr), WEIR_OK);
  int64_t remaining_ms = 0;
  EXPECT_EQ(weir_buffer_remaining(buffer_, "a", 1, &remaining_ms, nullptr), WEIR_OK);
  EXPECT_GT(remaining_ms, 0);
  EXPECT_LE(remaining_ms, 5'000);
  EXPECT_EQ(weir_buffer_remaining(buffer_, "none", 4, &remaining_ms, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(remaining_ms, 0);
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(read(weir_buffer_take, "a"), "1");
  EXPECT_EQ(read(weir_buffer_take, "a"), "-");
  EXPECT_EQ(weir_buffer_remove(buffer_, "b", 1, nullptr), WEIR_OK);
  EXPECT_EQ(weir_buffer_remove(buffer_, "b", 1, nullptr), WEIR_NOT_FOUND);
  EXPECT_EQ(count(), 0U);
}

TEST_F(BufferApiTest, items_expire_on_the_real_clock) {
  EXPECT_EQ(set("a", "1", 30), WEIR_OK);
  EXPECT_EQ(set("b", "1", 600'000), WEIR_OK);
  std::this_thread::sleep_for(40ms);
  EXPECT_EQ(get("a"), "-");
  EXPECT_EQ(get("b"), "1");
  EXPECT_EQ(count(), 1U);
}

TEST_F(BufferApiTest, set_many_stores_all_and_says_how_far_it_came) {
  const uint32_t key_sizes[] = {1, 2, 3};
  const uint32_t sizes[] = {3, 0, 2};
  uint64_t stored = 0;
  EXPECT_EQ(weir_buffer_set_many(buffer_, "abbccc", 6, key_sizes, "onexy", 5, sizes, 3, 0, &stored,
                                 nullptr),
            WEIR_OK);
  EXPECT_EQ(stored, 3U);
  EXPECT_EQ(get("a"), "one");
  EXPECT_EQ(get("bb"), "");
  EXPECT_EQ(get("ccc"), "xy");
  EXPECT_EQ(weir_buffer_set_many(buffer_, nullptr, 0, nullptr, nullptr, 0, nullptr, 0, 0, &stored,
                                 nullptr),
            WEIR_OK);
  EXPECT_EQ(stored, 0U);

  options_.items_max = 2;
  reopen();
  EXPECT_EQ(weir_buffer_set_many(buffer_, "abbccc", 6, key_sizes, "onexy", 5, sizes, 3, 0, &stored,
                                 nullptr),
            WEIR_E_LIMIT);
  EXPECT_EQ(stored, 2U);
  uint64_t cleared = 0;
  EXPECT_EQ(weir_buffer_clear(buffer_, &cleared, nullptr), WEIR_OK);
  EXPECT_EQ(cleared, 2U);
}

TEST_F(BufferApiTest, set_many_refuses_sizes_that_do_not_add_up_and_empty_keys) {
  const uint32_t wrong[] = {1, 1};
  const uint32_t right[] = {1, 2};
  const uint32_t empty_key[] = {0, 3};
  const auto call = [&](const uint32_t* key_sizes, const uint32_t* sizes, size_t many) {
    return [=, this](weir_error* err) {
      return weir_buffer_set_many(buffer_, "abc", 3, key_sizes, "xyz", 3, sizes, many, 0, nullptr,
                                  err);
    };
  };
  expect_failure(WEIR_E_INVALID_ARGUMENT, "key_sizes add up to 2 bytes; there are 3",
                 call(wrong, right, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "sizes add up to 2", call(right, wrong, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "key_sizes is NULL", call(nullptr, right, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "sizes is NULL", call(right, nullptr, 2));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "count is 1000001", call(right, right, 1'000'001));
  expect_failure(WEIR_E_INVALID_ARGUMENT, "key_size is 0", call(empty_key, right, 2));
  EXPECT_EQ(count(), 0U);
}

TEST_F(BufferApiTest, expired_keys_can_be_pulled) {
  options_.events_max = 3;
  reopen();
  char keys[64];
  uint32_t sizes[8];
  size_t came = 1;
  EXPECT_EQ(weir_buffer_expired(buffer_, keys, sizeof keys, sizes, 8, &came, nullptr), WEIR_EMPTY);
  EXPECT_EQ(came, 0U);
  for (const char* key : {"a", "bb", "ccc", "dddd"}) set(key, "v", 1);
  std::set<std::string> all;
  const auto end = std::chrono::steady_clock::now() + 10s;
  weir_buffer_statistics statistics = {};
  statistics.struct_size = sizeof statistics;
  while (statistics.expired_count < 4 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(1ms);
    EXPECT_EQ(weir_buffer_stats(buffer_, &statistics, nullptr), WEIR_OK);
  }
  EXPECT_EQ(statistics.event_count, 3U);
  EXPECT_EQ(statistics.event_lost_count, 1U);
  EXPECT_EQ(weir_buffer_expired(buffer_, keys, 0, sizes, 8, &came, nullptr),
            WEIR_E_BUFFER_TOO_SMALL);
  while (weir_buffer_expired(buffer_, keys, sizeof keys, sizes, 1, &came, nullptr) == WEIR_OK)
    all.emplace(keys, sizes[0]);
  EXPECT_EQ(all.size(), 3U);
}

TEST_F(BufferApiTest, hostile_arguments_are_told_and_change_nothing) {
  const std::string long_key(1025, 'k');
  weir_value* value = nullptr;
  using Call = std::function<weir_status(weir_buffer*, const void*, size_t, weir_error*)>;
  int64_t remaining_ms = 0;
  size_t size = 0;
  const std::vector<Call> calls = {
      [](auto* b, auto* k, auto n, auto* e) { return weir_buffer_set(b, k, n, "v", 1, 0, e); },
      [](auto* b, auto* k, auto n, auto* e) {
        return weir_buffer_set_if_absent(b, k, n, "v", 1, 0, e);
      },
      [&](auto* b, auto* k, auto n, auto* e) { return weir_buffer_get(b, k, n, &value, e); },
      [&](auto* b, auto* k, auto n, auto* e) { return weir_buffer_peek(b, k, n, &value, e); },
      [&](auto* b, auto* k, auto n, auto* e) { return weir_buffer_take(b, k, n, &value, e); },
      [&](auto* b, auto* k, auto n, auto* e) {
        return weir_buffer_get_into(b, k, n, nullptr, 0, &size, e);
      },
      [](auto* b, auto* k, auto n, auto* e) { return weir_buffer_remove(b, k, n, e); },
      [](auto* b, auto* k, auto n, auto* e) { return weir_buffer_touch(b, k, n, 0, e); },
      [&](auto* b, auto* k, auto n, auto* e) {
        return weir_buffer_remaining(b, k, n, &remaining_ms, e);
      },
  };
  weir_buffer* const closed = open();
  EXPECT_EQ(weir_buffer_close(closed, nullptr), WEIR_OK);
  for (const Call& call : calls) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, "buffer is NULL",
                   [&](weir_error* err) { return call(kNull, "k", 1, err); });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "is no handle", [&](weir_error* err) {
      return call(not_a_handle_of<weir_buffer>(), "k", 1, err);
    });
    expect_failure(WEIR_E_CLOSED, "closed",
                   [&](weir_error* err) { return call(closed, "k", 1, err); });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "key is NULL",
                   [&](weir_error* err) { return call(buffer_, kNull, 1, err); });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "key_size is 0; it goes from 1 to 1024",
                   [&](weir_error* err) { return call(buffer_, "", 0, err); });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "key_size is 1025", [&](weir_error* err) {
      return call(buffer_, long_key.data(), long_key.size(), err);
    });
    EXPECT_EQ(value, nullptr);
  }
  EXPECT_EQ(count(), 0U);
}

TEST_F(BufferApiTest, hostile_values_and_outputs_are_told) {
  expect_failure(WEIR_E_INVALID_ARGUMENT, "data is NULL and its size is 5", [&](weir_error* err) {
    return weir_buffer_set(buffer_, "k", 1, nullptr, 5, 0, err);
  });
  for (const int64_t expiry_ms : {int64_t{-1}, INT64_MIN, INT64_MAX}) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, "expiry_ms is", [&](weir_error* err) {
      return weir_buffer_set(buffer_, "k", 1, "v", 1, expiry_ms, err);
    });
    expect_failure(WEIR_E_INVALID_ARGUMENT, "expiry_ms is", [&](weir_error* err) {
      return weir_buffer_touch(buffer_, "k", 1, expiry_ms, err);
    });
  }
  for (const size_t size : {(size_t{16} << 20), SIZE_MAX, SIZE_MAX - 1}) {
    expect_failure(WEIR_E_TOO_LARGE, "record_bytes_max", [&](weir_error* err) {
      return weir_buffer_set(buffer_, "k", 1, "v", size, 0, err);
    });
  }
  const auto invalid = [](const char* part, const auto& call) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, call);
  };
  invalid("out is NULL", [&](weir_error* e) { return weir_buffer_get(buffer_, "k", 1, kNull, e); });
  invalid("out is NULL",
          [&](weir_error* e) { return weir_buffer_peek(buffer_, "k", 1, kNull, e); });
  invalid("out is NULL",
          [&](weir_error* e) { return weir_buffer_take(buffer_, "k", 1, kNull, e); });
  invalid("out_size is NULL", [&](weir_error* e) {
    return weir_buffer_get_into(buffer_, "k", 1, nullptr, 0, kNull, e);
  });
  size_t size = 0;
  invalid("data is NULL", [&](weir_error* e) {
    return weir_buffer_get_into(buffer_, "k", 1, nullptr, 9, &size, e);
  });
  invalid("out_remaining_ms is NULL",
          [&](weir_error* e) { return weir_buffer_remaining(buffer_, "k", 1, kNull, e); });
  invalid("out_count is NULL", [&](weir_error* e) { return weir_buffer_count(buffer_, kNull, e); });
  invalid("out is NULL", [&](weir_error* e) { return weir_buffer_stats(buffer_, kNull, e); });
  weir_buffer_statistics statistics = {};
  invalid("struct_size", [&](weir_error* e) { return weir_buffer_stats(buffer_, &statistics, e); });
  uint32_t sizes[1];
  char keys[1];
  invalid("keys is NULL", [&](weir_error* e) {
    return weir_buffer_expired(buffer_, kNull, 1, sizes, 1, &size, e);
  });
  invalid("key_sizes is NULL",
          [&](weir_error* e) { return weir_buffer_expired(buffer_, keys, 1, kNull, 1, &size, e); });
  invalid("count_max is 0",
          [&](weir_error* e) { return weir_buffer_expired(buffer_, keys, 1, sizes, 0, &size, e); });
  invalid("out_count is NULL",
          [&](weir_error* e) { return weir_buffer_expired(buffer_, keys, 1, sizes, 1, kNull, e); });
  EXPECT_EQ(weir_buffer_id_make(1, kNull), WEIR_E_INVALID_ARGUMENT);
}

TEST_F(BufferApiTest, opening_checks_everything) {
  weir_buffer* out = nullptr;
  const auto refuse = [&](const char* part, const char* name, const weir_buffer_options* options) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, [&](weir_error* err) {
      return weir_buffer_open(store_, name, options, &out, err);
    });
    EXPECT_EQ(out, nullptr);
  };
  refuse("buffer name is NULL", kNull, nullptr);
  refuse("buffer name is empty", "", nullptr);
  refuse("not UTF-8", "\xff", nullptr);
  refuse("control character", "a\nb", nullptr);
  refuse("more than 255", std::string(256, 'n').c_str(), nullptr);
  expect_failure(WEIR_E_INVALID_ARGUMENT, "store is NULL",
                 [&](weir_error* err) { return weir_buffer_open(kNull, "x", nullptr, &out, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "out is NULL", [&](weir_error* err) {
    return weir_buffer_open(store_, "x", nullptr, kNull, err);
  });
  weir_buffer_options others = options_;
  others.items_max = 77;
  expect_failure(WEIR_E_EXISTS, "open with other options", [&](weir_error* err) {
    return weir_buffer_open(store_, "b", &others, &out, err);
  });
}

TEST_F(BufferApiTest, closing_twice_and_racing_it_is_told) {
  EXPECT_EQ(weir_buffer_close(nullptr, nullptr), WEIR_OK);
  weir_buffer* const other = open();
  EXPECT_EQ(weir_buffer_close(other, nullptr), WEIR_OK);
  expect_failure(WEIR_E_CLOSED, "closed",
                 [&](weir_error* err) { return weir_buffer_close(other, err); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "is no handle", [&](weir_error* err) {
    return weir_buffer_close(not_a_handle_of<weir_buffer>(), err);
  });
  uint64_t number = 0;
  EXPECT_EQ(weir_buffer_count(other, &number, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(weir_buffer_clear(other, nullptr, nullptr), WEIR_E_CLOSED);
}

TEST_F(BufferApiTest, the_store_may_be_closed_first) {
  weir_store* store = open_store("mem:");
  weir_buffer* buffer = nullptr;
  ASSERT_EQ(weir_buffer_open(store, "x", nullptr, &buffer, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
  EXPECT_EQ(weir_buffer_set(buffer, "k", 1, "v", 1, 0, nullptr), WEIR_OK);
  weir_value* value = nullptr;
  EXPECT_EQ(weir_buffer_get(buffer, "k", 1, &value, nullptr), WEIR_OK);
  EXPECT_EQ(weir_buffer_close(buffer, nullptr), WEIR_OK);
  EXPECT_EQ(std::string(static_cast<const char*>(weir_value_data(value)), 1), "v");
  weir_value_free(value);
}

TEST_F(BufferApiTest, a_snapshot_survives_the_store) {
  const TemporaryDirectory directory;
  weir_buffer_options options = options_;
  options.snapshot = 1;
  for (int round = 0; round < 3; ++round) {
    weir_store* store = open_store(directory / "store");
    weir_buffer* buffer = nullptr;
    weir_error err = {};
    ASSERT_EQ(weir_buffer_open(store, "x", &options, &buffer, &err), WEIR_OK) << err.message;
    uint64_t number = 0;
    EXPECT_EQ(weir_buffer_count(buffer, &number, nullptr), WEIR_OK);
    EXPECT_EQ(number, static_cast<uint64_t>(round) * 100);
    for (int i = 0; i < 100; ++i) {
      const std::string key = std::to_string(round) + "-" + std::to_string(i);
      EXPECT_EQ(weir_buffer_set(buffer, key.data(), key.size(), key.data(), key.size(), 0, nullptr),
                WEIR_OK);
    }
    EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
    EXPECT_EQ(weir_buffer_close(buffer, &err), WEIR_OK) << err.message;
  }
}

TEST_F(BufferApiTest, ids_are_unique_over_threads) {
  constexpr size_t kEach = 1'000'000;
  std::vector<std::vector<std::array<uint8_t, WEIR_BUFFER_ID_BYTES>>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine] {
      mine.resize(kEach);
      for (auto& id : mine) weir_buffer_id_make(42, id.data());
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 1; i < made.size(); ++i)
    made[0].insert(made[0].end(), made[i].begin(), made[i].end());
  std::sort(made[0].begin(), made[0].end());
  EXPECT_EQ(std::adjacent_find(made[0].begin(), made[0].end()), made[0].end());
}

}  // namespace
}  // namespace weir::api
