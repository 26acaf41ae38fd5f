#include "engine/buffer/index.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/prng.h"

namespace weir::buffer {
namespace {

Item* find(const Index& index, const Item& like) {
  return index.find(like.hash, like.key(), [] {});
}

Item* make(uint64_t number, uint64_t hash) {
  return Item::create(as_bytes("key-" + std::to_string(number)), {}, hash);
}

TEST(Index, an_empty_one_has_nothing) {
  Index index;
  Item* item = make(1, 7);
  EXPECT_EQ(find(index, *item), nullptr);
  Item::leave(item);
}

TEST(Index, keys_of_one_hash_are_kept_apart) {
  Index index;
  std::vector<Item*> items;
  for (uint64_t i = 0; i < 100; ++i) {
    items.push_back(make(i, 0x3FFFFF));  // all at the last slot, and on from the first
    ASSERT_TRUE(index.reserve());
    index.insert(items.back());
  }
  for (Item* item : items) EXPECT_EQ(find(index, *item), item);
  for (size_t i = 0; i < 100; i += 3) index.erase(items[i]);
  for (size_t i = 0; i < 100; ++i)
    EXPECT_EQ(find(index, *items[i]), i % 3 == 0 ? nullptr : items[i]);
  for (Item* item : items) Item::leave(item);
}

TEST(Index, a_replacement_takes_the_place) {
  Index index;
  Item* one = make(1, 5);
  Item* other = make(1, 5);
  ASSERT_TRUE(index.reserve());
  index.insert(one);
  index.replace(one, other);
  EXPECT_EQ(find(index, *one), other);
  EXPECT_EQ(index.size(), 1U);
  Item::leave(one);
  Item::leave(other);
}

// Against a map, with hashes that collide, through all steps of growing.
TEST(Index, agrees_with_a_map) {
  Prng random(3);
  Index index;
  std::map<uint64_t, Item*> model;
  for (int step = 0; step < 60'000; ++step) {
    const uint64_t number = random.below(20'000);
    const auto found = model.find(number);
    if (found == model.end()) {
      Item* item = make(number, number * 2654435761 % 9973);
      ASSERT_EQ(find(index, *item), nullptr);
      ASSERT_TRUE(index.reserve());
      index.insert(item);
      model.emplace(number, item);
    } else {
      ASSERT_EQ(find(index, *found->second), found->second);
      if (!random.one_in(3)) continue;
      index.erase(found->second);
      ASSERT_EQ(find(index, *found->second), nullptr);
      Item::leave(found->second);
      model.erase(found);
    }
    ASSERT_EQ(index.size(), model.size());
  }
  size_t visited = 0;
  index.for_each([&](const Item*) { ++visited; });
  EXPECT_EQ(visited, model.size());
  for (const auto& [number, item] : model) ASSERT_EQ(find(index, *item), item);
  // Not before: a search looks at items with the same hash.
  for (const auto& [number, item] : model) Item::leave(item);
}

}  // namespace
}  // namespace weir::buffer
