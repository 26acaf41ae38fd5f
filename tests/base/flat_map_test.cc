#include "base/flat_map.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "base/prng.h"

namespace weir {
namespace {

std::map<uint64_t, int> content(const FlatMap<int>& map) {
  std::map<uint64_t, int> all;
  map.for_each([&](uint64_t key, int value) { EXPECT_TRUE(all.emplace(key, value).second); });
  return all;
}

TEST(FlatMap, an_empty_one_has_nothing) {
  FlatMap<int> map;

  EXPECT_TRUE(map.empty());
  EXPECT_EQ(map.find(1), nullptr);
  EXPECT_FALSE(map.erase(1));
}

TEST(FlatMap, a_key_that_is_inserted_again_keeps_its_value) {
  FlatMap<int> map;
  map.insert(7) = 70;

  EXPECT_EQ(map.insert(7), 70);
  EXPECT_EQ(map.size(), 1U);
}

TEST(FlatMap, a_key_that_was_erased_comes_back_with_a_new_value) {
  FlatMap<int> map;
  map.insert(7) = 70;
  EXPECT_TRUE(map.erase(7));

  EXPECT_EQ(map.insert(7), 0);
}

TEST(FlatMap, holds_the_largest_key) {
  FlatMap<int> map;
  map.insert(UINT64_MAX) = 1;

  ASSERT_NE(map.find(UINT64_MAX), nullptr);
  EXPECT_TRUE(map.erase(UINT64_MAX));
  EXPECT_TRUE(map.empty());
}

TEST(FlatMap, lets_go_of_what_is_erased) {
  const auto shared = std::make_shared<int>(1);
  FlatMap<std::shared_ptr<int>> map;
  for (uint64_t key = 1; key <= 100; ++key) map.insert(key) = shared;

  for (uint64_t key = 1; key <= 99; ++key) map.erase(key);
  EXPECT_EQ(shared.use_count(), 2);

  map.clear();
  EXPECT_EQ(shared.use_count(), 1);
  EXPECT_EQ(map.find(100), nullptr);
}

// Few keys in few slots, so that runs wrap around the end of the table, where deletion by shifting back is hard.
void compare_with_a_plain_map(uint64_t seed, uint64_t key_count, uint64_t stride) {
  Prng prng(seed);
  FlatMap<int> map;
  std::map<uint64_t, int> model;
  for (int step = 0; step < 300; ++step) {
    const uint64_t key = 1 + prng.below(key_count) * stride;
    switch (prng.below(3)) {
      case 0:
        map.insert(key) = step;
        model[key] = step;
        break;
      case 1:
        ASSERT_EQ(map.erase(key), model.erase(key) == 1) << "seed " << seed << " step " << step;
        break;
      default: {
        const int* found = map.find(key);
        const auto expected = model.find(key);
        ASSERT_EQ(found != nullptr, expected != model.end()) << "seed " << seed;
        if (found != nullptr) {
          ASSERT_EQ(*found, expected->second) << "seed " << seed;
        }
      }
    }
    ASSERT_EQ(map.size(), model.size());
  }
  EXPECT_EQ(content(map), model) << "seed " << seed;
  for (const auto& [key, value] : model) EXPECT_EQ(*map.find(key), value) << "seed " << seed;
}

TEST(FlatMap, behaves_like_a_plain_map_with_dense_keys) {
  for (uint64_t seed = 0; seed < 300; ++seed) compare_with_a_plain_map(seed, 14, 1);
}

TEST(FlatMap, behaves_like_a_plain_map_while_it_grows) {
  for (uint64_t seed = 0; seed < 100; ++seed) compare_with_a_plain_map(seed, 400, 1);
}

TEST(FlatMap, behaves_like_a_plain_map_with_keys_far_apart) {
  for (uint64_t seed = 0; seed < 100; ++seed) compare_with_a_plain_map(seed, 14, uint64_t{1} << 40);
}

}  // namespace
}  // namespace weir
