#include "bench/support/figure.h"

#include <algorithm>

#include "bench/support/raw_limits.h"

namespace weir::bench {

void Measurement::run(const std::function<uint64_t()>& step) {
  const weir_store_statistics before = target_.statistics();
  const auto begin = std::chrono::steady_clock::now();
  messages_ += step();
  seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const weir_store_statistics after = target_.statistics();
  syncs_ += after.sync_count - before.sync_count;
  write_bytes_ += after.write_bytes - before.write_bytes;
}

bool Measurement::wants_more(uint64_t message_bytes, bool on_disk) const {
  if (seconds_ < settings().seconds) return true;
  // A slow disk must not hold a figure for minutes: three times the time is enough of it.
  return on_disk && messages_ * message_bytes < settings().disk_bytes &&
         seconds_ < 3 * settings().seconds;
}

void publish(benchmark::State& state, const Measurement& measurement, double raw_per_second,
             const char* raw_name, const char* level) {
  state.SetIterationTime(measurement.seconds());
  state.counters["messages_per_second"] = measurement.per_second();
  state.counters["raw_per_second"] = raw_per_second;
  state.counters["ratio"] = measurement.per_second() / raw_per_second;
  state.counters["syncs"] = measurement.syncs();
  state.counters["write_bytes"] = measurement.write_bytes();
  state.counters["messages"] = measurement.messages();
  state.SetLabel(std::string(level) + "|" + raw_name);
}

double raw_synced_messages(const Measurement& measurement, uint64_t message_bytes) {
  const double per_sync = measurement.messages() / std::max(1.0, measurement.syncs());
  const double bytes = std::max(1.0, per_sync) * static_cast<double>(message_bytes);
  return raw_syncs(static_cast<uint64_t>(bytes)) * per_sync;
}

void add_figure(const char* name, const std::function<void(benchmark::State&)>& body) {
  benchmark::RegisterBenchmark(name,
                               [body](benchmark::State& state) {
                                 for (auto _ : state) body(state);
                               })
      ->Iterations(1)
      ->UseManualTime();
}

}  // namespace weir::bench
