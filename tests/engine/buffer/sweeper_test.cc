#include "engine/buffer/sweeper.h"

#include "tests/engine/buffer/fixture.h"

namespace weir::buffer {
namespace {

class SweeperTest : public BufferTest {
 protected:
  SweeperTest() { open(); }
};

TEST_F(SweeperTest, sleeps_while_nothing_can_expire) {
  run_ms(1);
  EXPECT_EQ(world_->executor().next_due_ns(), env::kNever);
  EXPECT_EQ(world_->executor().run_ready(), 0U);
}

TEST_F(SweeperTest, is_woken_for_what_is_due_before_it_meant_to_look) {
  run_ms(1);
  set("late", "1", 100'000);
  run_ms(1);
  const int64_t planned = world_->executor().next_due_ns();
  EXPECT_GT(planned, world_->clock().monotonic_ns() + 99'000 * kMs);
  for (uint64_t i = 0; i < 100; ++i) set(key_of(i), "1", 50);
  run_ms(65);
  EXPECT_EQ(stats().item_count, 1U);
}

TEST_F(SweeperTest, serves_all_buffers_of_the_store) {
  Options others = options_;
  others.expiry_ms = 50;
  Result<std::unique_ptr<Handle>> other = Handle::open(store_, "other", &others);
  ASSERT_TRUE(other.ok());
  for (uint64_t i = 0; i < 100; ++i) {
    set(key_of(i), "1");
    ASSERT_TRUE(other.value()->set(as_bytes(key_of(i)), {}).ok());
  }
  run_ms(65);
  EXPECT_EQ(stats().item_count, 100U);
  std::swap(buffer_, other.value());
  EXPECT_EQ(stats().item_count, 0U);
  ASSERT_TRUE(buffer_->close().ok());
  std::swap(buffer_, other.value());
  run_ms(1000);
  EXPECT_EQ(stats().item_count, 0U);
}

}  // namespace
}  // namespace weir::buffer
