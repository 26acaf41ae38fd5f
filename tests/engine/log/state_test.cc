#include "engine/log/state.h"

#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

using StateTest = LogTest;

TEST_F(StateTest, StampsNeverGoBackUnlessTheProducerSaysSo) {
  LogState& state = log_->state();
  EXPECT_EQ(state.stamp(0, 100), 100);
  EXPECT_EQ(state.stamp(0, 90), 100);
  EXPECT_EQ(state.stamp(50, 101), 50);
  EXPECT_EQ(state.stamp(0, 99), 100);
  EXPECT_EQ(state.stamp(500, 102), 500);
  EXPECT_EQ(state.stamp(0, 103), 500);
}

TEST_F(StateTest, TheSlowestConsumerIsTheOneThatCounts) {
  append_numbered(9);
  EXPECT_EQ(log_->state().slowest_consumer(), UINT64_MAX);
  const std::unique_ptr<Reader> a = open_consumer("a");
  const std::unique_ptr<Reader> b = open_consumer("b");
  EXPECT_EQ(log_->state().slowest_consumer(), 1u);
  EXPECT_EQ(commit(*a, 7), Code::kOk);
  EXPECT_EQ(commit(*b, 4), Code::kOk);
  EXPECT_EQ(log_->state().slowest_consumer(), 5u);
}

TEST_F(StateTest, DamagedFactsAreNotBelieved) {
  {
    MutexLock lock(store_->mutex());
    for (const std::string key : {"o", "t", "l", "cname", "c", "p2345678x"})
      store_->pipeline().set_fact(log_->stream(), key, "x");
    store_->pipeline().end_commit(true);
  }
  reopen();
  EXPECT_EQ(stats().trimmed_offset, 0u);
  EXPECT_THAT(log_->consumers().take(), IsEmpty());
  EXPECT_EQ(append("works"), 0u);
}

TEST_F(StateTest, EveryNewOfTheLogMakesWindowsInvalid) {
  append_numbered(4);
  const uint64_t before = log_->state().epoch;
  trim(2);
  EXPECT_GT(log_->state().epoch, before);
  const uint64_t trimmed = log_->state().epoch;
  append_numbered(1);
  EXPECT_EQ(log_->state().epoch, trimmed) << "appends do not";
  ASSERT_TRUE(drop(*store_, "l").ok());
  EXPECT_GT(log_->state().epoch, trimmed);
}

}  // namespace

}  // namespace weir::log
