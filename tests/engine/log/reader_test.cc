#include "engine/log/reader.h"

#include <poll.h>

#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

bool is_readable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  return poll(&waited, 1, 0) == 1;
}

class ReaderTest : public LogTest {
 protected:
  std::unique_ptr<Reader> reader_at(Place place, int64_t value = 0) {
    ReaderOptions options;
    options.start = place;
    options.start_value = value;
    return open_reader(options);
  }
  Code open_code(std::string_view consumer, bool shared, bool create = true) {
    ReaderOptions options;
    options.consumer = consumer;
    options.shared = shared;
    options.create = create;
    return Reader::open(*log_, options).status().code();
  }
  ConsumerStatistics consumer(std::string_view name) {
    ConsumerStatistics found;
    EXPECT_TRUE(log_->consumer(name, &found).ok());
    return found;
  }
};

TEST_F(ReaderTest, BeginsWhereItIsTold) {
  for (int64_t i = 0; i < 10; ++i) append(std::to_string(i), at_time(100 + i));
  EXPECT_EQ(next_texts(*reader_at(Place::kEarliest)), numbers(0, 10));
  EXPECT_EQ(next_texts(*reader_at(Place::kOffset, 7)), numbers(7, 10));
  EXPECT_EQ(next_texts(*reader_at(Place::kTime, 105)), numbers(5, 10));
  const std::unique_ptr<Reader> latest = reader_at(Place::kLatest);
  EXPECT_EQ(next(*latest), Code::kEmpty);
  append("10");
  EXPECT_EQ(next_texts(*latest), numbers(10, 11));
}

TEST_F(ReaderTest, ReadsOnAndSeeks) {
  append_numbered(100);
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_EQ(next_texts(*reader, 3), numbers(0, 3));
  EXPECT_EQ(next_texts(*reader, 3), numbers(3, 6));
  EXPECT_EQ(position(*reader), 6u);
  ASSERT_TRUE(reader->seek(Place::kOffset, 50).ok());
  EXPECT_EQ(next_texts(*reader, 2), numbers(50, 52));
  ASSERT_TRUE(reader->seek(Place::kOffset, 1).ok());
  EXPECT_EQ(next_texts(*reader, 2), numbers(1, 3));
  ASSERT_TRUE(reader->seek(Place::kEarliest, 0).ok());
  EXPECT_EQ(next_texts(*reader, 1), numbers(0, 1));
  ASSERT_TRUE(reader->seek(Place::kLatest, 0).ok());
  EXPECT_EQ(next(*reader), Code::kEmpty);
  uint64_t lag = 9;
  EXPECT_TRUE(reader->lag(&lag).ok());
  EXPECT_EQ(lag, 0u);
  ASSERT_TRUE(reader->seek(Place::kOffset, 90).ok());
  EXPECT_TRUE(reader->lag(&lag).ok());
  EXPECT_EQ(lag, 10u);
  ASSERT_TRUE(reader->seek(Place::kOffset, 105).ok());
  EXPECT_EQ(next(*reader), Code::kEmpty) << "that is yet to come";
  append_numbered(6);
  EXPECT_EQ(next_texts(*reader), numbers(105, 106));
}

TEST_F(ReaderTest, ATailGoesOnInTheChunkThatGrows) {
  const std::unique_ptr<Reader> reader = open_reader();
  for (uint64_t i = 0; i < 3000; ++i) {
    append(std::to_string(i) + std::string(i % 50, '.'), async());
    ASSERT_EQ(next_texts(*reader), std::vector{std::to_string(i) + std::string(i % 50, '.')});
  }
}

TEST_F(ReaderTest, ReadersDoNotDisturbEachOther) {
  append_numbered(100);
  const std::unique_ptr<Reader> one = open_reader();
  const std::unique_ptr<Reader> two = open_reader();
  for (uint64_t i = 0; i < 100; i += 10) {
    EXPECT_EQ(next_texts(*one, 10), numbers(i, i + 10));
    if (i < 50) {
      EXPECT_EQ(next_texts(*two, 20), numbers(2 * i, 2 * i + 20));
    }
  }
}

TEST_F(ReaderTest, AReaderThatFallsBehindIsToldOnceAndGoesOn) {
  append_numbered(100);
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_EQ(next_texts(*reader, 10), numbers(0, 10));
  trim(60);
  EXPECT_EQ(next(*reader, 10), Code::kOutOfRange);
  EXPECT_EQ(first_left_, 60u);
  EXPECT_EQ(position(*reader), 60u);
  EXPECT_EQ(next_texts(*reader, 10), numbers(60, 70));
}

TEST_F(ReaderTest, WhatWasReadStaysWhenItIsTrimmed) {
  append_many_numbered(200, 1000);
  const std::unique_ptr<Reader> reader = open_reader();
  ASSERT_EQ(next(*reader), Code::kOk);
  const std::vector<std::string> before = texts();
  trim(200);
  checkpoint();
  append_many_numbered(200, 1000);
  EXPECT_EQ(texts(), before);
  records_.clear();
  EXPECT_EQ(store_->core().pool->budget().pinned(), 0u);
}

