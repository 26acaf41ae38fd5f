// The queue through its C API, each figure beside what the machine itself can do with the same bytes.
//
//   queue_bench [--quick] [--directory=PATH] [Google Benchmark's options]
#include "bench/support/figure.h"
#include "bench/support/settings.h"
#include "bench/support/table_reporter.h"

int main(int argument_count, char** arguments) {
  weir::bench::read_settings(&argument_count, arguments);
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 1;
  benchmark::AddCustomContext("weir", weir_version_string());
  benchmark::AddCustomContext("directory", weir::bench::settings().directory);
  weir::bench::add_memory_figures();
  weir::bench::add_disk_figures();
  weir::bench::add_latency_figures();
  weir::bench::TableReporter table;
  benchmark::RunSpecifiedBenchmarks(&table);
  benchmark::Shutdown();
  return 0;
}
