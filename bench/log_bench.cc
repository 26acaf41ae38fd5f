// The log through its C API, each figure beside what the machine itself can do with the same bytes.
//
//   log_bench [--quick] [--directory=PATH] [Google Benchmark's options]
#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "bench/support/figure.h"
#include "bench/support/raw_limits.h"
#include "bench/support/settings.h"
#include "bench/support/table_reporter.h"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kBatch = 100;
constexpr uint64_t kLogBytesMax = 1ULL << 30;  // a log that grows further is trimmed, unmeasured
constexpr const char* kRawWrite = "write 64 KiB + CRC32C of each record";
constexpr const char* kRawRead = "pread 64 KiB + CRC32C of each record, warm";
constexpr const char* kRawSync = "write + fdatasync of the same bytes, file written before";

class LogTarget {
 public:
  explicit LogTarget(uint64_t memory_bytes_max, bool throughput = false)
      : target_(
            {.memory_bytes_max = memory_bytes_max, .queue_count = 0, .throughput = throughput}) {
    weir_error error{};
    check(weir_log_open(target_.store(), "log", nullptr, &log_, &error), error, "open log");
  }
  LogTarget(const LogTarget&) = delete;
  LogTarget& operator=(const LogTarget&) = delete;
  ~LogTarget() { weir_log_close(log_, nullptr); }

  const Target& target() const { return target_; }
  weir_log* log() const { return log_; }

  void append(uint64_t count, uint64_t bytes, uint32_t durability) {
    if (data_.size() != count * bytes) {
      data_.assign(count * bytes, 'r');
      sizes_.assign(count, static_cast<uint32_t>(bytes));
    }
    weir_append_options options;
    weir_append_options_init(&options, sizeof options);
    options.durability = durability;
    options.timeout_ms = -1;
    weir_error error{};
    check(count == 1 ? weir_log_append(log_, data_.data(), bytes, &options, nullptr, &error)
                     : weir_log_append_many(log_, data_.data(), data_.size(), sizes_.data(), count,
                                            &options, nullptr, &error),
          error, "append");
  }
  void trim() {
    weir_error error{};
    check(weir_log_trim(log_, UINT64_MAX, nullptr, &error), error, "trim");
    check(weir_store_checkpoint(target_.store(), &error), error, "checkpoint");
  }

 private:
  Target target_;
  weir_log* log_ = nullptr;
  std::string data_;
  std::vector<uint32_t> sizes_;
};

void append(benchmark::State& state, uint64_t count, uint64_t bytes, uint32_t durability) {
  LogTarget log(256ULL << 20, bytes < 1024);
  // Fills the ring of log files once, so that the figure finds files that were written before.
  for (uint64_t done = 0; done < 2 * settings().wal_bytes; done += kBatch * bytes)
    log.append(kBatch, bytes, WEIR_DURABILITY_ASYNC);
  log.trim();
  Measurement measurement(log.target());
  uint64_t held = 0;
  while (measurement.wants_more(bytes, true)) {
    measurement.run([&] {
      return repeat_for(0.25, [&] {
        log.append(count, bytes, durability);
        return count;
      });
    });
    held = static_cast<uint64_t>(measurement.messages()) * bytes;
    if (held % kLogBytesMax < bytes * count * 1000) log.trim();
  }
  const bool sync = durability == WEIR_DURABILITY_SYNC;
  publish(state, measurement, sync ? raw_synced_messages(measurement, bytes) : raw_writes(bytes),
          sync ? kRawSync : kRawWrite, sync ? "SYNC" : "ASYNC");
}

// Everything from the first record on, again and again; `in_memory`: all of it fits the budget.
void read_in_order(benchmark::State& state, uint64_t bytes, bool in_memory) {
  const uint64_t total = 128ULL << 20;
  LogTarget log(in_memory ? 512ULL << 20 : 16ULL << 20);
  const uint64_t count = total / bytes / kBatch * kBatch;
  for (uint64_t i = 0; i < count; i += kBatch) log.append(kBatch, bytes, WEIR_DURABILITY_ASYNC);
  weir_error error{};
  check(weir_store_checkpoint(log.target().store(), &error), error, "checkpoint");
  weir_reader* reader = nullptr;
  check(weir_reader_open(log.log(), nullptr, &reader, &error), error, "open reader");
  Measurement measurement(log.target());
  uint64_t sum = 0;
  while (measurement.wants_more(bytes, false)) {
    check(weir_reader_seek(reader, WEIR_PLACE_EARLIEST, 0, &error), error, "seek");
    measurement.run([&] {
      uint64_t read = 0;
      weir_read_options options;
      weir_read_options_init(&options, sizeof options);
      options.count_max = 10'000;
      weir_records* records = nullptr;
      while (check(weir_reader_read(reader, &options, &records, nullptr, &error), error, "read") ==
             WEIR_OK) {
        const size_t got = weir_records_count(records);
        weir_record record{};
        record.struct_size = sizeof record;
        for (size_t i = 0; i < got; ++i) {
          weir_records_get(records, i, &record);
          sum += *static_cast<const uint8_t*>(record.data);
        }
        weir_records_free(records);
        read += got;
      }
      return read;
    });
  }
  benchmark::DoNotOptimize(sum);
  weir_reader_close(reader, nullptr);
  publish(state, measurement, raw_reads(bytes), kRawRead, "ASYNC");
}

