// A1 of RELIABILITY.md §4.2: every workload is cut at every I/O point, and what is left must be right.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>

#include "base/seeded_bug.h"
#include "tests/sim/history_crash.h"

namespace weir::sim {
namespace {

// The line that a failure prints sets these.
TEST(Crash, replay) {
  const char* const name = std::getenv("WEIR_WORKLOAD");
  if (name == nullptr) GTEST_SKIP() << "WEIR_WORKLOAD is not set";
  const Workload* const workload = find_workload(name);
  ASSERT_NE(workload, nullptr) << name;
#ifdef WEIR_SEEDED_BUGS
  const char* const bug = std::getenv("WEIR_BUG");
  seeded_bug = bug == nullptr ? "" : bug;
#endif
  CutPlan plan;
  plan.kind = static_cast<CutKind>(number_from_environment("WEIR_CUT", 0));
  plan.only_point = number_from_environment("WEIR_CRASH", 0);
  plan.first_seed = number_from_environment("WEIR_SEED", 0);
  plan.seeds = number_from_environment("WEIR_SEEDS", 1);
  const CrashTotals totals = explore(*workload, plan);
  std::printf("%s\n", totals.line(name).c_str());
  EXPECT_EQ(totals.failure, "");
}

// Goes on with new seeds until enough different disks were seen.
void run_all(CutKind kind, uint64_t seeds_per_round, size_t images_wanted) {
  std::map<std::string, CrashTotals> by_name;
  CrashTotals all;
  for (uint64_t first_seed = 0; first_seed == 0 || all.images.size() < images_wanted;
       first_seed += seeds_per_round) {
    for (const Workload& workload : crash_workloads()) {
      CutPlan plan;
      plan.kind = kind;
      plan.first_seed = first_seed;
      plan.seeds = seeds_per_round;
      const CrashTotals totals = explore(workload, plan);
      EXPECT_EQ(totals.failure, "") << workload.name;
      by_name[workload.name].add(totals, true);
      all.images.insert(totals.images.begin(), totals.images.end());
      if (all.failure.empty()) all.failure = totals.failure;
    }
    if (!all.failure.empty()) break;
  }
  for (const auto& [name, totals] : by_name) {
    std::printf("%s\n", totals.line(name).c_str());
    all.add(totals, false);
  }
  std::printf("%s\n", all.line("all").c_str());
  EXPECT_EQ(all.violations.lost + all.violations.holes + all.violations.wrong_bytes +
                all.violations.duplicates,
            0U);
}

TEST(Crash, every_io_point) { run_all(CutKind::kPower, 3, 0); }
TEST(Crash, every_io_point_as_a_kill) { run_all(CutKind::kKill, 1, 0); }
TEST(Crash, every_sync_fails_and_the_process_ends) { run_all(CutKind::kSyncFails, 1, 0); }

TEST(CrashSlow, every_io_point) { run_all(CutKind::kPower, 16, 20'000 * test_scale()); }
TEST(CrashSlow, every_io_point_as_a_kill) { run_all(CutKind::kKill, 12 * test_scale(), 0); }
TEST(CrashSlow, every_sync_fails_and_the_process_ends) {
  run_all(CutKind::kSyncFails, 12 * test_scale(), 0);
}

}  // namespace
}  // namespace weir::sim
