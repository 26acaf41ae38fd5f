// Goes through every way in which a history can be cut off, and looks at what the next boot finds.
#pragma once

#include <set>
#include <string>

#include "tests/sim/history_workloads.h"

namespace weir::sim {

struct CrashTotals {
  uint64_t io_points = 0;
  uint64_t crashed_points = 0;
  uint64_t states = 0;  // looked at
  std::set<uint64_t> images;
  uint64_t opens = 0;
  uint64_t deliveries = 0;
  uint64_t confirmed = 0;
  Violations violations;
  std::string failure;  // the first, with the line that replays it
  // `same_points`: another round over the same I/O points.
  void add(const CrashTotals& other, bool same_points);
  std::string line(const std::string& name) const;
};

// The ways in which a process ends.
enum class CutKind : uint64_t {
  kPower,           // in the middle of an I/O
  kKill,            // the process ends there, the machine goes on; power is cut later
  kSyncFails,       // a sync fails, the process ends, the next one goes on; power is cut later
  kSyncFailsClose,  // a sync fails, the store is closed and opened again; power is cut later
};

struct CutPlan {
  CutKind kind = CutKind::kPower;
  uint64_t first_seed = 0;
  uint64_t seeds = 4;       // per I/O point
  uint64_t only_point = 0;  // 0: all
};

CrashTotals explore(const Workload& workload, const CutPlan& plan);

// One state: opens what `files` holds as the successor of `before`, compares everything, pushes three more, cuts the
// power and compares again.
std::string look_after_crash(const World& before, std::unique_ptr<SimFileSystem> files,
                             uint64_t seed, CrashTotals* totals);

uint64_t test_scale();  // WEIR_TEST_SCALE, else 1
uint64_t number_from_environment(const char* name, uint64_t otherwise);

}  // namespace weir::sim
