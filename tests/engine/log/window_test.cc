#include "engine/log/window.h"

#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

class WindowTest : public LogTest {
 protected:
  void fill(uint64_t number, uint64_t bytes_max = 1 << 20) {
    MutexLock lock(store_->mutex());
    const Status status = window_.fill_locked(*store_, log_->stream(), number, bytes_max);
    ASSERT_TRUE(status.ok()) << status.to_string();
  }
  std::vector<std::string> take(size_t count_max, uint64_t bytes_max = 1 << 20) {
    records_.clear();
    const Status status = window_.take(count_max, bytes_max, &records_);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return texts();
  }

  Window window_;
};

TEST_F(WindowTest, HoldsWhatWasVisibleWhenItWasFilled) {
  append_numbered(5);
  fill(3);
  append_numbered(5);
  EXPECT_EQ(take(100), numbers(2, 5));
  EXPECT_TRUE(window_.empty());
  EXPECT_EQ(window_.next(), 6u);
  fill(window_.next());
  EXPECT_EQ(take(2), numbers(5, 7));
  EXPECT_FALSE(window_.empty());
  EXPECT_EQ(take(100), numbers(7, 10));
}

TEST_F(WindowTest, IsEmptyWhereNothingIs) {
  fill(1);
  EXPECT_TRUE(window_.empty());
  append_numbered(1);
  fill(2);
  EXPECT_TRUE(window_.empty());
  uint64_t number = 0;
  int64_t time = 0;
  EXPECT_EQ(window_.first(&number, &time).code(), Code::kEnd);
}

TEST_F(WindowTest, TellsTheFirstRecordAndKeepsIt) {
  append("a", at_time(5));
  append("b", at_time(7));
  fill(2);
  uint64_t number = 0;
  int64_t time = 0;
  ASSERT_TRUE(window_.first(&number, &time).ok());
  EXPECT_EQ(number, 2u);
  EXPECT_EQ(time, 7);
  EXPECT_EQ(take(9), std::vector<std::string>{"b"});
}

TEST_F(WindowTest, EndsAtItsLimit) {
  append_numbered(10);
  fill(1);
  window_.limit(4);
  EXPECT_EQ(take(100), numbers(0, 3));
  EXPECT_EQ(window_.next(), 4u);
}

TEST_F(WindowTest, TakesAboutAsMuchAsItIsAskedFor) {
  append_many_numbered(2000, 1000);
  fill(1, 1);
  const size_t one_chunk = take(5000, UINT64_MAX).size();
  EXPECT_LT(one_chunk, 70u);
  fill(1, 256 << 10);
  const size_t more = take(5000, UINT64_MAX).size();
  EXPECT_GT(more, 200u);
  EXPECT_LT(more, 400u);
}

TEST_F(WindowTest, SaysThatARecordIsMissing) {
  append_numbered(10);
  fill(3);
  // Numbers 1 and 2 are in the chunk, too: as if the log's third record had vanished from it.
  MutexLock lock(store_->mutex());
  storage::Chunk* chunk = nullptr;
  const uint8_t* record = log_->stream()->find_in_memory(4, &chunk);
  ASSERT_NE(record, nullptr);
  auto* writable = chunk->data + (record - chunk->data);
  store_little(writable + 8, uint64_t{5});
  records_.clear();
  const Status first = window_.take(100, 1 << 20, &records_);
  EXPECT_EQ(first.code(), Code::kCorrupt);
  EXPECT_THAT(first.to_string(), HasSubstr("offset 3"));
  EXPECT_EQ(texts(), numbers(2, 3)) << "what came before it is there";
  store_little(writable + 8, uint64_t{4});
}

}  // namespace

}  // namespace weir::log
