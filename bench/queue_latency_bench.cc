// From push to the consumer's hands at a steady rate.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "bench/support/figure.h"
#include "bench/support/raw_limits.h"

namespace weir::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kPerSecond = 10'000;

struct Shape {
  const char* name;
  bool on_disk;
  uint32_t durability;
  size_t producers;  // one SYNC producer alone cannot reach the rate on most disks
  const char* level;
};

int64_t now_nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

// Pushes its share of the messages, each with its time in the first bytes. A producer that falls
// behind does not skip: the wait for the push that held it up is part of the latency.
void produce(weir_queue* queue, const Shape& shape, uint64_t count) {
  const double interval = static_cast<double>(shape.producers) / kPerSecond;
  std::string payload(1024, 'l');
  weir_push_options options;
  weir_push_options_init(&options, sizeof options);
  options.durability = shape.durability;
  options.timeout_ms = -1;
  weir_error error{};
  const auto begin = Clock::now();
  for (uint64_t i = 0; i < count; ++i) {
    const auto due = begin + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(static_cast<double>(i) * interval));
    std::this_thread::sleep_until(due);
    const int64_t time = now_nanoseconds();
    std::memcpy(payload.data(), &time, sizeof time);
    check(weir_queue_push(queue, payload.data(), payload.size(), &options, nullptr, &error), error,
          "push");
  }
}

std::vector<double> consume(weir_queue* queue, uint64_t count) {
  std::vector<double> microseconds;
  microseconds.reserve(count);
  weir_pop_options options;
  weir_pop_options_init(&options, sizeof options);
  options.timeout_ms = 1000;
  options.acknowledge = 1;
  options.durability = WEIR_DURABILITY_ASYNC;
  weir_error error{};
  while (microseconds.size() < count) {
    weir_message* message = nullptr;
    if (check(weir_queue_pop(queue, &options, &message, &error), error, "pop") != WEIR_OK) continue;
    const int64_t now = now_nanoseconds();
    int64_t sent = 0;
    std::memcpy(&sent, weir_message_data(message), sizeof sent);
    weir_message_free(message);
    microseconds.push_back(static_cast<double>(now - sent) / 1000);
  }
  return microseconds;
}

void latency(benchmark::State& state, const Shape& shape) {
  Target target({.on_disk = shape.on_disk});
  const auto each =
      static_cast<uint64_t>(kPerSecond * settings().seconds / static_cast<double>(shape.producers));
  const uint64_t count = each * shape.producers;
  std::vector<double> microseconds;
  Measurement measurement(target);
  measurement.run([&] {
    std::vector<std::thread> producers;
    for (size_t i = 0; i < shape.producers; ++i) {
      producers.emplace_back([&] { produce(target.queue(), shape, each); });
    }
    microseconds = consume(target.queue(), count);
    for (std::thread& producer : producers) producer.join();
    return count;
  });
  std::sort(microseconds.begin(), microseconds.end());
  const auto at = [&](double part) {
    return microseconds[static_cast<size_t>(part * static_cast<double>(count - 1))];
  };
  publish(state, measurement, kPerSecond, "mutex + condition variable + deque, same rate",
          shape.level);
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["p999_us"] = at(0.999);
  state.counters["max_us"] = microseconds.back();
  state.counters["raw_p50_us"] = raw_hand_over_microseconds(kPerSecond);
}

}  // namespace

void add_latency_figures() {
  for (const Shape& shape :
       {Shape{"latency/memory/10k_per_s", false, WEIR_DURABILITY_DEFAULT, 1, "MEMORY"},
        Shape{"latency/async/10k_per_s", true, WEIR_DURABILITY_ASYNC, 1, "ASYNC"},
        Shape{"latency/sync/10k_per_s", true, WEIR_DURABILITY_SYNC, 16, "SYNC"}}) {
    add_figure(shape.name, [shape](benchmark::State& state) { latency(state, shape); });
  }
}

}  // namespace weir::bench
