// The small histories that every crash and fault test goes through: at most 200 I/O points each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/sim/history_world.h"

namespace weir::sim {

struct Workload {
  std::string name;
  store::Options options;
  std::function<void(World&)> run;
};

const std::vector<Workload>& crash_workloads();
const Workload* find_workload(const std::string& name);

}  // namespace weir::sim
