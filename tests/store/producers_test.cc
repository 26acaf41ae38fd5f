#include "store/producers.h"

#include "tests/store/fixture.h"

namespace weir::store {

namespace {

class ProducersTest : public StoreTest {
 protected:
  void set(uint64_t id, uint64_t sequence, uint64_t number) {
    MutexLock lock(store_->mutex());
    producers_.set(store_->pipeline(), stream_, id, sequence, number);
    producers_.set_group(id, store_->pipeline().end_commit(true));
  }
  Producers restored() {
    Producers other;
    for (const auto& [key, value] : stream_->facts) other.restore(key, value);
    return other;
  }

  Producers producers_;
};

TEST_F(ProducersTest, KnowsWhatHasArrived) {
  set(7, 10, 3);
  EXPECT_EQ(producers_.count_known(7, 11, 5), 0u);
  EXPECT_EQ(producers_.count_known(7, 10, 5), 1u);
  EXPECT_EQ(producers_.count_known(7, 8, 2), 2u);
  EXPECT_EQ(producers_.count_known(8, 1, 2), 0u);
  EXPECT_EQ(producers_.count_known(0, 1, 2), 0u);
}

TEST_F(ProducersTest, ComesBackFromFacts) {
  set(7, 10, 3);
  set(7, 12, 5);
  set(UINT64_MAX, 1, 6);
  Producers other = restored();
  ASSERT_EQ(other.size(), 2u);
  EXPECT_EQ(other.find(7)->sequence, 12u);
  EXPECT_EQ(other.find(7)->number, 5u);
  EXPECT_EQ(other.find(UINT64_MAX)->sequence, 1u);
  other.restore("p", "x");
  other.restore("p12345678", "short");
  other.restore("c12345678", std::string(16, 'x'));
  EXPECT_EQ(other.size(), 2u);
}

TEST_F(ProducersTest, ForgetsTheOneWithTheOldestRecord) {
  for (uint64_t id = 1; id <= kProducersMax; ++id) set(id, 1, id + 100);
  set(1, 2, 5000);
  set(9999, 1, 5001);
  EXPECT_EQ(producers_.size(), kProducersMax);
  EXPECT_EQ(producers_.find(2), nullptr);
  EXPECT_NE(producers_.find(1), nullptr);
  EXPECT_EQ(restored().size(), kProducersMax);
}

TEST_F(ProducersTest, InABatchSequencesOnlyRise) {
  set(7, 10, 3);
  producers_.begin_settle();
  EXPECT_TRUE(producers_.settle(7, 10));
  EXPECT_FALSE(producers_.settle(7, 11));
  EXPECT_TRUE(producers_.settle(7, 11));
  EXPECT_FALSE(producers_.settle(8, 1));
  EXPECT_FALSE(producers_.settle(0, 0));
  EXPECT_FALSE(producers_.settle(0, 0));
  producers_.begin_settle();
  EXPECT_FALSE(producers_.settle(7, 11)) << "the batch was not committed";
}

}  // namespace

}  // namespace weir::store
