#include "demo/report.h"

#include <cstdio>

#include "common/failure.h"
#include "common/units.h"
#include "demo/chart.h"

namespace weir::demo {
namespace {

using tools::counted;
using tools::human_bytes;
using tools::with_thousands;

// What the program itself, its libraries and two threads' buffers may take beside the budget.
constexpr uint64_t kResidentAllowance = 64ULL << 20;

uint64_t largest_file_bytes(const Plan& plan) {
  uint64_t largest = 0;
  for (const FileEntry& file : plan.files) largest = std::max(largest, file.size);
  return largest;
}

// The demo itself holds the file that it is sending; the store's part is its budget and a constant.
uint64_t resident_bytes_max(const Plan& plan) {
  return plan.memory_bytes_max + kResidentAllowance + largest_file_bytes(plan);
}

#if defined(WEIR_SANITIZED)
constexpr bool kResidentJudged = false;  // shadow memory is not ours
#else
constexpr bool kResidentJudged = true;
#endif

double part(uint64_t value, uint64_t whole) {
  return static_cast<double>(value) / static_cast<double>(whole == 0 ? 1 : whole);
}

// Why the run failed, or "".
std::string problem(const Plan& plan, const History& history, const Outcome& outcome) {
  const Comparison& comparison = outcome.comparison;
  if (comparison.lost + comparison.wrong > 0) return comparison.first_problem;
  if (comparison.unexpected > 0) {
    return counted(comparison.unexpected, "file") + " came out that nobody sent";
  }
  if (outcome.deliveries.after_acknowledgement > 0) {
    return counted(outcome.deliveries.after_acknowledgement, "message") +
           " came again after a confirmed acknowledgement";
  }
  if (outcome.deliveries.out_of_order > 0) {
    return counted(outcome.deliveries.out_of_order, "first delivery", "first deliveries") +
           " out of order";
  }
  if (outcome.left_in_queue > 0) {
    return counted(outcome.left_in_queue, "message") + " left in the queue";
  }
  if (outcome.damage_count > 0) {
    return "weir_store_verify found " + counted(outcome.damage_count, "damage");
  }
  const uint64_t resident_max = resident_bytes_max(plan);
  if (kResidentJudged && history.resident_bytes_peak > resident_max) {
    return "peak resident memory " + human_bytes(history.resident_bytes_peak) +
           " is above what is allowed, " + human_bytes(resident_max);
  }
  return "";
}

}  // namespace

void print_report(const Plan& plan, const History& history, const Outcome& outcome) {
  const double megabytes = static_cast<double>(plan.total_bytes) / 1e6;
  std::printf("\nOver %s:\n%s", tools::human_seconds(history.seconds).c_str(),
              chart(history).c_str());
  std::printf("\nKills:\n%s", kill_lines(history).c_str());
  std::printf("\nRate: %.0f MB/s, %.0f files/s from push to acknowledged file, kills included\n",
              megabytes / history.seconds,
              static_cast<double>(plan.files.size()) / history.seconds);
  std::printf("Backlog: at most %s, %.1f times the memory budget\n",
              human_bytes(history.backlog_bytes_peak).c_str(),
              part(history.backlog_bytes_peak, plan.memory_bytes_max));
  std::printf("Paging: %s dropped from memory, %s read back, %s\n",
              human_bytes(history.page_out_bytes).c_str(),
              human_bytes(history.page_in_bytes).c_str(),
              counted(history.checkpoint_count, "checkpoint").c_str());
  std::printf("Disk: %s, %s written (%.2f times the data), at most %s held\n",
              counted(history.sync_count, "fsync").c_str(),
              human_bytes(history.write_bytes).c_str(), part(history.write_bytes, plan.total_bytes),
              human_bytes(history.disk_bytes_peak).c_str());
  std::printf(
      "Memory: peak RSS %s, allowed %s (budget %s + 64 MiB + the largest file, which the demo\n"
      "  itself holds, %s)%s; budget used up to %s\n",
      human_bytes(history.resident_bytes_peak).c_str(),
      human_bytes(resident_bytes_max(plan)).c_str(), human_bytes(plan.memory_bytes_max).c_str(),
      human_bytes(largest_file_bytes(plan)).c_str(),
      kResidentJudged ? "" : ", not judged under a sanitizer",
      human_bytes(history.memory_bytes_peak).c_str());
  std::printf(
      "Slowest opening: %s\n",
      tools::human_seconds(static_cast<double>(history.open_microseconds_max) / 1e6).c_str());
  if (outcome.comparison.changed > 0) {
    std::printf("Not judged: %s changed at the source meanwhile\n",
                counted(outcome.comparison.changed, "file").c_str());
  }
}

int print_verdict(const Plan& plan, const History& history, const Outcome& outcome) {
  const std::string failed = problem(plan, history, outcome);
  std::printf("\nverdict: %s — %s, %s, %s, %s lost, %s wrong, %s delivered twice\n",
              failed.empty() ? "OK" : ("FAILED — " + failed).c_str(),
              counted(outcome.comparison.files, "file").c_str(),
              counted(outcome.comparison.bytes, "byte").c_str(),
              counted(history.kills.size(), "kill").c_str(),
              with_thousands(outcome.comparison.lost).c_str(),
              with_thousands(outcome.comparison.wrong).c_str(),
              with_thousands(outcome.deliveries.delivered_twice).c_str());
  return failed.empty() ? tools::kExitOk : tools::kExitError;
}

}  // namespace weir::demo
