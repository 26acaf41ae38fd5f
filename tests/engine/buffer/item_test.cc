#include "engine/buffer/item.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "base/heap.h"

namespace weir::buffer {
namespace {

TEST(Item, key_and_value_of_all_sizes) {
  for (const size_t key_bytes : {size_t{1}, size_t{24}, size_t{25}, size_t{1024}}) {
    for (const size_t value_bytes : {size_t{0}, size_t{1}, size_t{64}, size_t{100'000}}) {
      const std::string key(key_bytes, 'k');
      const std::string value(value_bytes, 'v');
      Item* item = Item::create(as_bytes(key), as_bytes(value), 9);
      EXPECT_EQ(as_text(item->key()), key);
      EXPECT_EQ(as_text(item->value()), value);
      EXPECT_TRUE(item->has_key(as_bytes(key)));
      EXPECT_FALSE(item->has_key(as_bytes(key + "k")));
      EXPECT_EQ(item->bytes(), Item::bytes_of(key_bytes, value_bytes));
      Item::leave(item);
    }
  }
}

TEST(Item, is_unheld_until_given_and_after_it_came_back) {
  Item* item = Item::create(as_bytes(std::string_view("k")), {}, 1);
  EXPECT_TRUE(item->is_unheld());
  item->give();
  item->give();
  EXPECT_FALSE(item->is_unheld());
  Item::give_back(item);
  EXPECT_FALSE(item->is_unheld());
  Item::give_back(item);
  EXPECT_TRUE(item->is_unheld());
  Item::leave(item);
}

TEST(Item, the_count_of_those_given_does_not_overflow) {
  Item* item = Item::create(as_bytes(std::string_view("k")), {}, 1);
  item->given = UINT32_MAX - 1;
  item->references -= UINT32_MAX - 1;  // all of them came back
  EXPECT_TRUE(item->is_unheld());
  item->give();
  EXPECT_EQ(item->given, 0U);
  EXPECT_FALSE(item->is_unheld());
  Item::give_back(item);
  EXPECT_TRUE(item->is_unheld());
  Item::leave(item);
}

TEST(Item, whoever_is_last_frees_it) {
  for (int round = 0; round < 1000; ++round) {
    Item* item = Item::create(as_bytes(std::string_view("k")), {}, 1);
    item->give();
    std::thread holder([item] { Item::give_back(item); });
    Item::leave(item);
    holder.join();
  }
}

TEST(Item, no_memory_is_told) {
  const std::string value(100, 'v');
  for (uint64_t nth = 1; nth <= 2; ++nth) {
    heap::fail_allocation(nth, false);
    EXPECT_EQ(Item::create(as_bytes(std::string_view("k")), as_bytes(value), 1), nullptr);
  }
  heap::fail_allocation(0, false);
}

}  // namespace
}  // namespace weir::buffer
