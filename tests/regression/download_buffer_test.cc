// The download buffer of seed 004: its mistakes, none of which may come back, and the cases that its own tests pin down.
#include <gtest/gtest.h>
#include <weir/weir.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace weir::regression {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class DownloadBuffer : public ::testing::Test {
 protected:
  DownloadBuffer() {
    EXPECT_EQ(weir_store_open("mem:", store_options(), &store_, nullptr), WEIR_OK);
  }
  ~DownloadBuffer() override {
    weir_buffer_close(buffer_, nullptr);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }
  static const weir_store_options* store_options() {
    static weir_store_options options;
    weir_store_options_init(&options, sizeof options);
    options.memory_bytes_max = 4ull << 30;
    return &options;
  }
  static weir_status open(weir_store* store, uint32_t tick_ms, int64_t expiry_ms,
                          weir_buffer** out) {
    weir_buffer_options options;
    weir_buffer_options_init(&options, sizeof options);
    options.tick_ms = tick_ms;
    options.expiry_ms = expiry_ms;
    return weir_buffer_open(store, "downloads", &options, out, nullptr);
  }
  void open(uint32_t tick_ms, int64_t expiry_ms) {
    ASSERT_EQ(open(store_, tick_ms, expiry_ms, &buffer_), WEIR_OK);
  }
  weir_status set(const std::string& key, const std::string& value, int64_t expiry_ms = 0) const {
    return weir_buffer_set(buffer_, key.data(), key.size(), value.data(), value.size(), expiry_ms,
                           nullptr);
  }
  // "-": there is none.
  std::string get(const std::string& key) const {
    weir_value* value = nullptr;
    const weir_status status = weir_buffer_get(buffer_, key.data(), key.size(), &value, nullptr);
    return text(status, value);
  }
  std::string take(const std::string& key) const {
    weir_value* value = nullptr;
    const weir_status status = weir_buffer_take(buffer_, key.data(), key.size(), &value, nullptr);
    return text(status, value);
  }
  uint64_t count() const {
    uint64_t count = 0;
    EXPECT_EQ(weir_buffer_count(buffer_, &count, nullptr), WEIR_OK);
    return count;
  }
  weir_buffer_statistics stats() const {
    weir_buffer_statistics statistics = {};
    statistics.struct_size = sizeof statistics;
    EXPECT_EQ(weir_buffer_stats(buffer_, &statistics, nullptr), WEIR_OK);
    return statistics;
  }

  weir_store* store_ = nullptr;
  weir_buffer* buffer_ = nullptr;

 private:
  static std::string text(weir_status status, weir_value* value) {
    if (status != WEIR_OK) {
      EXPECT_EQ(status, WEIR_NOT_FOUND);
      return "-";
    }
    std::string all(static_cast<const char*>(weir_value_data(value)), weir_value_size(value));
    weir_value_free(value);
    return all;
  }
};

// --- the mistakes ---

