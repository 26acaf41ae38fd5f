#include "bench/support/table_reporter.h"

#include <cstdio>
#include <string>

#include "bench/support/settings.h"

namespace weir::bench {
namespace {

double counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  const auto found = run.counters.find(name);
  return found == run.counters.end() ? 0 : found->second.value;
}

bool has(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  return run.counters.find(name) != run.counters.end();
}

void print_latency(const benchmark::BenchmarkReporter::Run& run, const std::string& level,
                   const std::string& raw_name) {
  std::printf(
      "%-28s %-7s p50 %.0f us, p99 %.0f us, p99.9 %.0f us, max %.0f us at %.0f/s; raw p50 "
      "%.0f us (%s)\n",
      run.run_name.function_name.c_str(), level.c_str(), counter(run, "p50_us"),
      counter(run, "p99_us"), counter(run, "p999_us"), counter(run, "max_us"),
      counter(run, "messages_per_second"), counter(run, "raw_p50_us"), raw_name.c_str());
}

}  // namespace

bool TableReporter::ReportContext(const Context& context) {
  PrintBasicContext(&GetErrorStream(), context);
  std::printf("%-28s %-7s %12s %12s %7s %9s %11s %6s  %s\n", "figure", "level", "messages/s",
              "raw/s", "ratio", "fsyncs", "written", "time", "raw limit");
  return true;
}

void TableReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    const size_t separator = run.report_label.find('|');
    const std::string level = run.report_label.substr(0, separator);
    const std::string raw_name =
        separator == std::string::npos ? "" : run.report_label.substr(separator + 1);
    if (has(run, "p50_us")) {
      print_latency(run, level, raw_name);
      continue;
    }
    std::printf("%-28s %-7s %12.0f %12.0f %6.1f%% %9.0f %8.0f MB %4.1f s  %s\n",
                run.run_name.function_name.c_str(), level.c_str(),
                counter(run, "messages_per_second"), counter(run, "raw_per_second"),
                100 * counter(run, "ratio"), counter(run, "syncs"),
                counter(run, "write_bytes") / 1e6, run.real_accumulated_time, raw_name.c_str());
  }
  std::fflush(stdout);
}

}  // namespace weir::bench
