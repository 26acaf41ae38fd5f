// One figure: what was measured, and its raw limit.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>

#include "bench/support/target.h"

namespace weir::bench {

// The stopwatch and the library's counters around the measured part; the rest of a round (purging,
// filling up) is left out.
class Measurement {
 public:
  explicit Measurement(const Target& target) : target_(target) {}

  // Runs `step`, which returns how many messages it did, and counts time, syncs and bytes written.
  void run(const std::function<uint64_t()>& step);

  // True until the figure lasted long enough and, on disk, moved enough bytes.
  bool wants_more(uint64_t message_bytes, bool on_disk) const;

  double seconds() const { return seconds_; }
  double messages() const { return static_cast<double>(messages_); }
  double syncs() const { return static_cast<double>(syncs_); }
  double write_bytes() const { return static_cast<double>(write_bytes_); }
  double per_second() const { return messages() / seconds_; }

 private:
  const Target& target_;
  double seconds_ = 0;
  uint64_t messages_ = 0;
  uint64_t syncs_ = 0;
  uint64_t write_bytes_ = 0;
};

// Repeats a step until the time is up and adds up what it returns: a round takes about as long on a
// slow disk as on a fast one.
template <typename Step>
uint64_t repeat_for(double seconds, const Step& step) {
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                       std::chrono::duration<double>(seconds));
  uint64_t sum = 0;
  while (std::chrono::steady_clock::now() < end) sum += step();
  return sum;
}

// Hands the figure to Google Benchmark. `raw_per_second` is in messages.
void publish(benchmark::State& state, const Measurement& measurement, double raw_per_second,
             const char* raw_name, const char* level);

// The raw limit of a SYNC figure: the same payload bytes per sync, written and synced.
double raw_synced_messages(const Measurement& measurement, uint64_t message_bytes);

// Every figure is one iteration that decides by itself how long it runs.
void add_figure(const char* name, const std::function<void(benchmark::State&)>& body);

void add_memory_figures();
void add_disk_figures();
void add_latency_figures();

}  // namespace weir::bench
