#include "engine/queue/delivery.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "base/prng.h"
#include "storage/stream.h"

namespace weir::queue {
namespace {

// A stream of numbers only: delivery looks at nothing else.
class DeliveryTest : public ::testing::Test {
 protected:
  void push(uint64_t count) {
    stream_.raise_next(stream_.next_number() + count);
    stream_.visible_next = stream_.next_number();
  }
  uint64_t take(uint64_t owner = 1, int64_t lease_ns = 0) {
    const uint64_t number = delivery_.next(stream_);
    if (number != 0) delivery_.deliver(number, owner, lease_ns);
    return number;
  }

  storage::Stream stream_{1, 1, storage::kStreamDurable, "q"};
  Delivery delivery_;
};

TEST_F(DeliveryTest, gives_numbers_in_order_and_stops_at_what_is_not_visible) {
  push(3);
  stream_.visible_next = 3;

  EXPECT_EQ(take(), 1U);
  EXPECT_EQ(take(), 2U);
  EXPECT_EQ(take(), 0U);
}

TEST_F(DeliveryTest, steps_over_dead_numbers) {
  push(5);
  stream_.mark_dead(1, 2);
  stream_.mark_dead(4, 4);

  EXPECT_EQ(take(), 3U);
  EXPECT_EQ(take(), 5U);
}

TEST_F(DeliveryTest, what_was_delivered_before_the_start_counts_once) {
  push(3);
  delivery_.start(1, 3);
  delivery_.restore_count(2, 5);

  EXPECT_EQ(delivery_.count_of(1), 1U);
  EXPECT_EQ(delivery_.count_of(2), 5U);
  EXPECT_EQ(delivery_.count_of(3), 0U);
  take();
  EXPECT_EQ(delivery_.count_of(1), 2U);
}

TEST_F(DeliveryTest, knows_who_has_what) {
  push(4);
  take(1);
  take(2);
  take(1);

  EXPECT_EQ(delivery_.all_in_flight(), (std::vector<uint64_t>{1, 2, 3}));
  EXPECT_EQ(delivery_.owned_by(2), std::vector<uint64_t>{2});
  EXPECT_TRUE(delivery_.was_delivered(3));
  EXPECT_FALSE(delivery_.was_delivered(4));
}

TEST_F(DeliveryTest, the_next_deadline_is_the_earliest_of_leases_and_delays) {
  push(3);
  EXPECT_EQ(delivery_.next_due_ns(), INT64_MAX);
  take(1, 500);
  take(1, 300);
  EXPECT_EQ(delivery_.next_due_ns(), 300);
  delivery_.give_back(1, 200);
  EXPECT_EQ(delivery_.next_due_ns(), 200);
  delivery_.set_lease(2, 0);
  delivery_.remove(1);
  EXPECT_FALSE(delivery_.has_timers());
}

TEST_F(DeliveryTest, two_that_are_due_at_the_same_time_both_come_back) {
  push(2);
  take(1, 100);
  take(1, 100);

  EXPECT_EQ(delivery_.expire(99), 0U);
  EXPECT_EQ(delivery_.expire(100), 2U);
  EXPECT_EQ(take(), 1U);
  EXPECT_EQ(take(), 2U);
}

// --- against a naive model ---

// Every number with all that is known of it.
struct ModelNumber {
  enum class Where { kReady, kInFlight, kDelayed, kDead } where = Where::kReady;
  uint32_t count = 0;
  int64_t due_ns = 0;  // of its lease or delay; 0: none
};

class DeliveryModelTest : public DeliveryTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  using Where = ModelNumber::Where;

  uint64_t some_number(Prng& prng) { return 1 + prng.below(model_.size() + 1); }
  bool is(uint64_t number, Where where) const {
    const auto found = model_.find(number);
    return found != model_.end() && found->second.where == where;
  }
  uint64_t expected_next() const {
    for (const auto& [number, one] : model_) {
      if (one.where == Where::kReady) return number;
    }
    return 0;
  }

