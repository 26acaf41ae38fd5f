#include "demo/reporter.h"

#include <unistd.h>

#include <cerrno>

#include "common/failure.h"

namespace weir::demo {

void Reporter::report(Event event, const std::function<void(Sample*)>& change) {
  const std::lock_guard<std::mutex> lock(mutex_);
  change(&sample_);
  sample_.event = event;
  const auto now = std::chrono::steady_clock::now();
  if (event != Event::kProgress || now - read_at_ > std::chrono::milliseconds(10)) {
    read_at_ = now;
    read_statistics();
  }
  // When the driver is gone there is nobody to work for.
  if (::write(descriptor_, &sample_, sizeof sample_) != ssize_t{sizeof sample_}) {
    throw tools::system_failure("report to the driver", errno);
  }
}

Sample Reporter::current() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sample_;
}

void Reporter::read_statistics() {
  read_resident_bytes(&sample_);
  weir_store_statistics statistics{};
  statistics.struct_size = sizeof statistics;
  weir_error error{};
  tools::check(weir_store_stats(store_, &statistics, &error), error, "stats");
  sample_.message_count = statistics.message_count;
  sample_.memory_bytes_used = statistics.memory_bytes_used;
  sample_.memory_bytes_peak = statistics.memory_bytes_peak;
  sample_.disk_bytes = statistics.disk_bytes;
  sample_.sync_count = statistics.sync_count;
  sample_.write_bytes = statistics.write_bytes;
  sample_.checkpoint_count = statistics.checkpoint_count;
  sample_.page_out_bytes = statistics.page_out_bytes;
  sample_.page_in_bytes = statistics.page_in_bytes;
  sample_.recovered_torn_bytes = statistics.recovered_torn_bytes;
}

}  // namespace weir::demo
