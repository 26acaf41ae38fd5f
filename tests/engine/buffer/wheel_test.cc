#include "engine/buffer/wheel.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>

#include "base/prng.h"

namespace weir::buffer {
namespace {

// Items with their tick as deadline, put back as the shard does it.
class WheelTest : public ::testing::Test {
 protected:
  Item* add(int64_t tick) {
    Item& item = items_.emplace_back();
    item.deadline_ns = tick;
    wheel_.insert(&item, tick);
    return &item;
  }
  // The ticks of those that came, in their order.
  std::vector<int64_t> advance(int64_t now, uint32_t looks = UINT32_MAX) {
    std::vector<int64_t> came;
    while (Item* item = wheel_.advance(now, &looks)) {
      if (item->deadline_ns > now) {
        wheel_.insert(item, item->deadline_ns);
      } else {
        came.push_back(item->deadline_ns);
      }
    }
    looks_left_ = looks;
    return came;
  }

  Wheel wheel_;
  std::deque<Item> items_;
  uint32_t looks_left_ = 0;
};

TEST_F(WheelTest, an_empty_one_goes_anywhere) {
  EXPECT_EQ(wheel_.next_tick(), Wheel::kNoTick);
  EXPECT_EQ(wheel_.any(), nullptr);
  EXPECT_TRUE(advance(INT64_MAX / 2).empty());
  add(INT64_MAX / 2 + 5);
  EXPECT_TRUE(advance(INT64_MAX / 2 + 4).empty());
  EXPECT_EQ(advance(INT64_MAX / 2 + 5).size(), 1U);
}

TEST_F(WheelTest, each_comes_at_its_tick_on_every_level) {
  for (const int64_t distance :
       {0, 1, 63, 64, 65, 4095, 4096, 4097, 262'143, 262'144, 16'777'215, 16'777'216, 50'000'000}) {
    for (const int64_t start : {0, 1, 63, 64, 5000, 262'143, 20'000'001}) {
      Wheel fresh;
      wheel_ = fresh;
      wheel_.start(start);
      add(start + distance);
      if (distance > 0) {
        EXPECT_TRUE(advance(start + distance - 1).empty()) << distance;
      }
      EXPECT_EQ(advance(start + distance).size(), 1U) << distance << " from " << start;
      EXPECT_EQ(wheel_.any(), nullptr);
    }
  }
}

TEST_F(WheelTest, a_tick_that_has_passed_comes_next) {
  wheel_.start(1000);
  add(3);
  EXPECT_EQ(advance(1000), std::vector<int64_t>{3});
}

TEST_F(WheelTest, looks_are_bounded_and_nothing_is_lost_between) {
  for (int i = 0; i < 100; ++i) add(5000);
  size_t came = 0;
  for (int calls = 0; came < 100; ++calls) {
    ASSERT_LT(calls, 100);
    came += advance(5000, 7).size();
  }
  EXPECT_GT(looks_left_, 0U);
}

TEST_F(WheelTest, one_tick_comes_in_the_order_it_was_put_in) {
  for (int i = 0; i < 5; ++i) add(7)->hash = static_cast<uint64_t>(i);
  uint32_t looks = 100;
  for (uint64_t i = 0; i < 5; ++i) EXPECT_EQ(wheel_.advance(7, &looks)->hash, i);
}

TEST_F(WheelTest, removal_from_everywhere) {
  std::vector<Item*> items;
  for (int64_t tick = 0; tick < 10'000; tick += 7) items.push_back(add(tick));
  for (size_t i = 0; i < items.size(); i += 2) wheel_.remove(items[i]);
  EXPECT_EQ(advance(10'000).size(), items.size() / 2);
  EXPECT_EQ(wheel_.any(), nullptr);
}

// Against a multimap: random inserts, removals, renewals and jumps of time of all sizes.
TEST_F(WheelTest, agrees_with_a_map) {
  Prng random(7);
  std::multimap<int64_t, Item*> model;
  int64_t now = 12'345;
  wheel_.start(now);
  for (int step = 0; step < 20'000; ++step) {
    const uint64_t dice = random.below(10);
    if (dice < 6) {
      const int64_t tick = now + 1 + static_cast<int64_t>(random.below(1ull << random.below(27)));
      model.emplace(tick, add(tick));
    } else if (dice < 8 && !model.empty()) {
      auto victim = model.begin();
      std::advance(victim, random.below(std::min<size_t>(model.size(), 20)));
      wheel_.remove(victim->second);
      model.erase(victim);
    } else {
      now += static_cast<int64_t>(random.below(1ull << random.below(24)));
      const size_t due = static_cast<size_t>(std::distance(model.begin(), model.upper_bound(now)));
      ASSERT_EQ(advance(now).size(), due) << step;
      model.erase(model.begin(), model.upper_bound(now));
      ASSERT_EQ(wheel_.any() == nullptr, model.empty());
      if (!model.empty()) {
        ASSERT_LE(wheel_.next_tick(), model.begin()->first);
      }
    }
  }
}

}  // namespace
}  // namespace weir::buffer
