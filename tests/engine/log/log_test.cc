#include "engine/log/log.h"

#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

// Every case of SEEDS.md §3.4, where the records are in memory, behind a checkpoint ("rotated"), after reopening, and
// after a crash.
enum class Stage { kFresh, kRotated, kReopened, kRotatedAndReopened, kCrashed };

class AcceptanceTest : public LogTest, public ::testing::WithParamInterface<Stage> {
 protected:
  void settle() {
    switch (GetParam()) {
      case Stage::kFresh:
        return;
      case Stage::kRotated:
        return checkpoint();
      case Stage::kReopened:
        return reopen();
      case Stage::kRotatedAndReopened:
        checkpoint();
        return reopen();
      case Stage::kCrashed:
        return crash();
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Log, AcceptanceTest,
                         ::testing::Values(Stage::kFresh, Stage::kRotated, Stage::kReopened,
                                           Stage::kRotatedAndReopened, Stage::kCrashed));

TEST_P(AcceptanceTest, OffsetsAreDenseFromZeroAndIndependent) {
  std::unique_ptr<Handle> other = open_log("other");
  for (uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(append(text("a", i)), i);
    if (i % 2 == 0) {
      EXPECT_EQ(append_to(*other, text("b", i)), i / 2);
    }
  }
  other.reset();
  settle();
  EXPECT_EQ(append("a10"), 10u);
  EXPECT_EQ(append_to(*open_log("other"), "b10"), 5u);
}

TEST_P(AcceptanceTest, RecordsComeBackAsTheyWere) {
  const std::vector<std::pair<std::string, std::string>> headers = {{"a", "1"},
                                                                    {"b", std::string("\0x", 2)}};
  AppendOptions options;
  options.key = std::string_view("k\0y", 3);
  options.content_type = "text/plain";
  options.headers = &headers;
  options.time_ns = 123'456;
  append(std::string("pay\0load", 8), options);
  append("");
  settle();
  ASSERT_EQ(read(0), Code::kOk);
  EXPECT_THAT(texts(), ElementsAre(std::string("pay\0load", 8), ""));
  EXPECT_THAT(offsets(), ElementsAre(0u, 1u));
  EXPECT_EQ(records_.at(0).time_ns, 123'456);
  const format::Properties* properties = records_.properties(0).take();
  ASSERT_NE(properties, nullptr);
  EXPECT_EQ(properties->key, std::string("k\0y", 3));
  EXPECT_EQ(properties->content_type, "text/plain");
  EXPECT_EQ(properties->headers, headers);
  EXPECT_EQ(records_.properties(1).take(), nullptr);
}

TEST_P(AcceptanceTest, WhatIsNotThereIsNoError) {
  settle();
  EXPECT_EQ(read(0), Code::kEmpty);
  append_numbered(3);
  EXPECT_EQ(read(3), Code::kEmpty);
  EXPECT_EQ(read(kOffsetMax), Code::kEmpty);
  EXPECT_THAT(texts(), IsEmpty());
}

TEST_P(AcceptanceTest, BordersOfManyRecords) {
  constexpr uint64_t kCount = 3500;
  append_many_numbered(kCount);
  settle();
  for (const uint64_t offset : {uint64_t{0}, uint64_t{1}, uint64_t{999}, uint64_t{1000},
                                uint64_t{1001}, uint64_t{2000}, kCount - 1}) {
    EXPECT_EQ(text_at(offset), std::to_string(offset));
  }
  EXPECT_EQ(read(kCount), Code::kEmpty);
  EXPECT_EQ(stats().record_count, kCount);
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_EQ(drain(*reader), numbers(0, kCount));
}

TEST_P(AcceptanceTest, BatchesAreBoundedAndInOrder) {
  append_many_numbered(50);
  settle();
  EXPECT_EQ(read(5, 10), Code::kOk);
  EXPECT_EQ(texts(), numbers(5, 15));
  EXPECT_EQ(read(45, 10), Code::kOk);
  EXPECT_EQ(texts(), numbers(45, 50));
  EXPECT_EQ(read(20, 10, 6), Code::kOk);
  EXPECT_EQ(texts(), numbers(20, 23));
  EXPECT_EQ(read(20, 10, 0), Code::kOk) << "one record always fits";
  EXPECT_EQ(texts(), numbers(20, 21));
}

TEST_P(AcceptanceTest, TwoLogsDoNotMix) {
  for (int i = 0; i < 200; ++i) {
    append(text("a", i));
    append_to(*open_log("other"), text("b", i));
  }
  settle();
  const std::unique_ptr<Handle> other = open_log("other");
  for (uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(text_at(i), text("a", i));
    Records found;
    uint64_t first = 0;
    ASSERT_TRUE(other->read(i, 1, 100, &found, &first).ok());
    EXPECT_EQ(as_text(found.at(0).payload()), text("b", i));
  }
}

TEST_P(AcceptanceTest, CountsAreThoseOfTheRecords) {
  append_numbered(7);
  settle();
  const Statistics statistics = stats();
  EXPECT_EQ(statistics.record_count, 7u);
  EXPECT_EQ(statistics.first_offset, 0u);
  EXPECT_EQ(statistics.next_offset, 7u);
}

TEST_P(AcceptanceTest, LargeRecordsAmongSmallOnes) {
  const std::string large(200'000, 'L');
  append("before");
  append(large);
  append("after");
  settle();
  EXPECT_EQ(text_at(0), "before");
  EXPECT_EQ(text_at(1), large);
  EXPECT_EQ(text_at(2), "after");
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_THAT(drain(*reader), ElementsAre("before", large, "after"));
}

TEST_P(AcceptanceTest, TrimmedRecordsStayAway) {
  append_numbered(100);
  EXPECT_EQ(trim(40), 40u);
  settle();
  EXPECT_EQ(read(0), Code::kOutOfRange);
  EXPECT_EQ(first_left_, 40u);
  EXPECT_EQ(read(39), Code::kOutOfRange);
  EXPECT_EQ(text_at(40), "40");
  EXPECT_EQ(stats().first_offset, 40u);
  EXPECT_EQ(stats().trimmed_offset, 40u);
  EXPECT_EQ(append("next"), 100u);
  EXPECT_EQ(trim(10), 0u);
  EXPECT_EQ(trim(UINT64_MAX - 1), 61u);
  EXPECT_EQ(stats().first_offset, 101u);
  EXPECT_EQ(stats().record_count, 0u);
  EXPECT_EQ(read(100), Code::kOutOfRange);
  EXPECT_EQ(first_left_, 101u);
  EXPECT_EQ(append("again"), 101u);
  EXPECT_EQ(text_at(101), "again");
}

TEST_P(AcceptanceTest, OffsetsByTime) {
  for (int64_t i = 0; i < 100; ++i) append(std::to_string(i), at_time(1000 + i * 10));
  settle();
  const auto offset_for = [&](int64_t time) {
    uint64_t offset = 0;
    EXPECT_TRUE(log_->offset_for_time(time, &offset).ok());
    return offset;
  };
  EXPECT_EQ(offset_for(0), 0u);
  EXPECT_EQ(offset_for(1000), 0u);
  EXPECT_EQ(offset_for(1001), 1u);
  EXPECT_EQ(offset_for(1500), 50u);
  EXPECT_EQ(offset_for(1990), 99u);
  EXPECT_EQ(offset_for(1991), 100u);
  trim(60);
  EXPECT_EQ(offset_for(0), 60u);
  EXPECT_EQ(offset_for(1700), 70u);
}

// --- the rest ---

TEST_F(LogTest, RecordsInMemoryInTheLogAndInSegments) {
  options_.memory_bytes_max = 1 << 20;
  options_.wal_bytes_max = 1 << 20;
  reopen();
  append_many_numbered(1500, 1000);
  checkpoint();
  append_many_numbered(1500, 1000);
  const std::string padding(1000, '.');
  for (const uint64_t offset : {0u, 1u, 700u, 1499u, 1500u, 1501u, 2200u, 2999u})
    EXPECT_EQ(text_at(offset), std::to_string(offset) + padding);
  const std::unique_ptr<Reader> reader = open_reader();
  const std::vector<std::string> all = drain(*reader);
  ASSERT_EQ(all.size(), 3000u);
  for (size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], std::to_string(i) + padding);
}

TEST_F(LogTest, AppendManyWithKeysAndTimes) {
  const uint32_t sizes[] = {1, 2, 0};
  const uint32_t key_sizes[] = {2, 0, 1};
  const int64_t times[] = {30, 10, 20};
  AppendOptions options;
  options.key = "k1x";
  options.key_sizes = key_sizes;
  options.times_ns = times;
  AppendResult result;
  ASSERT_TRUE(log_->append_many(as_bytes("abc"), sizes, options, &result).ok());
  EXPECT_EQ(result.offset, 0u);
  EXPECT_EQ(result.count, 3u);
  EXPECT_EQ(result.level, Level::kSync);
  ASSERT_EQ(read(0), Code::kOk);
  EXPECT_THAT(texts(), ElementsAre("a", "bc", ""));
  EXPECT_EQ(records_.properties(0).take()->key, "k1");
  EXPECT_EQ(records_.properties(1).take(), nullptr);
  EXPECT_EQ(records_.properties(2).take()->key, "x");
  EXPECT_EQ(records_.at(0).time_ns, 30);
  EXPECT_EQ(records_.at(1).time_ns, 10);
  EXPECT_EQ(records_.at(2).time_ns, 20);
}

TEST_F(LogTest, TheLogsClockNeverGoesBack) {
  append("future", at_time(INT64_MAX / 2));
  append("now");
  ASSERT_EQ(read(0), Code::kOk);
  EXPECT_EQ(records_.at(1).time_ns, INT64_MAX / 2);
  reopen();
  append("later");
  ASSERT_EQ(read(2), Code::kOk);
  EXPECT_EQ(records_.at(0).time_ns, INT64_MAX / 2);
}

TEST_F(LogTest, AsyncRecordsThatACrashTakesLeaveAGapThatReadersStepOver) {
  append_numbered(5);
  for (int i = 0; i < 3; ++i) append("lost", async());
  const uint64_t before = stats().next_offset;
  crash();
  const uint64_t after = append("after");
  EXPECT_GE(after, before) << "an offset is never handed out twice";
  const std::unique_ptr<Reader> reader = open_reader();
  EXPECT_THAT(drain(*reader), ElementsAre("0", "1", "2", "3", "4", "after"));
  EXPECT_EQ(read(5, 1), Code::kOk) << "a gap is no missing range";
  EXPECT_EQ(records_.at(0).offset, after);
}

TEST_F(LogTest, AGapAtTheBeginningIsNoRetention) {
  append("lost", async());
  crash();
  const std::unique_ptr<Reader> reader = open_reader();
  const uint64_t offset = append("first");
  EXPECT_GT(offset, 0u);
  EXPECT_EQ(read(0), Code::kOk);
  EXPECT_EQ(next_texts(*reader), std::vector<std::string>{"first"});
}

TEST_F(LogTest, ProducersAreIdempotentAcrossReopening) {
  AppendOptions options;
  options.producer_id = 9;
  options.producer_sequence = 5;
  append("five", options);
  for (int round = 0; round < 2; ++round) {
    AppendResult result;
    EXPECT_EQ(log_->append(as_bytes("five"), options, &result).code(), Code::kDuplicate);
    EXPECT_EQ(result.count, 0u);
    EXPECT_EQ(result.duplicate_count, 1u);
    uint64_t sequence = 0;
    EXPECT_TRUE(log_->producer_sequence(9, &sequence).ok());
    EXPECT_EQ(sequence, 5u);
    round == 0 ? crash() : checkpoint();
  }
  uint64_t sequence = 0;
  EXPECT_EQ(log_->producer_sequence(8, &sequence).code(), Code::kNotFound);
  const uint32_t sizes[] = {1, 1, 1};
  AppendResult result;
  options.producer_sequence = 4;
  ASSERT_TRUE(log_->append_many(as_bytes("456"), sizes, options, &result).ok());
  EXPECT_EQ(result.count, 1u);
  EXPECT_EQ(result.duplicate_count, 2u);
  EXPECT_EQ(text_at(1), "6");
}

TEST_F(LogTest, SyncRecordsAreReadOnlyOnceTheyAreSynced) {
  AppendResult result;
  ASSERT_TRUE(log_->append(as_bytes("a"), {}, &result).ok());
  EXPECT_EQ(result.level, Level::kSync);
  ASSERT_TRUE(log_->append(as_bytes("b"), async(), &result).ok());
  EXPECT_EQ(result.level, Level::kMemory);
  EXPECT_EQ(text_at(1), "b");
}

TEST_F(LogTest, KindsAndLists) {
  OpenOptions memory;
  memory.kind = Kind::kMemory;
  ASSERT_TRUE(Handle::open(store_, "m", memory).ok());
  EXPECT_EQ(Handle::open(store_, "m", {}).status().code(), Code::kExists);
  memory.existing_kind = true;
  EXPECT_TRUE(Handle::open(store_, "l", memory).ok());
  OpenOptions existing;
  existing.create = false;
  EXPECT_EQ(Handle::open(store_, "none", existing).status().code(), Code::kNotFound);
  EXPECT_EQ(list(*store_).take(), (std::vector<std::string>{"l", "m"}));
}

TEST_F(LogTest, AMemoryLogIsEmptyAfterACrashAndKeptAtAClose) {
  open_options_.kind = Kind::kMemory;
  const auto fill = [&] {
    const std::unique_ptr<Handle> memory = open_log("m");
    append_to(*memory, "x");
    return memory->stream()->next_number();
  };
  fill();
  reopen();
  EXPECT_EQ(fill(), 3u);
  crash();
  const std::unique_ptr<Handle> memory = open_log("m");
  Records found;
  EXPECT_EQ(memory->read(0, 10, 100, &found, &first_left_).code(), Code::kEmpty);
  EXPECT_GE(append_to(*memory, "y"), 2u);
}

TEST_F(LogTest, InMemoryStore) {
  use_memory_store();
  append_numbered(10);
  EXPECT_EQ(trim(4), 4u);
  EXPECT_EQ(read(4), Code::kOk);
  EXPECT_EQ(texts(), numbers(4, 10));
}

TEST_F(LogTest, DropEndsTheLogAndItsReaders) {
  append_numbered(3);
  const std::unique_ptr<Reader> reader = open_reader();
  ASSERT_EQ(next(*reader, 1), Code::kOk);
  ASSERT_TRUE(drop(*store_, "l").ok());
  EXPECT_EQ(reader->read({}, &records_, &first_left_).code(), Code::kClosed);
  AppendResult result;
  EXPECT_EQ(log_->append(as_bytes("x"), {}, &result).code(), Code::kClosed);
  EXPECT_EQ(log_->read(0, 1, 1, &records_, &first_left_).code(), Code::kClosed);
  EXPECT_EQ(drop(*store_, "l").code(), Code::kNotFound);
  log_ = open_log("l");
  EXPECT_EQ(append("new"), 0u);
}

TEST_F(LogTest, TrimGivesDiskSpaceBack) {
  options_.wal_bytes_max = 1 << 20;
  reopen();
  append_many_numbered(4000, 1000);
  checkpoint();
  const uint64_t before = store_->statistics().disk_bytes;
  trim(3900);
  checkpoint();
  checkpoint();
  EXPECT_LT(store_->statistics().disk_bytes + 2'000'000, before);
  EXPECT_EQ(text_at(3900), "3900" + std::string(1000, '.'));
}

}  // namespace

}  // namespace weir::log