// 1: the sweep held everybody up: with a million items, one write passed per sweep. No call may pay for more than a few.
TEST_F(DownloadBuffer, a_million_items_with_a_tick_of_one_millisecond) {
  open(1, 600'000);
  for (uint64_t i = 0; i < 1'000'000; ++i)
    ASSERT_EQ(weir_buffer_set(buffer_, &i, sizeof i, "v", 1, 0, nullptr), WEIR_OK);
  EXPECT_EQ(count(), 1'000'000U);
  for (uint64_t i = 0; i < 1'000'000; ++i)
    ASSERT_EQ(weir_buffer_touch(buffer_, &i, sizeof i, 1 + static_cast<int64_t>(i % 50), nullptr),
              WEIR_OK);
  // All expire within 50 ticks.
  const auto end = Clock::now() + 60s;
  while (stats().item_count > 0 && Clock::now() < end) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(stats().item_count, 0U);
  EXPECT_EQ(stats().expired_count, 1'000'000U);
  EXPECT_LE(stats().call_expiry_max, 32U);
}

// 2: ids of four threads on one handle were the same in 5 of 100 cases, and one item replaced another.
TEST_F(DownloadBuffer, ids_of_four_threads_never_collide) {
  open(100, 600'000);
  constexpr uint64_t kEach = 100'000;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this] {
      for (uint64_t i = 0; i < kEach; ++i) {
        uint8_t id[WEIR_BUFFER_ID_BYTES];
        ASSERT_EQ(weir_buffer_id_make(7, id), WEIR_OK);
        ASSERT_EQ(weir_buffer_set_if_absent(buffer_, id, sizeof id, "v", 1, 0, nullptr), WEIR_OK);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), 4 * kEach);
}

// 3: what had expired was served, and revived, until a sweep came by.
TEST_F(DownloadBuffer, nothing_expired_is_served_though_the_tick_is_a_minute) {
  open(60'000, 10);
  set("a", "1");
  std::this_thread::sleep_for(15ms);
  EXPECT_EQ(get("a"), "-");
  EXPECT_EQ(count(), 0U);
}

// 4: an item renewed between the sweep's two looks was lost.
TEST_F(DownloadBuffer, a_renewal_wins_against_the_sweep) {
  open(1, 600'000);
  std::atomic<bool> stop{false};
  std::thread others([&] {
    for (uint64_t i = 0; !stop; ++i) set("other-" + std::to_string(i % 5000), "v", 2);
  });
  set("kept", "1", 400);
  const auto end = Clock::now() + 600ms;
  auto last = Clock::now();
  bool late = false;
  while (Clock::now() < end) {
    const bool found = get("kept") == "1";
    const auto now = Clock::now();
    // A machine that stood still for as long as the item lives proves nothing.
    late = late || now - last > 400ms;
    last = now;
    if (!found && !late) break;
  }
  const bool lost = Clock::now() < end;
  stop = true;
  others.join();
  EXPECT_FALSE(lost);
}

// 5: the caller's memory and the buffer's were the same.
TEST_F(DownloadBuffer, neither_side_can_change_what_the_other_has) {
  open(100, 600'000);
  std::string input = "as it was";
  set("a", input);
  std::fill(input.begin(), input.end(), 'x');
  weir_value* value = nullptr;
  ASSERT_EQ(weir_buffer_get(buffer_, "a", 1, &value, nullptr), WEIR_OK);
  set("a", "different");
  EXPECT_EQ(std::string(static_cast<const char*>(weir_value_data(value)), weir_value_size(value)),
            "as it was");
  weir_value_free(value);
  EXPECT_EQ(get("a"), "different");
}

// 6: the second Done brought the program down.
TEST_F(DownloadBuffer, closing_twice_is_told) {
  open(1, 10);
  EXPECT_EQ(weir_buffer_close(buffer_, nullptr), WEIR_OK);
  EXPECT_EQ(weir_buffer_close(buffer_, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(weir_buffer_close(buffer_, nullptr), WEIR_E_CLOSED);
}

// 7: there was no bound.
TEST_F(DownloadBuffer, bytes_are_bounded) {
  weir_buffer_options options;
  weir_buffer_options_init(&options, sizeof options);
  options.bytes_max = 1 << 20;
  ASSERT_EQ(weir_buffer_open(store_, "bounded", &options, &buffer_, nullptr), WEIR_OK);
  weir_status status = WEIR_OK;
  for (int i = 0; i < 2000 && status == WEIR_OK; ++i)
    status = set(std::to_string(i), std::string(1000, 'v'));
  EXPECT_EQ(status, WEIR_E_LIMIT);
  EXPECT_LE(stats().bytes, options.bytes_max);
}

// --- what its tests ask for ---

TEST_F(DownloadBuffer, no_tick_or_expiry_is_refused) {
  weir_buffer* out = nullptr;
  EXPECT_EQ(open(store_, 0, 1000, &out), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(open(store_, 1000, 0, &out), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(open(store_, 1000, -1, &out), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(out, nullptr);
}

TEST_F(DownloadBuffer, set_get_count_and_a_missing_id) {
  open(100, 10'000);
  set("a", "1");
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(get("b"), "-");
  set("a", "2");
  EXPECT_EQ(count(), 1U);  // a replacement keeps it
}

TEST_F(DownloadBuffer, remove_then_get) {
  open(100, 10'000);
  set("a", "1");
  EXPECT_EQ(weir_buffer_remove(buffer_, "a", 1, nullptr), WEIR_OK);
  EXPECT_EQ(get("a"), "-");
}

TEST_F(DownloadBuffer, take_once) {
  open(100, 10'000);
  set("a", "1");
  EXPECT_EQ(take("a"), "1");
  EXPECT_EQ(take("a"), "-");
  EXPECT_EQ(count(), 0U);
}

TEST_F(DownloadBuffer, of_two_takers_exactly_one_wins) {
  open(100, 60'000);
  constexpr int kItems = 20'000;
  for (int i = 0; i < kItems; ++i) set(std::to_string(i), "v");
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kItems; ++i) won += take(std::to_string(i)) == "v" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, kItems);
}

TEST_F(DownloadBuffer, ten_items_are_gone_after_their_time) {
  open(5, 20);
  for (int i = 0; i < 10; ++i) set(std::to_string(i), "v");
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(count(), 0U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(get(std::to_string(i)), "-");
}

TEST_F(DownloadBuffer, a_hundred_threads_with_ids_of_their_own) {
  open(100, 60'000);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 100; ++thread) {
    threads.emplace_back([this, thread] {
      const std::string key = "thread-" + std::to_string(thread);
      EXPECT_EQ(set(key, key), WEIR_OK);
      EXPECT_EQ(get(key), key);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count(), 100U);
}

// Done stopped the sweep, and the buffer went on. Here another handle goes on; a closed one says that it is closed.
TEST_F(DownloadBuffer, set_after_one_of_two_handles_was_closed) {
  open(100, 60'000);
  weir_buffer* other = nullptr;
  ASSERT_EQ(open(store_, 100, 60'000, &other), WEIR_OK);
  EXPECT_EQ(weir_buffer_close(other, nullptr), WEIR_OK);
  EXPECT_EQ(weir_buffer_set(other, "a", 1, "1", 1, 0, nullptr), WEIR_E_CLOSED);
  EXPECT_EQ(set("a", "1"), WEIR_OK);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(DownloadBuffer, negative_durations_are_refused) {
  open(100, 60'000);
  EXPECT_EQ(set("a", "1", -1), WEIR_E_INVALID_ARGUMENT);
  EXPECT_EQ(weir_buffer_touch(buffer_, "a", 1, -1, nullptr), WEIR_E_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace weir::regression
