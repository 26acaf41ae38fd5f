// A17 of RELIABILITY.md §4.2: the tests are tested. Each deliberate bug (base/seeded_bug.h) is switched on, and the
// crash, fault or model histories must fail. Only in the `bugs` preset.
#include "base/seeded_bug.h"

#ifdef WEIR_SEEDED_BUGS

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <exception>

#include "tests/sim/history_crash.h"
#include "tests/sim/history_hooks.h"
#include "tests/sim/history_random.h"

namespace weir::sim {
namespace {

struct SeededBug {
  const char* name;
  const char* what;
};

constexpr SeededBug kBugs[] = {
    {"ack_before_sync", "a SYNC commit is confirmed without a sync"},
    {"retry_failed_sync", "a failed sync is tried again and believed"},
    {"no_directory_sync", "a new log file's name is not made durable"},
    {"lost_name_kept", "a file whose name could not be made durable is used all the same"},
    {"segments_without_a_name", "segments are listed before their names are durable"},
    {"no_tail_rewrite", "after an unclean stop the page cache is believed"},
    {"stale_end_trusted",
     "after an unclean stop the log goes on where it seems to end, in the same file"},
    {"believed_as_it_is", "after an unclean stop the manifest in the page cache is believed"},
    {"payload_not_in_crc", "record checksums are not compared"},
    {"torn_group_accepted", "recovery looks at a group's header only"},
    {"recycled_group_trusted", "a group counts whatever life of whatever file it is from"},
    {"manifest_before_log_sync", "a checkpoint holds effects of commits that are not synced"},
    {"state_slot_in_place", "the state that the manifest refers to is written over"},
    {"recycle_before_both_slots", "files are freed when one manifest slot is written"},
    {"checkpoint_skips_open_chunks", "a checkpoint leaves out records that are still in memory"},
    {"id_reuse", "no ceilings: ids of lost messages are given out again"},
    {"dead_lost_on_roll", "acknowledgements are left out when a group starts a new log file"},
    {"acks_not_replayed", "recovery forgets acknowledgements in the log"},
    {"batch_split", "a batch may end up in two groups"},
    {"producer_not_logged", "a producer's sequence is not stored with its message"},
};

// The states that were looked at before it was caught; 0: it was not.
uint64_t states_until_caught(std::string* symptom) {
  uint64_t states = 0;
  for (uint64_t first_seed = 0; first_seed < 60; first_seed += 3) {
    for (const CutKind kind : {CutKind::kPower, CutKind::kSyncFails, CutKind::kKill}) {
      for (const Workload& workload : crash_workloads()) {
        CutPlan plan;
        plan.kind = kind;
        plan.first_seed = first_seed;
        plan.seeds = 3;
        const CrashTotals totals = explore(workload, plan);
        states += totals.states + 1;
        *symptom = totals.failure;
        if (!totals.failure.empty()) return states;
      }
    }
    CrashTotals totals;
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      *symptom = run_random_sequence(first_seed * 100 + seed, &totals);
      if (!symptom->empty()) return states + seed;
    }
  }
  return 0;
}

class SeededBugs : public testing::TestWithParam<SeededBug> {
 protected:
  void TearDown() override { seeded_bug = ""; }
};

TEST_P(SeededBugs, is_caught) {
  seeded_bug = GetParam().name;
  const auto start = std::chrono::steady_clock::now();
  std::string symptom;
  uint64_t states = 0;
  try {
    states = states_until_caught(&symptom);
  } catch (const std::exception& problem) {
    states = 1;
    symptom = problem.what();
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%-26s %s after %llu states, %.1f s: %.110s\n", GetParam().name,
              states == 0 ? "NOT CAUGHT" : "caught", static_cast<unsigned long long>(states),
              seconds.count(), symptom.c_str());
  EXPECT_GT(states, 0U) << GetParam().what;
  EXPECT_LT(seconds.count(), 60);
}

INSTANTIATE_TEST_SUITE_P(All, SeededBugs, testing::ValuesIn(kBugs),
                         [](const auto& bug) { return std::string(bug.param.name); });

// One thread cannot see it: a look in the middle of the sync can.
TEST(SeededBugsVisibility, visible_before_sync_is_caught) {
  seeded_bug = "visible_before_sync";
  EXPECT_NE(seen_around_a_sync_of_a_batch(), "during 00 after 11");
  seeded_bug = "";
  EXPECT_EQ(seen_around_a_sync_of_a_batch(), "during 00 after 11");
}

TEST(SeededBugsList, is_long_enough) { EXPECT_GE(std::size(kBugs), 14U); }

}  // namespace
}  // namespace weir::sim

#endif  // WEIR_SEEDED_BUGS
