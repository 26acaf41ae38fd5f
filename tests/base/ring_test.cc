#include "base/ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "base/prng.h"

namespace weir {
namespace {

std::deque<int> content(const Ring<int>& ring) {
  std::deque<int> all;
  for (size_t i = 0; i < ring.size(); ++i) all.push_back(ring[i]);
  return all;
}

TEST(Ring, keeps_order_when_it_grows_while_wrapped) {
  Ring<int> ring;
  for (int i = 0; i < 8; ++i) ring.push_back(i);
  for (int i = 0; i < 5; ++i) ring.pop_front();
  for (int i = 8; i < 13; ++i) ring.push_back(i);  // the head is in the middle of the slots now

  ring.push_back(13);

  EXPECT_EQ(content(ring), (std::deque<int>{5, 6, 7, 8, 9, 10, 11, 12, 13}));
  EXPECT_EQ(ring.front(), 5);
  EXPECT_EQ(ring.back(), 13);
}

TEST(Ring, lets_go_of_what_is_removed) {
  const auto shared = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring;
  for (int i = 0; i < 6; ++i) ring.push_back(shared);

  ring.pop_front();
  ring.pop_back();
  std::vector<std::shared_ptr<int>> none;
  ring.replace(1, 3, none);
  EXPECT_EQ(shared.use_count(), 3);

  ring.clear();
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(Ring, replaces_at_both_ends_and_in_an_empty_one) {
  Ring<int> ring;
  std::vector<int> values{1, 2, 3};
  ring.replace(0, 0, values);
  values = {9};
  ring.replace(0, 1, values);
  values = {7, 8};
  ring.replace(3, 3, values);

  EXPECT_EQ(content(ring), (std::deque<int>{9, 2, 3, 7, 8}));
}

TEST(Ring, moves_values_that_cannot_be_copied) {
  Ring<std::unique_ptr<int>> ring;
  for (int i = 0; i < 20; ++i) ring.push_back(std::make_unique<int>(i));
  std::vector<std::unique_ptr<int>> values;
  values.push_back(std::make_unique<int>(100));

  ring.replace(5, 15, values);

  ASSERT_EQ(ring.size(), 11U);
  EXPECT_EQ(*ring[4], 4);
  EXPECT_EQ(*ring[5], 100);
  EXPECT_EQ(*ring[6], 15);
}

TEST(Ring, behaves_like_a_deque) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    Prng prng(seed);
    Ring<int> ring;
    std::deque<int> model;
    for (int step = 0; step < 200; ++step) {
      switch (prng.below(prng.one_in(3) ? 5 : 2)) {
        case 0:
        case 1:
          ring.push_back(step);
          model.push_back(step);
          break;
        case 2:
          if (!model.empty()) {
            ring.pop_front();
            model.pop_front();
          }
          break;
        case 3:
          if (!model.empty()) {
            ring.pop_back();
            model.pop_back();
          }
          break;
        default: {
          const size_t from = prng.below(model.size() + 1);
          const size_t to = from + prng.below(model.size() - from + 1);
          std::vector<int> values;
          for (uint64_t n = prng.below(6); n > 0; --n) values.push_back(-static_cast<int>(n));
          const auto at = model.erase(model.begin() + static_cast<std::ptrdiff_t>(from),
                                      model.begin() + static_cast<std::ptrdiff_t>(to));
          model.insert(at, values.begin(), values.end());
          ring.replace(from, to, values);
        }
      }
      ASSERT_EQ(content(ring), model) << "seed " << seed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace weir
