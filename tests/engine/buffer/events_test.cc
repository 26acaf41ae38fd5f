#include "engine/buffer/events.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::buffer {
namespace {

class EventsTest : public ::testing::Test {
 protected:
  Status take(size_t capacity, size_t count_max) {
    sizes_.assign(count_max, 0);
    return events_.take({bytes_, capacity}, sizes_, &count_, &used_);
  }
  Events events_;
  uint8_t bytes_[100] = {};
  std::vector<uint32_t> sizes_;
  size_t count_ = 0;
  size_t used_ = 0;
};

TEST_F(EventsTest, switched_off_they_keep_nothing) {
  events_.add(as_bytes(std::string_view("a")));
  EXPECT_EQ(take(100, 10).code(), Code::kEmpty);
}

TEST_F(EventsTest, as_many_as_fit_come_in_order) {
  events_.start(10);
  for (const std::string_view key : {"one", "three", "five"}) events_.add(as_bytes(key));
  ASSERT_TRUE(take(9, 10).ok());
  EXPECT_EQ(count_, 2U);
  EXPECT_EQ(as_text({bytes_, used_}), "onethree");
  EXPECT_EQ(sizes_[1], 5U);
  EXPECT_EQ(take(3, 10).code(), Code::kBufferTooSmall);
  EXPECT_EQ(used_, 4U);
  EXPECT_EQ(count_, 0U);
  ASSERT_TRUE(take(4, 1).ok());
  EXPECT_EQ(take(4, 1).code(), Code::kEmpty);
}

TEST_F(EventsTest, the_oldest_are_lost_and_counted) {
  events_.start(2);
  for (const std::string_view key : {"a", "b", "c"}) events_.add(as_bytes(key));
  uint64_t waiting = 0;
  uint64_t lost = 0;
  events_.counts(&waiting, &lost);
  EXPECT_EQ(waiting, 2U);
  EXPECT_EQ(lost, 1U);
  ASSERT_TRUE(take(100, 10).ok());
  EXPECT_EQ(as_text({bytes_, used_}), "bc");
}

}  // namespace
}  // namespace weir::buffer
