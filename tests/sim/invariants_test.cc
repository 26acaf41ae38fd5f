// The invariants of DESIGN.md §3.1 that this part of the library has, each under its number. The crash, fault and model
// tests look for all of them at once; these show one at a time.
#include <gtest/gtest.h>

#include "tests/sim/history_crash.h"
#include "tests/sim/history_hooks.h"
#include "tests/sim/history_random.h"

namespace weir::sim {
namespace {

constexpr auto kSyncCall = store::Durability::kSync;
constexpr auto kAsyncCall = store::Durability::kAsync;

store::Options small_options() {
  store::Options options;
  options.memory_bytes_max = 1 << 20;
  options.wal_bytes_max = 1 << 20;
  return options;
}

// Cuts a workload off everywhere, with a few seeds.
std::string cut_everywhere(const char* name, CutKind kind = CutKind::kPower) {
  CutPlan plan;
  plan.kind = kind;
  plan.first_seed = 1000;
  plan.seeds = 6;
  return explore(*find_workload(name), plan).failure;
}

TEST(Invariants, Invariant01_one_order_with_whole_batches) {
  EXPECT_EQ(cut_everywhere("batches"), "");
  EXPECT_EQ(cut_everywhere("push_async"), "");
}

TEST(Invariants, Invariant02_no_manifest_is_ahead_of_the_log) {
  EXPECT_EQ(cut_everywhere("checkpoints"), "");
}

TEST(Invariants, Invariant03_a_log_file_leaves_the_ring_when_all_of_it_is_elsewhere) {
  EXPECT_EQ(cut_everywhere("log_roll"), "");
}

TEST(Invariants, Invariant04_nothing_that_a_manifest_slot_needs_is_used_again) {
  EXPECT_EQ(cut_everywhere("recycling"), "");
  EXPECT_EQ(cut_everywhere("memory_queue", CutKind::kKill), "");
}

TEST(Invariants, Invariant05_every_number_is_somewhere) {
  EXPECT_EQ(cut_everywhere("paging"), "");  // each open checks the map
}

TEST(Invariants, Invariant06_recovering_again_and_again_changes_nothing) {
  World world(1, small_options());
  find_workload("delivery")->run(world);
  const Content before = world.model().content();
  for (int i = 0; i < 6; ++i) {
    world.process_kill();
    world.open();
    ASSERT_EQ(world.problem(), "");
    EXPECT_EQ(world.model().content(), before);
  }
}

TEST(Invariants, Invariant08_an_id_that_was_given_out_is_never_another_messages) {
  World world(1, small_options());
  world.open();
  world.create("q");
  world.push("q", 100, kAsyncCall);
  world.push("q", 100, kAsyncCall);
  world.power_cut(1, LossMode::kEverything);
  world.open();
  ASSERT_TRUE(world.model().content().at("q").live.empty());

  world.push("q", 100, kAsyncCall);  // the model knows the ids of the lost ones
  world.push("q", 100, kSyncCall);

  EXPECT_EQ(world.problem(), "");
}

TEST(Invariants, Invariant09_what_is_refused_has_no_effect_and_what_is_not_stops_the_store) {
  for (uint64_t nth = 1; nth < 40; ++nth) {
    World world(nth, small_options());
    world.open();
    world.create("q");
    world.fail_at(nth, FaultKind::kNoSpace, false, kChanges);
    for (int i = 0; i < 12; ++i) world.push("q", 50'000, i % 2 == 0 ? kSyncCall : kAsyncCall);
    if (!world.stopped()) world.check_counts();
    world.process_kill();
    world.open();  // the model takes a refused push for one without effect once another succeeded
    EXPECT_EQ(world.problem(), "") << nth;
  }
}

TEST(Invariants, Invariant10_nothing_is_built_on_what_may_be_in_the_page_cache_only) {
  for (const Workload& workload : crash_workloads()) {
    EXPECT_EQ(cut_everywhere(workload.name.c_str(), CutKind::kSyncFails), "") << workload.name;
  }
  EXPECT_EQ(cut_everywhere("recovering"), "");
}

TEST(Invariants, Invariant11_sync_effects_appear_after_their_sync_and_a_batchs_together) {
  EXPECT_EQ(seen_around_a_sync_of_a_batch(), "during 00 after 11");
}

TEST(Invariants, Invariant11_at_most_two_groups_are_unsynced) {
  store::Options options = small_options();
  options.async_records_max = 3;
  World world(1, options);
  world.open();
  world.create("q");
  for (int i = 0; i < 50; ++i) {
    world.push("q", 100, kAsyncCall);
    const auto image = world.env().file_system().after_power_cut(1, LossMode::kEverything);
    const auto next = world.continued(image->after_process_kill(), 2);
    next->open();
    ASSERT_EQ(next->problem(), "");
    EXPECT_LE(static_cast<size_t>(i) + 1, next->model().content().at("q").live.size() + 6);
  }
}

TEST(Invariants, Invariant12_what_leaves_memory_can_be_read_back) {
  World world(1, small_options());
  world.open();
  world.create("q");
  world.create("m", true);
  for (int i = 0; i < 60; ++i) {
    world.push("q", 60'000, kAsyncCall);
    world.push("m", 60'000, kAsyncCall);
  }
  ASSERT_EQ(world.problem(), "");
  EXPECT_LE(world.store().statistics().memory_bytes_used, uint64_t{1} << 20);
  EXPECT_GT(world.store().statistics().page_out_bytes, uint64_t{2} << 20);

  for (int i = 0; i < 6; ++i) world.pop_and_ack("q", 10, kAsyncCall);
  for (int i = 0; i < 60 && !world.model().content().at("m").live.empty(); ++i)
    world.pop_and_ack("m", 10, kAsyncCall);

  EXPECT_EQ(world.problem(), "");
  EXPECT_TRUE(world.model().content().at("m").live.empty());
}

TEST(Invariants, Invariant13_acks_and_the_head_wait_for_no_budget) {
  World world(1, small_options());
  world.open();
  world.create("q");
  for (int i = 0; i < 40; ++i) world.push("q", 60'000, kSyncCall);
  // Everything that memory may hold is pinned by messages that nobody frees.
  std::vector<queue::Messages> held;
  queue::PopOptions options;
  options.bytes_max = UINT64_MAX;
  std::vector<uint64_t> ids;
  for (int i = 0; i < 30; ++i) {
    held.emplace_back();
    ASSERT_TRUE(world.handle("q")->pop(1, options, &held.back()).ok()) << i;
    ids.push_back(held.back().at(0).id);
  }
  ASSERT_GT(world.store().statistics().memory_bytes_used, uint64_t{1} << 20);
  const int64_t before_ns = world.env().clock().monotonic_ns();
  uint64_t count = 0;
  store::Level level = store::Level::kMemory;

  EXPECT_TRUE(world.handle("q")->ack(ids, kSyncCall, &count, &level).ok());

  EXPECT_EQ(count, ids.size());
  EXPECT_EQ(world.env().clock().monotonic_ns(), before_ns);
}

TEST(Invariants, Invariant14_a_checkpoint_costs_few_syncs_however_many_queues_there_are) {
  World world(1, small_options());
  world.open();
  for (int i = 0; i < 100; ++i) {
    world.create(text("q", i));
    world.push(text("q", i), 1000, kSyncCall);
  }
  world.checkpoint();
  for (int i = 0; i < 100; ++i) world.push(text("q", i), 1000, kSyncCall);
  const uint64_t before = world.env().file_system().sync_count();

  world.checkpoint();

  EXPECT_EQ(world.problem(), "");
  EXPECT_LE(world.env().file_system().sync_count() - before, 6U + 1U);
}

TEST(Invariants, Invariant15_on_a_full_disk_everything_can_be_acknowledged) {
  World world(1, small_options());
  world.open();
  world.create("q");
  for (int i = 0; i < 60; ++i) world.push("q", 30'000, kSyncCall);
  world.checkpoint();
  uint64_t used = 0;
  SimFileSystem& files = world.env().file_system();
  for (const std::string& path : files.file_paths())
    used += align_up(files.content(path).size(), 4096);
  files.set_capacity(used);  // not one more byte
  while (world.last_status().ok() && world.problem().empty() &&
         world.model().content().at("q").live.size() > 0) {
    world.pop("q", 1);
    world.ack("q", 1, kSyncCall);
  }
  ASSERT_EQ(world.problem(), "");
  ASSERT_TRUE(world.model().content().at("q").live.empty()) << world.last_status().to_string();
  world.checkpoint();
  world.run_ms(5000);
  ASSERT_EQ(world.problem(), "");

  for (int i = 0; i < 20; ++i) world.push("q", 30'000, kSyncCall);

  EXPECT_EQ(world.problem(), "");
}

}  // namespace
}  // namespace weir::sim