TEST_F(ReaderTest, WaitsUntilTheTimeIsOverOrSomebodyInterrupts) {
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_EQ(next(*reader, 1, 50), Code::kTimeout);
  reader->interrupt();
  EXPECT_EQ(next(*reader, 1, 50), Code::kTimeout) << "an interrupt is for reads in progress";
}

TEST_F(ReaderTest, ANamedConsumerGoesOnWhereItCommitted) {
  append_numbered(20);
  std::unique_ptr<Reader> reader = open_consumer("c");
  EXPECT_EQ(next_texts(*reader, 8), numbers(0, 8));
  EXPECT_EQ(commit(*reader, 5), Code::kOk);
  EXPECT_EQ(consumer("c").offset, 5u);
  EXPECT_EQ(consumer("c").lag, 15u);
  EXPECT_EQ(consumer("c").reader_count, 1u);
  reader.reset();
  for (const bool power_cut : {false, true}) {
    power_cut ? crash() : reopen();
    reader = open_consumer("c");
    EXPECT_EQ(next_texts(*reader, 2), numbers(5, 7));
    reader.reset();
  }
  checkpoint();
  reopen();
  EXPECT_EQ(next_texts(*open_consumer("c"), 2), numbers(5, 7));
}

TEST_F(ReaderTest, AnAsyncCommitMayBeLostButNeverGoesAhead) {
  append_numbered(20);
  std::unique_ptr<Reader> reader = open_consumer("c");
  EXPECT_EQ(commit(*reader, 5, Durability::kSync), Code::kOk);
  EXPECT_EQ(commit(*reader, 9, Durability::kAsync), Code::kOk);
  EXPECT_EQ(consumer("c").offset, 9u);
  reader.reset();
  crash();
  EXPECT_EQ(consumer("c").offset, 5u);
}

