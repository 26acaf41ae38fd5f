#include "storage/chunk.h"

#include <gtest/gtest.h>

#include "tests/storage/fixture.h"

namespace weir::storage {
namespace {

TEST(MemoryBudget, counts_what_is_used_and_its_peak) {
  MemoryBudget budget(1000);
  budget.add(600);
  budget.add(500);
  budget.remove(700);

  EXPECT_EQ(budget.used(), 400U);
  EXPECT_EQ(budget.peak(), 1100U);
  EXPECT_EQ(budget.high_mark(), 900U);
  EXPECT_EQ(budget.low_mark(), 800U);
}

TEST(MemoryBudget, a_removal_is_a_change_and_an_addition_is_none) {
  MemoryBudget budget(1000);
  const uint64_t before = budget.change_count();

  budget.add(10);
  EXPECT_EQ(budget.change_count(), before);
  budget.remove(10);
  EXPECT_NE(budget.change_count(), before);
}

TEST(MemoryBudget, a_wait_for_a_change_that_has_happened_returns_at_once) {
  sim::SimEnv world(1);
  MemoryBudget budget(1000);
  const uint64_t seen = budget.change_count();
  budget.pin(10);
  budget.unpin(10);

  EXPECT_TRUE(budget.wait_change(seen, world.clock(), env::kNever));
  EXPECT_EQ(budget.pinned(), 0U);
}

TEST(MemoryBudget, a_wait_without_a_change_ends_at_its_deadline) {
  sim::SimEnv world(1);
  MemoryBudget budget(1000);
  const int64_t deadline_ns = world.clock().monotonic_ns() + 5'000'000;

  EXPECT_FALSE(budget.wait_change(budget.change_count(), world.clock(), deadline_ns));
  EXPECT_EQ(world.clock().monotonic_ns(), deadline_ns);
}

TEST(MemoryBudget, a_change_during_a_wait_ends_it) {
  sim::SimEnv world(1);
  MemoryBudget budget(1000);
  budget.add(10);
  const int64_t begin_ns = world.clock().monotonic_ns();
  const auto task = world.executor().start("free", [&] {
    if (world.clock().monotonic_ns() < begin_ns + 1'000'000) return begin_ns + 1'000'000;
    budget.remove(10);
    return env::kNever;
  });

  EXPECT_TRUE(budget.wait_change(budget.change_count(), world.clock(), env::kNever));
  EXPECT_EQ(world.clock().monotonic_ns(), begin_ns + 1'000'000);
}

TEST(ChunkPool, gives_the_smallest_class_that_is_large_enough) {
  const PoolPtr pool = make_pool();

  EXPECT_EQ(pool->allocate(1)->capacity, 1024U);
  EXPECT_EQ(pool->allocate(1024)->capacity, 1024U);
  EXPECT_EQ(pool->allocate(1025)->capacity, 4096U);
  EXPECT_EQ(pool->allocate(4097)->capacity, 16384U);
  EXPECT_EQ(pool->allocate(65536)->capacity, 65536U);
  EXPECT_EQ(pool->allocate(65537)->capacity, 69632U);  // a size of its own, whole pages
}

TEST(ChunkPool, counts_chunks_against_the_budget_while_they_are_held) {
  const PoolPtr pool = make_pool();
  ChunkRef chunk = pool->allocate(100'000);
  const ChunkRef second = chunk;
  EXPECT_EQ(pool->budget().used(), 102'400U);

  chunk.reset();
  EXPECT_EQ(pool->budget().used(), 102'400U);
  ChunkRef(second).reset();
  EXPECT_EQ(second->references.load(), 1U);
}

TEST(ChunkPool, a_recycled_chunk_comes_back_blank) {
  const PoolPtr pool = make_pool();
  ChunkRef chunk = pool->allocate(1000);
  const uint8_t* const data = chunk->data;
  chunk->used = 900;
  chunk->first = 1;
  chunk->last = 5;
  chunk->count = 5;
  chunk->slice_begin = 100;
  chunk->slice_count = 3;
  chunk->slice_crc = 77;
  chunk->saved = chunk->evicting = true;
  chunk.reset();
  EXPECT_EQ(pool->budget().used(), 0U);

  chunk = pool->allocate(1000);

  EXPECT_EQ(chunk->data, data);
  EXPECT_EQ(chunk->used + chunk->count + chunk->slice_begin + chunk->slice_count, 0U);
  EXPECT_EQ(chunk->first + chunk->last + chunk->slice_crc, 0U);
  EXPECT_FALSE(chunk->saved || chunk->evicting);
}

TEST(ChunkPool, lives_until_its_last_chunk_is_gone) {
  PoolPtr pool = make_pool();
  ChunkRef chunk = pool->allocate(10);

  pool.reset();  // the owner closes the store; a message holds the chunk

  chunk->data[0] = 1;
  chunk.reset();  // asan tells whether this was the end of it
}

TEST(ChunkRef, a_reference_that_was_moved_from_is_empty) {
  const PoolPtr pool = make_pool();
  ChunkRef chunk = pool->allocate(10);
  ChunkRef other = std::move(chunk);

  EXPECT_FALSE(chunk);  // NOLINT(bugprone-use-after-move): that is the test
  EXPECT_EQ(other->references.load(), 1U);
  other = ChunkRef();
  EXPECT_EQ(pool->budget().used(), 0U);
}

}  // namespace
}  // namespace weir::storage
