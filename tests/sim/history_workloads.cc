#include "tests/sim/history_workloads.h"

namespace weir::sim {

namespace {

constexpr auto kSync = store::Durability::kSync;
constexpr auto kAsync = store::Durability::kAsync;
// Over three sectors, so that a middle one can be lost.
constexpr size_t kRecordBytes = 2000;

// The smallest log and memory there are.
store::Options small() {
  store::Options options;
  options.memory_bytes_max = 1 << 20;
  options.wal_bytes_max = 1 << 20;
  return options;
}

void push_sync(World& world) {
  world.open();
  world.create("q");
  for (int i = 0; i < 14; ++i) world.push_many("q", 4, kRecordBytes, kSync);
  world.pop("q", 10);
  world.ack("q", 5, kSync);
  world.push("q", kRecordBytes, kSync);
}

void push_async(World& world) {
  world.open();
  world.create("q");
  world.create("r");
  for (int i = 0; i < 40; ++i) {
    world.push(i % 3 == 0 ? "r" : "q", kRecordBytes, kAsync);
    if (i % 4 == 3) world.run_ms(30);
    if (i % 16 == 15) world.sync();
  }
  world.run_ms(500);
  world.pop_and_ack("q", 6, kAsync);
  world.run_ms(200);
  world.push("r", kRecordBytes, kAsync);
}

void batches(World& world) {
  world.open();
  for (const char* name : {"a", "b", "c"}) world.create(name);
  for (int i = 0; i < 12; ++i) {
    world.batch({{"a", kRecordBytes}, {"b", kRecordBytes}, {"c", 600}}, {},
                i % 3 == 2 ? kAsync : kSync);
    world.pop("a", 1);
    world.pop("b", 1);
    world.batch({{"c", kRecordBytes}, {"a", 100}}, {"a", "b"}, i % 2 == 0 ? kSync : kAsync);
  }
  world.run_ms(300);
}

void delivery(World& world) {
  world.open();
  world.create("q");
  world.push_many("q", 12, kRecordBytes, kSync);
  world.pop("q", 4, 1000);
  world.nack("q");
  world.nack("q", 5000, true);
  world.pop("q", 2);
  world.ack("q", 1, kSync);
  world.run_ms(1500);  // leases run out
  world.pop("q", 3);
  world.ack("q", 2, kAsync, true);
  world.nack("q", 60'000);
  world.run_ms(6000);
  world.pop("q", 5);
  world.ack("q", 1, kSync, true);
  world.ack("q", 1, kSync);
  world.nack("q");
  world.pop_and_ack("q", 2, kSync);
  world.push("q", kRecordBytes, kSync);
  world.ack("q", 3, kAsync);
  world.run_ms(300);
}

void log_roll(World& world) {
  world.open();
  world.create("q");
  for (int i = 0; i < 26; ++i) {
    world.push("q", 60'000, i % 4 == 1 ? kAsync : kSync);
    if (i % 3 == 2) {
      world.pop("q", 3);
      world.ack("q", i % 2 == 0 ? 3 : 2, kSync);
    }
    world.run_ms(i % 5 == 0 ? 200 : 0);
  }
}

void checkpoints(World& world) {
  world.open();
  world.create("q");
  world.create("r");
  for (int i = 0; i < 5; ++i) {
    world.push_many("q", 5, kRecordBytes, kSync);
    world.push("r", 300, kAsync);
    world.pop("q", 4);
    world.ack("q", 2, kSync, true);
    world.checkpoint();
    world.push("q", kRecordBytes, kSync);
  }
  world.run_ms(300);
}

void paging(World& world) {
  world.open();
  world.create("q");
  world.create("m", true);
  for (int i = 0; i < 22; ++i) {
    world.push("q", 60'000, i % 3 == 0 ? kSync : kAsync);
    world.push("m", 40'000, kAsync);
    if (i % 6 == 5) world.pop("q", 2);
    if (i % 6 == 5) world.ack("q", 2, kSync);
    if (i % 8 == 7) world.pop_and_ack("m", 3, kAsync);
  }
  world.pop("q", 6);
  world.ack("q", 6, kSync);
  world.checkpoint();
}

void create_and_drop(World& world) {
  world.open();
  for (int i = 0; i < 5; ++i) {
    world.create("q");
    world.create("r");
    world.push_many("q", 3, kRecordBytes, kSync);
    world.push("r", kRecordBytes, kAsync);
    world.batch({{"q", 500}, {"r", 500}}, {}, kSync);
    if (i == 2) world.checkpoint();
    world.drop(i % 2 == 0 ? "q" : "r");
  }
  world.push("q", kRecordBytes, kSync);
  world.create("r");
  world.push("r", kRecordBytes, kSync);
}

void purging(World& world) {
  world.open();
  world.create("q");
  for (int i = 0; i < 5; ++i) {
    world.push_many("q", 6, kRecordBytes, i % 2 == 0 ? kSync : kAsync);
    world.pop("q", 2);
    if (i == 1) world.nack("q", 1000);
    if (i == 3) world.checkpoint();
    world.purge("q");
    world.push("q", kRecordBytes, kSync);
    world.ack("q", 1, kSync);
  }
}

void memory_queue(World& world) {
  world.open();
  world.create("m", true);
  world.create("q");
  for (int i = 0; i < 3; ++i) {
    for (int k = 0; k < 5; ++k) world.push("m", kRecordBytes, kSync);
    world.push("q", kRecordBytes, kSync);
    world.pop_and_ack("m", 2, kSync);
    world.reopen();
    world.pop_and_ack("m", i == 1 ? 100 : 1, kAsync);
    world.reopen();
  }
}

void reopening(World& world) {
  for (int i = 0; i < 5; ++i) {
    world.open();
    world.create("q");
    world.push_many("q", 3, kRecordBytes, kSync);
    world.push("q", kRecordBytes, kAsync);
    world.pop("q", 2);
    world.ack("q", 1, i % 2 == 0 ? kAsync : kSync);
    if (i == 2) world.checkpoint();
    world.close();
  }
}

void recovering(World& world) {
  world.open();
  world.create("q");
  world.push_many("q", 4, kRecordBytes, kSync);
  for (uint64_t i = 0; i < 4; ++i) {
    world.push_many("q", 3, kRecordBytes, kAsync);
    world.push("q", kRecordBytes, i % 2 == 0 ? kSync : kAsync);
    world.push("q", kRecordBytes, kAsync);
    world.run_ms(i == 1 ? 120 : 10);
    if (i == 2)
      world.process_kill();
    else
      world.power_cut(i, i % 2 == 0 ? LossMode::kRandom : LossMode::kNothing);
    world.open();
    world.pop("q", 2);
    world.ack("q", 1, kSync);
    world.run_ms(i == 3 ? 300 : 0);  // the checkpoint that follows a recovery
  }
  world.push("q", kRecordBytes, kSync);
}

void producers(World& world) {
  world.open();
  world.create("q");
  uint64_t next = 1;
  for (int i = 0; i < 6; ++i) {
    world.push_as(7, next, 3, "q", kRecordBytes, i % 2 == 0 ? kSync : kAsync);
    world.push_as(7, next + 1, 4, "q", kRecordBytes, kSync);  // two of them again
    next += 5;
    world.push_as(9, static_cast<uint64_t>(i) + 1, 1, "q", 700, kAsync);
    world.pop_and_ack("q", 2, kSync);
    if (i == 2) world.checkpoint();
    if (i == 3) world.reopen();
    if (i == 4) world.process_kill();
    world.open();
  }
}

void everything(World& world) {
  world.open();
  world.create("q");
  world.create("r");
  world.create("m", true);
  world.push_many("q", 5, kRecordBytes, kAsync);
  world.batch({{"q", kRecordBytes}, {"r", 70'000}}, {}, kSync);
  world.pop("q", 3, 2000);
  world.nack("q", 30'000);
  world.push("m", 5000, kAsync);
  world.checkpoint();
  world.ack("q", 1, kSync);
  world.push_as(3, 1, 2, "r", kRecordBytes, kSync);
  world.reopen();
  world.pop("r", 1);
  world.batch({{"q", 200}}, {"r"}, kSync);
  world.push_many("q", 90, 3000, kAsync);
  world.run_ms(300);
  world.process_kill();
  world.open();
  world.purge("r");
  world.push("r", kRecordBytes, kSync);
  world.drop("q");
  world.create("q");
  world.push("q", kRecordBytes, kSync);
  world.close();
}

// Every sync is of one block, and old lives of the log's files hold groups of the same shape.
void recycling(World& world) {
  world.open();
  world.create("q");
  for (int i = 0; i < 6; ++i) {
    for (int k = 0; k < 3; ++k) world.push_many("q", 2, 1800, kSync);
    world.pop("q", 6);
    world.ack("q", 6, kAsync);
    world.checkpoint();
  }
  world.push_many("q", 2, 1800, kSync);
}

}  // namespace

const std::vector<Workload>& crash_workloads() {
  static const auto* const kAll = new std::vector<Workload>{
      {"push_sync", small(), push_sync}, {"push_async", small(), push_async},
      {"batches", small(), batches},     {"delivery", small(), delivery},
      {"log_roll", small(), log_roll},   {"checkpoints", small(), checkpoints},
      {"paging", small(), paging},       {"create_and_drop", small(), create_and_drop},
      {"purging", small(), purging},     {"memory_queue", small(), memory_queue},
      {"reopening", small(), reopening}, {"recovering", small(), recovering},
      {"producers", small(), producers}, {"everything", small(), everything},
      {"recycling", small(), recycling},
  };
  return *kAll;
}

const Workload* find_workload(const std::string& name) {
  for (const Workload& workload : crash_workloads()) {
    if (workload.name == name) return &workload;
  }
  return nullptr;
}

}  // namespace weir::sim