TEST_F(ReaderTest, ConsumersAreListedResetAndRemoved) {
  append_numbered(10);
  std::unique_ptr<Reader> a = open_consumer("a");
  std::unique_ptr<Reader> b = open_consumer("b");
  EXPECT_EQ(log_->consumers().take(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(log_->reset_consumer("a", 3).code(), Code::kBusy);
  EXPECT_EQ(log_->remove_consumer("a").code(), Code::kBusy);
  EXPECT_EQ(log_->reset_consumer("none", 3).code(), Code::kNotFound);
  EXPECT_EQ(log_->remove_consumer("none").code(), Code::kNotFound);
  a.reset();
  b.reset();
  EXPECT_TRUE(log_->reset_consumer("a", 3).ok());
  EXPECT_TRUE(log_->remove_consumer("b").ok());
  crash();
  EXPECT_EQ(log_->consumers().take(), std::vector<std::string>{"a"});
  EXPECT_EQ(next_texts(*open_consumer("a"), 1), numbers(3, 4));
  ConsumerStatistics none;
  EXPECT_EQ(log_->consumer("b", &none).code(), Code::kNotFound);
}

TEST_F(ReaderTest, AConsumerIsForOneReaderOrShared) {
  EXPECT_EQ(open_code("c", false, false), Code::kNotFound);
  const std::unique_ptr<Reader> own = open_consumer("c");
  EXPECT_EQ(open_code("c", false), Code::kBusy);
  EXPECT_EQ(open_code("c", true), Code::kBusy);
  const std::unique_ptr<Reader> shared = open_consumer("s", true);
  EXPECT_EQ(open_code("s", false), Code::kBusy);
  EXPECT_EQ(open_code("s", true), Code::kOk);
}

TEST_F(ReaderTest, CommitsAreRefusedWhereTheyMakeNoSense) {
  append_numbered(3);
  const std::unique_ptr<Reader> anonymous = open_reader();
  EXPECT_EQ(commit(*anonymous, 1), Code::kUnsupported);
  const std::unique_ptr<Reader> reader = open_consumer("c");
  EXPECT_EQ(commit(*reader, 4), Code::kInvalidArgument);
  EXPECT_EQ(commit(*reader, 3), Code::kOk);
  EXPECT_EQ(commit(*reader, 1), Code::kOk) << "a consumer may go back";
  const std::unique_ptr<Reader> shared = open_consumer("s", true);
  EXPECT_EQ(shared->seek(Place::kEarliest, 0).code(), Code::kUnsupported);
}

TEST_F(ReaderTest, ASharedConsumerHandsEachRecordToOneReader) {
  append_numbered(30);
  std::unique_ptr<Reader> a = open_consumer("c", true);
  std::unique_ptr<Reader> b = open_consumer("c", true);
  EXPECT_EQ(next_texts(*a, 10), numbers(0, 10));
  EXPECT_EQ(next_texts(*b, 10), numbers(10, 20));
  EXPECT_EQ(commit(*b, 20), Code::kOk);
  EXPECT_EQ(consumer("c").offset, 0u);
  EXPECT_EQ(commit(*a, 4), Code::kOk);
  EXPECT_EQ(consumer("c").offset, 4u);
  a.reset();  // 4 to 9 go back
  EXPECT_EQ(next_texts(*b, 4), numbers(4, 8));
  EXPECT_EQ(next_texts(*b, 100), numbers(8, 10)) << "a piece that was given back ends there";
  EXPECT_EQ(next_texts(*b, 100), numbers(20, 30));
  EXPECT_EQ(commit(*b, 30), Code::kOk);
  EXPECT_EQ(consumer("c").offset, 30u);
  EXPECT_EQ(next(*b), Code::kEmpty);
}

TEST_F(ReaderTest, ASharedConsumerStepsOverWhatWasTrimmed) {
  append_numbered(30);
  std::unique_ptr<Reader> a = open_consumer("c", true);
  std::unique_ptr<Reader> b = open_consumer("c", true);
  EXPECT_EQ(next_texts(*a, 10), numbers(0, 10));
  a.reset();
  trim(15);
  EXPECT_EQ(next(*b), Code::kOutOfRange);
  EXPECT_EQ(next(*b), Code::kOutOfRange);
  EXPECT_EQ(next_texts(*b), numbers(15, 30));
  EXPECT_EQ(commit(*b, 30), Code::kOk);
  EXPECT_EQ(consumer("c").offset, 30u);
}

TEST_F(ReaderTest, TheDescriptorIsReadableWhileThereAreRecords) {
  const std::unique_ptr<Reader> reader = open_reader();
  int fd = -1;
  ASSERT_TRUE(reader->event_fd(&fd).ok());
  EXPECT_FALSE(is_readable(fd));
  append_numbered(3);
  EXPECT_TRUE(is_readable(fd));
  next(*reader, 2);
  EXPECT_TRUE(is_readable(fd));
  next(*reader, 1);
  EXPECT_FALSE(is_readable(fd)) << "all was read";
  append_numbered(1);
  EXPECT_TRUE(is_readable(fd));
  ASSERT_TRUE(reader->seek(Place::kLatest, 0).ok());
  EXPECT_FALSE(is_readable(fd));
  ASSERT_TRUE(reader->seek(Place::kEarliest, 0).ok());
  EXPECT_TRUE(is_readable(fd));
  ASSERT_TRUE(reader->seek(Place::kLatest, 0).ok());
  ASSERT_TRUE(drop(*store_, "l").ok());
  EXPECT_TRUE(is_readable(fd)) << "there is something to tell";
  EXPECT_EQ(reader->read({}, &records_, &first_left_).code(), Code::kClosed);
}

TEST_F(ReaderTest, AfterShutdownEverythingIsClosed) {
  append_numbered(3);
  const std::unique_ptr<Reader> reader = open_consumer("c");
  reader->shutdown();
  uint64_t number = 0;
  int fd = 0;
  EXPECT_EQ(reader->read({}, &records_, &first_left_).code(), Code::kClosed);
  EXPECT_EQ(reader->seek(Place::kEarliest, 0).code(), Code::kClosed);
  EXPECT_EQ(reader->position(&number).code(), Code::kClosed);
  EXPECT_EQ(reader->lag(&number).code(), Code::kClosed);
  EXPECT_EQ(reader->event_fd(&fd).code(), Code::kClosed);
  EXPECT_EQ(commit(*reader, 1), Code::kClosed);
}

TEST_F(ReaderTest, InABatchACommitGoesWithTheRest) {
  append_numbered(5);
  const std::unique_ptr<Reader> reader = open_consumer("c");
  next(*reader);
  store::Batch batch(store_);
  AppendOptions options;
  options.time_ns = 4711;
  ASSERT_TRUE(log_->add_append(batch, as_bytes("out"), options).ok());
  ASSERT_TRUE(reader->add_commit(batch, 5).ok());
  Level level = Level::kMemory;
  ASSERT_TRUE(batch.commit(Durability::kSync, 0, &level).ok());
  EXPECT_EQ(level, Level::kSync);
  EXPECT_EQ(batch.id_at(0), 6u) << "the offset plus one";
  EXPECT_EQ(consumer("c").offset, 5u);
  EXPECT_EQ(text_at(5), "out");
  EXPECT_EQ(records_.at(0).time_ns, 4711);
  batch.clear();
  ASSERT_TRUE(log_->add_append(batch, as_bytes("never"), {}).ok());
  ASSERT_TRUE(reader->add_commit(batch, 100).ok());
  EXPECT_EQ(batch.commit(Durability::kSync, 0, &level).code(), Code::kInvalidArgument);
  EXPECT_EQ(read(6), Code::kEmpty);
  const std::unique_ptr<Reader> anonymous = open_reader();
  store::Batch other(store_);
  EXPECT_EQ(anonymous->add_commit(other, 1).code(), Code::kUnsupported);
}

}  // namespace

}  // namespace weir::log
