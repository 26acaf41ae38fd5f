#include "engine/buffer/sieve.h"

#include <gtest/gtest.h>

#include <deque>

namespace weir::buffer {
namespace {

class SieveTest : public ::testing::Test {
 protected:
  Item* add() {
    Item* item = &items_.emplace_back();
    sieve_.insert(item);
    return item;
  }
  Item* evict() {
    Item* item = sieve_.choose(nullptr);
    if (item != nullptr) sieve_.remove(item);
    return item;
  }
  Sieve sieve_;
  std::deque<Item> items_;
};

TEST_F(SieveTest, nothing_comes_out_of_an_empty_one) { EXPECT_EQ(sieve_.choose(nullptr), nullptr); }

TEST_F(SieveTest, the_oldest_goes_first_when_nothing_was_read) {
  Item* a = add();
  Item* b = add();
  EXPECT_EQ(evict(), a);
  EXPECT_EQ(evict(), b);
  EXPECT_EQ(evict(), nullptr);
}

TEST_F(SieveTest, what_was_read_is_spared_once) {
  Item* a = add();
  Item* b = add();
  Item* c = add();
  a->visited = 1;
  EXPECT_EQ(evict(), b);
  EXPECT_EQ(a->visited, 0U);
  // The hand goes on from where it was, and does not begin at the oldest again.
  EXPECT_EQ(evict(), c);
  EXPECT_EQ(evict(), a);
}

TEST_F(SieveTest, the_hand_survives_the_removal_and_replacement_of_what_it_points_to) {
  add()->visited = 1;
  Item* b = add();
  Item* c = add();
  Item* d = add();
  EXPECT_EQ(sieve_.choose(nullptr), b);
  sieve_.remove(b);
  EXPECT_EQ(sieve_.choose(nullptr), c);
  Item* other = &items_.emplace_back();
  sieve_.replace(c, other);
  EXPECT_EQ(sieve_.choose(nullptr), other);
  sieve_.remove(other);
  EXPECT_EQ(evict(), d);
}

TEST_F(SieveTest, the_one_to_keep_is_kept) {
  Item* a = add();
  EXPECT_EQ(sieve_.choose(a), nullptr);
  Item* b = add();
  EXPECT_EQ(sieve_.choose(a), b);
  EXPECT_EQ(sieve_.choose(b), a);
}

TEST_F(SieveTest, a_choice_ends_though_everything_was_read) {
  for (int i = 0; i < 10'000; ++i) add()->visited = 1;
  EXPECT_NE(evict(), nullptr);
  int spared = 0;
  for (const Item& item : items_) spared += item.visited == 0 ? 1 : 0;
  EXPECT_LE(spared, 65);  // and has looked at few
}

}  // namespace
}  // namespace weir::buffer
