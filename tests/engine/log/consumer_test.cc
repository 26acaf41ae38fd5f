#include "engine/log/consumer.h"

#include <gtest/gtest.h>

namespace weir::log {

namespace {

// Members are known by their addresses only.
const auto* const kAnna = reinterpret_cast<const Reader*>(0x10);
const auto* const kBert = reinterpret_cast<const Reader*>(0x20);

uint64_t next_of(const Consumer& consumer) {
  uint64_t end = 0;
  return consumer.next_to_hand_out(&end);
}

TEST(Consumer, hands_each_record_to_one_and_goes_on_at_the_first_unfinished) {
  Consumer consumer;
  consumer.hand_out(1, 11, kAnna);
  EXPECT_EQ(next_of(consumer), 11u);
  consumer.hand_out(11, 21, kBert);
  EXPECT_EQ(consumer.first_unfinished(), 1u);
  consumer.finish(kBert, 21);
  EXPECT_EQ(consumer.first_unfinished(), 1u) << "Anna is not done";
  consumer.finish(kAnna, 6);
  EXPECT_EQ(consumer.first_unfinished(), 6u);
  consumer.finish(kAnna, 11);
  EXPECT_EQ(consumer.first_unfinished(), 21u);
}

TEST(Consumer, one_does_not_finish_for_another) {
  Consumer consumer;
  consumer.hand_out(1, 11, kAnna);
  consumer.hand_out(11, 21, kBert);
  consumer.finish(kBert, 100);
  EXPECT_EQ(consumer.first_unfinished(), 1u);
}

TEST(Consumer, what_was_given_back_comes_first_and_piece_by_piece) {
  Consumer consumer;
  consumer.hand_out(1, 11, kAnna);
  consumer.hand_out(11, 21, kBert);
  consumer.give_back(kAnna);
  uint64_t end = 0;
  EXPECT_EQ(consumer.next_to_hand_out(&end), 1u);
  EXPECT_EQ(end, 11u);
  consumer.hand_out(1, 4, kBert);
  EXPECT_EQ(consumer.next_to_hand_out(&end), 4u);
  EXPECT_EQ(end, 11u);
  consumer.hand_out(4, 11, kBert);
  EXPECT_EQ(consumer.next_to_hand_out(&end), 21u);
  EXPECT_EQ(end, UINT64_MAX);
  consumer.finish(kBert, 21);
  EXPECT_EQ(consumer.first_unfinished(), 21u);
  EXPECT_EQ(consumer.next, 21u);
}

}  // namespace

}  // namespace weir::log
