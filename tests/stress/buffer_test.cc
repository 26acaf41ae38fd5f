// 8 threads on one buffer, through handles that others close and open again: every call there is, with items that
// expire, are evicted and held meanwhile. Each value says its key, so a wrong or torn one shows.
#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/stress/stress.h"

namespace weir::stress {
namespace {

constexpr int kThreads = 8;
constexpr uint64_t kKeys = 400;

class BufferRace : public testing::Test {
 protected:
  BufferRace() {
    EXPECT_EQ(weir_store_open("mem:", nullptr, &store_, nullptr), WEIR_OK);
    weir_buffer_options_init(&options_, sizeof options_);
    options_.tick_ms = 1;
    options_.expiry_ms = 20;
    options_.items_max = 300;
    options_.policy = WEIR_BUFFER_EVICT;
    options_.events_max = 50;
    for (auto& handle : handles_) handle = open();
  }
  ~BufferRace() override {
    for (auto& handle : handles_) EXPECT_EQ(weir_buffer_close(handle, nullptr), WEIR_OK);
    EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  }
  weir_buffer* open() {
    weir_buffer* buffer = nullptr;
    EXPECT_EQ(weir_buffer_open(store_, "race", &options_, &buffer, nullptr), WEIR_OK);
    return buffer;
  }
  void allow(weir_status status, weir_status also = WEIR_OK, weir_status and_also = WEIR_OK) {
    if (status == WEIR_OK || status == WEIR_E_CLOSED || status == WEIR_NOT_FOUND ||
        status == also || status == and_also) {
      return;
    }
    ADD_FAILURE() << weir_status_name(status);
  }
  static void check(uint64_t key, const void* data, size_t size) {
    ASSERT_GE(size, sizeof key);
    ASSERT_EQ(size % sizeof key, 0U);
    for (size_t at = 0; at < size; at += sizeof key)
      ASSERT_EQ(std::memcmp(static_cast<const char*>(data) + at, &key, sizeof key), 0);
  }
  void step(Random& random, std::vector<std::pair<uint64_t, weir_value*>>& held);
  void work(int thread);

  weir_store* store_ = nullptr;
  weir_buffer_options options_;
  std::array<std::atomic<weir_buffer*>, 3> handles_{};
  std::chrono::steady_clock::time_point end_;
  std::atomic<uint64_t> steps_{0};
};

void BufferRace::step(Random& random, std::vector<std::pair<uint64_t, weir_value*>>& held) {
  weir_buffer* const buffer = handles_[random.below(handles_.size())];
  const uint64_t key = random.below(kKeys);
  uint64_t bytes[1200];
  weir_value* value = nullptr;
  const uint64_t dice = random.below(100);
  if (dice < 30) {
    const size_t count = dice < 20 ? 16 : 1 + random.below(1200);
    std::fill_n(bytes, count, key);
    const auto expiry_ms = static_cast<int64_t>(random.below(30));
    allow(dice % 2 == 0
              ? weir_buffer_set(buffer, &key, 8, bytes, 8 * count, expiry_ms, nullptr)
              : weir_buffer_set_if_absent(buffer, &key, 8, bytes, 8 * count, expiry_ms, nullptr),
          WEIR_DUPLICATE);
  } else if (dice < 70) {
    const weir_status status = dice < 50   ? weir_buffer_get(buffer, &key, 8, &value, nullptr)
                               : dice < 60 ? weir_buffer_peek(buffer, &key, 8, &value, nullptr)
                                           : weir_buffer_take(buffer, &key, 8, &value, nullptr);
    allow(status);
    if (status == WEIR_OK) held.emplace_back(key, value);
  } else if (dice < 80) {
    size_t size = 0;
    const weir_status status =
        weir_buffer_get_into(buffer, &key, 8, bytes, sizeof bytes, &size, nullptr);
    allow(status);
    if (status == WEIR_OK) check(key, bytes, size);
  } else if (dice < 90) {
    allow(weir_buffer_touch(buffer, &key, 8, static_cast<int64_t>(random.below(30)), nullptr));
    int64_t remaining_ms = 0;
    allow(weir_buffer_remaining(buffer, &key, 8, &remaining_ms, nullptr));
  } else if (dice < 97) {
    allow(weir_buffer_remove(buffer, &key, 8, nullptr));
  } else {
    uint64_t count = 0;
    allow(weir_buffer_count(buffer, &count, nullptr));
    EXPECT_LE(count, options_.items_max);
    uint32_t sizes[8];
    size_t came = 0;
    allow(weir_buffer_expired(buffer, bytes, sizeof bytes, sizes, 8, &came, nullptr), WEIR_EMPTY);
    weir_buffer_statistics statistics = {};
    statistics.struct_size = sizeof statistics;
    allow(weir_buffer_stats(buffer, &statistics, nullptr));
    if (random.below(20) == 0) allow(weir_buffer_clear(buffer, nullptr, nullptr));
  }
}

void BufferRace::work(int thread) {
  Random random(static_cast<uint64_t>(thread) + 11);
  std::vector<std::pair<uint64_t, weir_value*>> held;
  while (!passed(end_)) {
    step(random, held);
    ++steps_;
    while (held.size() > 20 || (!held.empty() && random.below(3) == 0)) {
      const size_t chosen = random.below(held.size());
      const auto [key, value] = held[chosen];
      check(key, weir_value_data(value), weir_value_size(value));
      weir_value_free(value);
      held[chosen] = held.back();
      held.pop_back();
    }
    if (thread == 0 && random.below(200) == 0) {
      // All of them, so that the buffer ends and another begins; or one.
      const size_t first = random.below(2) * 2;
      for (size_t i = first; i < handles_.size(); ++i)
        EXPECT_EQ(weir_buffer_close(handles_[i], nullptr), WEIR_OK);
      for (size_t i = first; i < handles_.size(); ++i) handles_[i] = open();
    }
  }
  for (const auto& [key, value] : held) {
    check(key, weir_value_data(value), weir_value_size(value));
    weir_value_free(value);
  }
}

TEST_F(BufferRace, eight_threads) {
  end_ = after(seconds_for(0.3));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([this, thread] { work(thread); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(steps_, 1000U);
}

}  // namespace
}  // namespace weir::stress
