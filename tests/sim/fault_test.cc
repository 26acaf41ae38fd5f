// A2 of RELIABILITY.md §4.2: in every workload the Nth call fails, once or from then on, for every N until none is hit.
// No crash, no hang; a status that fits; and without faults everything confirmed is there.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/sim/history_crash.h"

namespace weir::sim {
namespace {

struct FaultCase {
  const char* name;
  FaultKind kind;
  bool for_ever;
  uint32_t operations;
};

// A full disk and a quota differ in the errno only, but all are gone through.
constexpr FaultCase kCases[] = {
    {"EIO once", FaultKind::kEio, false, kAnyOperation},
    {"EIO for ever", FaultKind::kEio, true, kAnyOperation},
    {"ENOSPC once", FaultKind::kNoSpace, false, kAnyOperation},
    {"ENOSPC for ever", FaultKind::kNoSpace, true, kAnyOperation},
    {"EDQUOT once", FaultKind::kEdquot, false, kAnyOperation},
    {"EDQUOT for ever", FaultKind::kEdquot, true, kAnyOperation},
    {"EROFS once", FaultKind::kReadOnlyFs, false, kAnyOperation},
    {"EROFS for ever", FaultKind::kReadOnlyFs, true, kAnyOperation},
    {"EINTR for ever", FaultKind::kEintr, true, kAnyOperation},
    {"short for ever", FaultKind::kShort, true, kAnyOperation},
    {"writes EIO for ever", FaultKind::kEio, true, kWrite},
    {"syncs ENOSPC once", FaultKind::kNoSpace, false, kSync | kSyncDirectory},
    {"reads EIO once", FaultKind::kEio, false, kRead | kOpen | kLook},
};

struct FaultTotals {
  uint64_t points = 0;
  CrashTotals after;
  std::string failure;
};

// One run; false when the fault was never hit. `round` gives other chances.
bool run_one(const Workload& workload, const FaultCase& one, uint64_t nth, uint64_t round,
             FaultTotals* totals) {
  const uint64_t seed = nth + round * 1'000'003;
  World world(seed, workload.options);
  world.fail_at(nth, one.kind, one.for_ever, one.operations);
  workload.run(world);
  if (world.fault_count() == 0) return false;
  ++totals->points;
  std::string problem = world.problem();
  if (problem.empty()) {
    // A disk on which nothing works any more, directories included, works again after a restart of the machine only.
    SimFileSystem& files = world.env().file_system();
    std::unique_ptr<SimFileSystem> next =
        one.for_ever ? files.after_power_cut(seed, LossMode::kRandom) : files.after_process_kill();
    problem = look_after_crash(world, std::move(next), seed * 4, &totals->after);
  }
  if (!problem.empty() && totals->failure.empty()) {
    totals->failure =
        text(problem, "\nreplay: WEIR_WORKLOAD=", workload.name,
             " WEIR_FAULT=", static_cast<uint64_t>(&one - kCases), " WEIR_CRASH=", nth,
             " WEIR_SEED=", round, " weir_sim_test --gtest_filter=Fault.replay");
  }
  return true;
}

TEST(Fault, replay) {
  const char* const name = std::getenv("WEIR_WORKLOAD");
  if (name == nullptr) GTEST_SKIP() << "WEIR_WORKLOAD is not set";
  const Workload* const workload = find_workload(name);
  ASSERT_NE(workload, nullptr) << name;
  FaultTotals totals;
  run_one(*workload, kCases[number_from_environment("WEIR_FAULT", 0)],
          number_from_environment("WEIR_CRASH", 1), number_from_environment("WEIR_SEED", 0),
          &totals);
  EXPECT_EQ(totals.failure, "");
}

// Every `stride`th point, `rounds` times.
void run_all(uint64_t stride, uint64_t rounds) {
  uint64_t points = 0;
  CrashTotals after;
  for (const FaultCase& one : kCases) {
    FaultTotals totals;
    for (const Workload& workload : crash_workloads()) {
      for (uint64_t round = 0; round < rounds; ++round) {
        uint64_t nth = 1;
        while (totals.failure.empty() && run_one(workload, one, nth, round, &totals)) nth += stride;
      }
    }
    std::printf("%-20s %llu points, %llu opens, %llu deliveries\n", one.name,
                static_cast<unsigned long long>(totals.points),
                static_cast<unsigned long long>(totals.after.opens),
                static_cast<unsigned long long>(totals.after.deliveries));
    EXPECT_EQ(totals.failure, "") << one.name;
    points += totals.points;
    after.add(totals.after, false);
  }
  std::printf("all: %llu points; lost %llu, holes %llu, wrong bytes %llu, duplicates %llu\n",
              static_cast<unsigned long long>(points),
              static_cast<unsigned long long>(after.violations.lost),
              static_cast<unsigned long long>(after.violations.holes),
              static_cast<unsigned long long>(after.violations.wrong_bytes),
              static_cast<unsigned long long>(after.violations.duplicates));
}

TEST(Fault, some_calls_fail) { run_all(23, 1); }
TEST(FaultSlow, every_call_fails) { run_all(1, test_scale()); }

}  // namespace
}  // namespace weir::sim
