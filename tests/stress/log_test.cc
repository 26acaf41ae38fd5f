// Four threads append to a log, four follow its tail, one trims: every reader sees every record that was not trimmed
// once, in order.
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/stress/stress.h"

namespace weir::stress {
namespace {

constexpr int kAppenders = 4;
constexpr int kReaders = 4;

// What a record says: who appended it, and that appender's count.
struct Mark {
  uint32_t appender = 0;
  uint64_t count = 0;
};

struct Shared {
  weir_log* log = nullptr;
  std::atomic<bool> done{false};
  std::atomic<uint64_t> appended{0};
};

void append_until(Shared* shared, uint32_t appender, std::chrono::steady_clock::time_point end) {
  Random random(appender + 1);
  weir_append_options options;
  weir_append_options_init(&options, sizeof options);
  options.timeout_ms = -1;
  std::string payload(2000, 'x');
  uint64_t count = 0;
  while (!passed(end)) {
    const size_t many = 1 + random.below(20);
    options.durability = random.below(50) == 0 ? WEIR_DURABILITY_SYNC : WEIR_DURABILITY_ASYNC;
    std::string data;
    std::vector<uint32_t> sizes;
    for (size_t i = 0; i < many; ++i) {
      const Mark mark{appender, count++};
      std::memcpy(payload.data(), &mark, sizeof mark);
      const size_t size = sizeof mark + random.below(500);
      data.append(payload, 0, size);
      sizes.push_back(static_cast<uint32_t>(size));
    }
    weir_error error{};
    ASSERT_EQ(weir_log_append_many(shared->log, data.data(), data.size(), sizes.data(), many,
                                   &options, nullptr, &error),
              WEIR_OK)
        << error.message;
    shared->appended += many;
  }
}

void follow(Shared* shared, uint64_t seed) {
  Random random(seed);
  weir_reader* reader = nullptr;
  ASSERT_EQ(weir_reader_open(shared->log, nullptr, &reader, nullptr), WEIR_OK);
  weir_read_options options;
  weir_read_options_init(&options, sizeof options);
  uint64_t next = 0;
  std::vector<uint64_t> counts(kAppenders, 0);
  while (true) {
    options.timeout_ms = static_cast<int64_t>(random.below(20));
    options.count_max = 1 + random.below(300);
    weir_records* records = nullptr;
    uint64_t first = 0;
    weir_error error{};
    const bool last_round = shared->done;
    const weir_status status = weir_reader_read(reader, &options, &records, &first, &error);
    ASSERT_GE(status, 0) << error.message;
    if (status == WEIR_OUT_OF_RANGE) {
      ASSERT_GT(first, next);
      next = first;
      continue;
    }
    if (status != WEIR_OK && last_round) break;
    for (size_t i = 0; i < weir_records_count(records); ++i) {
      ASSERT_EQ(weir_records_offset(records, i), next);
      ++next;
      Mark mark;
      std::memcpy(&mark, weir_records_data(records, i), sizeof mark);
      ASSERT_LT(mark.appender, static_cast<uint32_t>(kAppenders));
      ASSERT_GE(mark.count, counts[mark.appender]);
      counts[mark.appender] = mark.count + 1;
    }
    weir_records_free(records);
  }
  EXPECT_EQ(next, shared->appended.load());
  weir_reader_close(reader, nullptr);
}

void trim_now_and_then(Shared* shared) {
  uint64_t before = 0;
  while (!shared->done) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    uint64_t next = 0;
    ASSERT_EQ(weir_log_next_offset(shared->log, &next, nullptr), WEIR_OK);
    before += (next - before) / 4;
    ASSERT_EQ(weir_log_trim(shared->log, before, nullptr, nullptr), WEIR_OK);
  }
}

TEST(Log, appenders_readers_and_trims) {
  const Directory directory;
  weir_store_options options;
  weir_store_options_init(&options, sizeof options);
  options.memory_bytes_max = 4 << 20;
  options.wal_bytes_max = 8 << 20;
  weir_store* store = nullptr;
  ASSERT_EQ(weir_store_open(directory.path().c_str(), &options, &store, nullptr), WEIR_OK);
  Shared shared;
  ASSERT_EQ(weir_log_open(store, "l", nullptr, &shared.log, nullptr), WEIR_OK);
  const auto end = after(seconds_for(0.3));
  std::vector<std::thread> appenders;
  std::vector<std::thread> others;
  for (uint32_t i = 0; i < kAppenders; ++i) appenders.emplace_back(append_until, &shared, i, end);
  for (uint64_t i = 0; i < kReaders; ++i) others.emplace_back(follow, &shared, 77 + i);
  others.emplace_back(trim_now_and_then, &shared);
  for (std::thread& thread : appenders) thread.join();
  shared.done = true;
  for (std::thread& thread : others) thread.join();
  EXPECT_GT(shared.appended.load(), 0U);
  EXPECT_EQ(weir_log_close(shared.log, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store, nullptr), WEIR_OK);
}

}  // namespace
}  // namespace weir::stress
