#include "tests/sim/history_crash.h"

#include <cstdlib>

namespace weir::sim {

namespace {

LossMode mode_of(uint64_t seed) {
  switch (seed) {
    case 0:
      return LossMode::kEverything;
    case 1:
      return LossMode::kNothing;
    default:
      return seed % 2 == 0 ? LossMode::kRandom : LossMode::kRandomStrict;
  }
}

std::string replay_line(const Workload& workload, CutKind kind, uint64_t point, uint64_t seed) {
  return text("replay: WEIR_WORKLOAD=", workload.name, " WEIR_CUT=", static_cast<uint64_t>(kind),
              " WEIR_CRASH=", point, " WEIR_SEED=", seed,
              " weir_sim_test --gtest_filter=Crash.replay");
}

void push_three(World& world) {
  std::string queue = "q";
  for (const auto& [name, content] : world.model().content()) {
    if (!content.memory) queue = name;
  }
  world.create(queue);
  for (int i = 0; i < 3; ++i) world.push(queue, 2000, store::Durability::kSync);
}

// With nothing live in it, a store has its fixed files and its log, and nothing else.
void check_leftovers(World* world) {
  const Content content = world->model().content();
  for (const auto& [name, queue] : content) {
    world->pop(name, queue.live.size());
    world->ack(name, queue.live.size(), store::Durability::kSync);
  }
  world->checkpoint();
  world->checkpoint();
  world->run_ms(5000);
  world->close();
  if (!world->problem().empty()) return;
  for (const std::string& path : world->env().file_system().file_paths()) {
    const bool extra = path.find("/seg-") != std::string::npos ||
                       path.find("/scr-") != std::string::npos ||
                       path.find(".new") != std::string::npos;
    if (extra) world->set_problem(text(path, " is left over"));
  }
}

// Runs the history until it is cut at `point`; false when it has no such point.
bool run_cut(const Workload& workload, CutKind kind, uint64_t point, World* world) {
  const bool syncs = kind == CutKind::kSyncFails || kind == CutKind::kSyncFailsClose;
  if (syncs) {
    world->fail_at(point, FaultKind::kEio, false, kSync | kSyncDirectory);
  } else {
    world->crash_at(point);
  }
  workload.run(*world);
  return syncs ? world->fault_count() != 0 : world->env().file_system().crashed();
}

void collect(const World& world, CrashTotals* totals) {
  totals->opens += world.opens();
  totals->deliveries += world.deliveries();
  totals->violations.lost += world.violations().lost;
  totals->violations.duplicates += world.violations().duplicates;
  totals->violations.holes += world.violations().holes;
  totals->violations.wrong_bytes += world.violations().wrong_bytes;
}

}  // namespace

void CrashTotals::add(const CrashTotals& other, bool same_points) {
  io_points = same_points ? other.io_points : io_points + other.io_points;
  crashed_points = same_points ? other.crashed_points : crashed_points + other.crashed_points;
  states += other.states;
  images.insert(other.images.begin(), other.images.end());
  opens += other.opens;
  deliveries += other.deliveries;
  confirmed = same_points ? other.confirmed : confirmed + other.confirmed;
  violations.lost += other.violations.lost;
  violations.duplicates += other.violations.duplicates;
  violations.holes += other.violations.holes;
  violations.wrong_bytes += other.violations.wrong_bytes;
  if (failure.empty()) failure = other.failure;
}

std::string CrashTotals::line(const std::string& name) const {
  std::string padded = name;
  padded.resize(std::max<size_t>(padded.size(), 18), ' ');
  return text(padded, io_points, " I/O points, ", crashed_points, " cut, ", uint64_t{images.size()},
              " distinct images, ", states, " states, ", opens, " opens, ", deliveries,
              " deliveries, ", confirmed, " confirmed; lost ", violations.lost, ", holes ",
              violations.holes, ", wrong bytes ", violations.wrong_bytes,
              ", duplicates after a DISK ack ", violations.duplicates);
}

uint64_t number_from_environment(const char* name, uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

uint64_t test_scale() {
  const uint64_t scale = number_from_environment("WEIR_TEST_SCALE", 1);
  return scale == 0 ? 1 : scale;
}

std::string look_after_crash(const World& before, std::unique_ptr<SimFileSystem> files,
                             uint64_t seed, CrashTotals* totals) {
  const std::unique_ptr<World> world = before.continued(std::move(files), seed);
  // Now and then the power goes again while the next boot recovers.
  if (seed % 4 == 3) world->crash_at(1 + seed / 4 % 12);
  world->open();
  if (world->env().file_system().crashed()) {
    const std::unique_ptr<World> next = world->continued(
        world->env().file_system().after_power_cut(seed, LossMode::kRandom), seed + 1);
    const std::string problem =
        look_after_crash(*next, next->env().file_system().after_process_kill(), seed + 1, totals);
    collect(*world, totals);
    return world->problem().empty() ? problem : world->problem();
  }
  world->crash_at(0);
  if (const std::optional<Content> all = world->read_everything(true);
      all && *all != world->model().content()) {
    world->set_problem(
        text("pop gives ", to_text(*all), ", peek gave ", to_text(world->model().content())));
  }
  // A push may bring the checkpoint that follows a recovery, which writes everything again: not always.
  if (seed % 3 != 0) push_three(*world);
  if (seed % 3 == 1) world->ack("q", 2, store::Durability::kSync);
  if (seed % 3 == 2) world->run_ms(300);  // the checkpoint after recovery
  world->power_cut(seed, seed % 2 == 0 ? LossMode::kEverything : LossMode::kRandom);
  world->open();
  // A directory sync that failed forgets removals, too: a file may come back after the power cut, and is kept.
  if (seed % 5 == 0 && before.fault_count() == 0) check_leftovers(world.get());
  if (!world->is_open() && world->ending() != Ending::kClean)
    world->set_problem(text("the second open failed: ", world->last_status().to_string()));
  collect(*world, totals);
  return world->problem();
}

CrashTotals explore(const Workload& workload, const CutPlan& plan) {
  CrashTotals totals;
  std::set<uint64_t> seen;
  for (uint64_t point = plan.only_point == 0 ? 1 : plan.only_point; totals.failure.empty();
       ++point) {
    World world(1, workload.options);
    const bool cut = run_cut(workload, plan.kind, point, &world);
    collect(world, &totals);
    if (!world.problem().empty()) {
      totals.failure = text("before the cut: ", world.problem(), "\n",
                            replay_line(workload, plan.kind, point, plan.first_seed));
      break;
    }
    if (!cut) {
      totals.confirmed = world.model().confirmed_total();
      break;
    }
    ++totals.crashed_points;
    for (uint64_t seed = plan.first_seed;
         seed < plan.first_seed + plan.seeds && totals.failure.empty(); ++seed) {
      SimFileSystem& files = world.env().file_system();
      std::unique_ptr<SimFileSystem> image =
          plan.kind == CutKind::kPower ? files.after_power_cut(mix(point, seed), mode_of(seed))
                                       : files.after_process_kill();
      const uint64_t hash = image->image_hash();
      totals.images.insert(hash);
      if (plan.kind == CutKind::kPower &&
          !seen.insert(mix(hash, world.model().confirmed_total())).second)
        continue;
      ++totals.states;
      const std::string problem = look_after_crash(world, std::move(image), seed, &totals);
      if (problem.empty()) continue;
      totals.failure = text(problem, "\n", replay_line(workload, plan.kind, point, seed));
    }
    if (plan.only_point != 0) break;
  }
  totals.io_points = totals.crashed_points;
  return totals;
}

}  // namespace weir::sim