  void step(Prng& prng) {
    const uint64_t number = some_number(prng);
    switch (prng.below(9)) {
      case 0:
        push(2);
        model_[stream_.next_number() - 2];
        model_[stream_.next_number() - 1];
        return;
      case 1:
      case 2:
      case 3:
        return take_next(prng);
      case 4:
        if (!is(number, Where::kInFlight) && !is(number, Where::kDelayed)) return;
        stream_.mark_dead(number, number);
        delivery_.remove(number);
        model_[number].where = Where::kDead;
        return;
      case 5:
        return give_back(prng, number);
      case 6:
        if (!is(number, Where::kInFlight)) return;
        model_[number].due_ns =
            prng.one_in(3) ? 0 : now_ns_ + 1 + static_cast<int64_t>(prng.below(9));
        delivery_.set_lease(number, model_[number].due_ns);
        return;
      case 7:
        if (prng.one_in(8)) purge();
        return;
      default:
        pass_time(prng);
    }
  }
  void take_next(Prng& prng) {
    const uint64_t number = delivery_.next(stream_);
    ASSERT_EQ(number, expected_next());
    if (number == 0) return;
    ModelNumber& one = model_[number];
    ++one.count;
    if (prng.one_in(5)) {
      ASSERT_EQ(delivery_.deliver_final(number), one.count);
      stream_.mark_dead(number, number);
      one.where = Where::kDead;
      return;
    }
    one.where = Where::kInFlight;
    one.due_ns = prng.one_in(2) ? 0 : now_ns_ + 1 + static_cast<int64_t>(prng.below(20));
    ASSERT_EQ(delivery_.deliver(number, 1, one.due_ns), one.count);
  }
  void give_back(Prng& prng, uint64_t number) {
    if (!is(number, Where::kInFlight)) return;
    ModelNumber& one = model_[number];
    one.due_ns = prng.one_in(2) ? 0 : now_ns_ + 1 + static_cast<int64_t>(prng.below(20));
    one.where = one.due_ns == 0 ? Where::kReady : Where::kDelayed;
    delivery_.give_back(number, one.due_ns);
  }
  void purge() {
    for (auto& [number, one] : model_) {
      if (one.where == Where::kInFlight) continue;
      stream_.mark_dead(number, number);
      one.where = Where::kDead;
    }
    delivery_.purge_below(stream_.visible_next);
  }
  void pass_time(Prng& prng) {
    now_ns_ += static_cast<int64_t>(prng.below(8));
    uint64_t expired = 0;
    for (auto& [number, one] : model_) {
      if (one.due_ns == 0 || one.due_ns > now_ns_) continue;
      if (one.where != Where::kInFlight && one.where != Where::kDelayed) continue;
      expired += one.where == Where::kInFlight ? 1U : 0U;
      one.where = Where::kReady;
      one.due_ns = 0;
    }
    ASSERT_EQ(delivery_.expire(now_ns_), expired);
  }

  void compare() {
    uint64_t in_flight = 0;
    uint64_t delayed = 0;
    std::vector<uint64_t> ready;
    for (const auto& [number, one] : model_) {
      in_flight += one.where == Where::kInFlight ? 1U : 0U;
      delayed += one.where == Where::kDelayed ? 1U : 0U;
      if (one.where == Where::kReady) ready.push_back(number);
      if (one.where == Where::kDead) continue;
      ASSERT_EQ(delivery_.count_of(number), one.count) << number;
      ASSERT_EQ(delivery_.in_flight(number) != nullptr, one.where == Where::kInFlight) << number;
      ASSERT_EQ(delivery_.is_delayed(number), one.where == Where::kDelayed) << number;
    }
    ASSERT_EQ(delivery_.in_flight_count(), in_flight);
    ASSERT_EQ(delivery_.delayed_count(), delayed);
    std::vector<uint64_t> seen;  // as a peek of all would
    uint64_t after = 0;
    while ((after = delivery_.next_after(stream_, after)) != 0) seen.push_back(after);
    ASSERT_EQ(seen, ready);
  }

  std::map<uint64_t, ModelNumber> model_;
  int64_t now_ns_ = 1;
};

TEST_P(DeliveryModelTest, behaves_like_a_naive_model) {
  Prng prng(GetParam());
  for (int i = 0; i < 250; ++i) {
    step(prng);
    compare();
    if (HasFatalFailure()) {
      ADD_FAILURE() << "step " << i;
      return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryModelTest, ::testing::Range<uint64_t>(0, 60));

}  // namespace
}  // namespace weir::queue
