// The figures as a table for people; --benchmark_out keeps them as JSON for programs.
#pragma once

#include <benchmark/benchmark.h>

namespace weir::bench {

class TableReporter : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(
      const Context& context) override;  // NOLINT(readability-identifier-naming): theirs
  void ReportRuns(
      const std::vector<Run>& runs) override;  // NOLINT(readability-identifier-naming): theirs
};

}  // namespace weir::bench