void read_at_random(benchmark::State& state, bool in_memory) {
  constexpr uint64_t kBytes = 100;
  const uint64_t count = settings().seconds < 1 ? 200'000 : 2'000'000;
  LogTarget log(in_memory ? 1ULL << 30 : 16ULL << 20);
  for (uint64_t i = 0; i < count; i += kBatch) log.append(kBatch, kBytes, WEIR_DURABILITY_ASYNC);
  weir_error error{};
  check(weir_store_checkpoint(log.target().store(), &error), error, "checkpoint");
  Measurement measurement(log.target());
  uint64_t random = 88172645463325252ULL;
  while (measurement.wants_more(kBytes, false)) {
    measurement.run([&] {
      for (int i = 0; i < 20'000; ++i) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        weir_records* records = nullptr;
        check(weir_log_read(log.log(), random % count, 1, kBytes, &records, nullptr, &error), error,
              "read");
        weir_records_free(records);
      }
      return uint64_t{20'000};
    });
  }
  publish(state, measurement, 500'000, "the aim of 2 us each", "ASYNC");
  state.counters["us_each"] = 1e6 / measurement.per_second();
}

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

// From an append to the hands of a reader in another thread.
void tail(benchmark::State& state) {
  constexpr double kPerSecond = 10'000;
  LogTarget log(256ULL << 20);
  const auto count = static_cast<uint64_t>(kPerSecond * settings().seconds);
  std::vector<double> microseconds;
  microseconds.reserve(count);
  weir_error error{};
  weir_reader* reader = nullptr;
  check(weir_reader_open(log.log(), nullptr, &reader, &error), error, "open reader");
  Measurement measurement(log.target());
  measurement.run([&] {
    std::thread following([&] {
      weir_read_options options;
      weir_read_options_init(&options, sizeof options);
      options.timeout_ms = -1;
      weir_error mine{};
      while (microseconds.size() < count) {
        weir_records* records = nullptr;
        check(weir_reader_read(reader, &options, &records, nullptr, &mine), mine, "read");
        const int64_t now = now_ns();
        for (size_t i = 0; i < weir_records_count(records); ++i) {
          int64_t sent = 0;
          std::memcpy(&sent, weir_records_data(records, i), sizeof sent);
          microseconds.push_back(static_cast<double>(now - sent) / 1000);
        }
        weir_records_free(records);
      }
    });
    weir_append_options options;
    weir_append_options_init(&options, sizeof options);
    options.durability = WEIR_DURABILITY_ASYNC;
    options.timeout_ms = -1;
    std::string payload(1024, 't');
    const auto begin = Clock::now();
    for (uint64_t i = 0; i < count; ++i) {
      std::this_thread::sleep_until(
          begin + std::chrono::duration_cast<Clock::duration>(
                      std::chrono::duration<double>(static_cast<double>(i) / kPerSecond)));
      const int64_t time = now_ns();
      std::memcpy(payload.data(), &time, sizeof time);
      check(weir_log_append(log.log(), payload.data(), payload.size(), &options, nullptr, &error),
            error, "append");
    }
    following.join();
    return count;
  });
  weir_reader_close(reader, nullptr);
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&](double part) {
    return microseconds[static_cast<size_t>(part * static_cast<double>(count - 1))];
  };
  publish(state, measurement, kPerSecond, "mutex + condition variable + deque, same rate", "ASYNC");
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["raw_p50_us"] = raw_hand_over_microseconds(kPerSecond);
}

void add_log_figures() {
  add_figure("log/async/append/1KiB/batch_100",
             [](benchmark::State& state) { append(state, kBatch, 1024, WEIR_DURABILITY_ASYNC); });
  add_figure("log/async/append/100B/batch_100",
             [](benchmark::State& state) { append(state, kBatch, 100, WEIR_DURABILITY_ASYNC); });
  add_figure("log/async/append/1KiB/one",
             [](benchmark::State& state) { append(state, 1, 1024, WEIR_DURABILITY_ASYNC); });
  add_figure("log/sync/append/1KiB/batch_100",
             [](benchmark::State& state) { append(state, kBatch, 1024, WEIR_DURABILITY_SYNC); });
  for (const bool in_memory : {true, false}) {
    const std::string where = in_memory ? "memory" : "page_cache";
    add_figure(("log/read/in_order/1KiB/" + where).c_str(),
               [in_memory](benchmark::State& state) { read_in_order(state, 1024, in_memory); });
    add_figure(("log/read/in_order/100B/" + where).c_str(),
               [in_memory](benchmark::State& state) { read_in_order(state, 100, in_memory); });
    add_figure(("log/read/random/" + where).c_str(),
               [in_memory](benchmark::State& state) { read_at_random(state, in_memory); });
  }
  add_figure("log/tail/10k_per_s", tail);
}

}  // namespace
}  // namespace weir::bench

int main(int argument_count, char** arguments) {
  weir::bench::read_settings(&argument_count, arguments);
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 1;
  benchmark::AddCustomContext("weir", weir_version_string());
  benchmark::AddCustomContext("directory", weir::bench::settings().directory);
  weir::bench::add_log_figures();
  weir::bench::TableReporter table;
  benchmark::RunSpecifiedBenchmarks(&table);
  benchmark::Shutdown();
  return 0;
}
