// Gathers what the worker's two threads do into samples and sends them to the driver.
#pragma once

#include <weir/weir.h>

#include <chrono>
#include <functional>
#include <mutex>

#include "demo/sample.h"

namespace weir::demo {

class Reporter {
 public:
  Reporter(weir_store* store, int descriptor) : store_(store), descriptor_(descriptor) {}

  // Changes the sample and sends it. Statistics of the store are read anew every 10 ms.
  void report(Event event, const std::function<void(Sample*)>& change);

  Sample current();

 private:
  void read_statistics();

  weir_store* store_;
  const int descriptor_;
  std::mutex mutex_;
  Sample sample_;
  std::chrono::steady_clock::time_point read_at_{};
};

}  // namespace weir::demo
