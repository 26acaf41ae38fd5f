#include "tests/sim/history_random.h"

namespace weir::sim {

namespace {

store::Options random_options(Prng& prng) {
  store::Options options;
  options.memory_bytes_max = uint64_t{1} << (20 + prng.below(3));
  options.wal_bytes_max = uint64_t{1} << (20 + prng.below(3));
  options.async_records_max = prng.one_in(3) ? 3 : 1000;
  options.async_interval_ms = prng.one_in(2) ? 100 : 1;
  options.async_bytes_max = prng.one_in(3) ? 4096 : 1 << 20;
  return options;
}

class Commands {
 public:
  Commands(World& world, uint64_t seed) : world_(world), prng_(seed) {}

  void run_one() {
    if (world_.env().file_system().crashed()) {
      world_.boot_after_planned_crash(prng_.next(), any_mode());
      world_.open();
      return;
    }
    switch (prng_.below(28)) {
      case 0:
        return world_.power_cut(prng_.next(), any_mode()), world_.open();
      case 1:
        return world_.process_kill(), world_.open();
      case 2:
        world_.set_options(random_options(prng_));
        return world_.reopen();
      case 3:
        return world_.crash_at(world_.io_points() + 1 + prng_.below(40));
      case 4:
        return world_.jump_clock(static_cast<int64_t>(prng_.below(2'000'000)) - 1'000'000);
      case 5:
        return world_.run_ms(static_cast<int64_t>(prng_.below(400)));
      case 6:
        return prng_.one_in(2) ? world_.checkpoint() : world_.sync();
      case 7:
        return prng_.one_in(6) ? world_.drop(any_queue()) : world_.check_counts();
      case 8:
        return prng_.one_in(4) ? world_.purge(any_queue()) : world_.run_ms(5);
      default:
        return change_queue();
    }
  }

 private:
  void change_queue() {
    const std::string queue = any_queue();
    world_.create(queue, queue == "m");
    const store::Durability durability =
        prng_.one_in(2) ? store::Durability::kSync : store::Durability::kAsync;
    switch (prng_.below(12)) {
      case 0:
      case 1:
        return world_.push_many(queue, 2 + prng_.below(12), any_size() % 3000, durability);
      case 2: {
        const uint64_t producer = 1 + prng_.below(2);
        uint64_t& next = sequences_[queue + static_cast<char>('0' + producer)];
        next += prng_.below(3);
        return world_.push_as(producer, next + 1, 1 + prng_.below(4), queue, 300, durability);
      }
      case 3:
      case 4:
        return world_.pop(queue, 1 + prng_.below(6), prng_.one_in(3) ? 200 : 0);
      case 5:
        return world_.pop_and_ack(queue, 1 + prng_.below(6), durability);
      case 6:
      case 7:
        return world_.ack(queue, 1 + prng_.below(4), durability, prng_.one_in(2));
      case 8:
        return world_.nack(queue, prng_.one_in(2) ? 0 : 300, prng_.one_in(2));
      case 9:
        return change_several(durability);
      default:
        return world_.push(queue, any_size(), durability);
    }
  }

  // No memory queue: a batch may not both push to one and acknowledge durable messages.
  void change_several(store::Durability durability) {
    std::vector<World::BatchPush> pushes;
    for (uint64_t i = prng_.below(4); i > 0; --i) {
      const std::string queue = prng_.one_in(2) ? "a" : "b";
      world_.create(queue);
      pushes.push_back({queue, any_size() % 20'000});
    }
    world_.batch(pushes, {"a", "b"}, durability);
  }

  std::string any_queue() {
    static constexpr const char* kNames[] = {"a", "a", "b", "m"};
    return kNames[prng_.below(4)];
  }

  size_t any_size() {
    if (prng_.one_in(12)) return 20'000 + prng_.below(100'000);
    return prng_.one_in(2) ? 700 : prng_.below(5000);
  }

  LossMode any_mode() { return static_cast<LossMode>(prng_.below(4)); }

  World& world_;
  Prng prng_;
  std::map<std::string, uint64_t> sequences_;
};

}  // namespace

std::string run_random_sequence(uint64_t seed, CrashTotals* totals) {
  Prng prng(seed);
  World world(seed, random_options(prng));
  Commands commands(world, prng.next());
  world.open();
  for (int i = 0; i < kRandomCommands && world.problem().empty(); ++i) commands.run_one();
  totals->opens += world.opens();
  totals->deliveries += world.deliveries();
  totals->confirmed += world.model().confirmed_total();
  if (world.problem().empty()) return {};
  return text(world.problem(), "\nreplay: WEIR_SEED=", seed,
              " weir_sim_test --gtest_filter=Model.replay");
}

}  // namespace weir::sim
