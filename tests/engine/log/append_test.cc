#include "tests/engine/log/fixture.h"

namespace weir::log {

namespace {

class AppendTest : public LogTest {
 protected:
  Status try_append(std::string_view payload, const AppendOptions& options = {}) {
    return log_->append(as_bytes(payload), options, &result_);
  }

  AppendResult result_;
};

TEST_F(AppendTest, RefusesWhatIsTooLarge) {
  options_.record_bytes_max = 1000;
  reopen();
  EXPECT_EQ(try_append(std::string(1001, 'x')).code(), Code::kTooLarge);
  EXPECT_EQ(try_append(std::string(900, 'x'), with_key(std::string(101, 'k'))).code(),
            Code::kTooLarge)
      << "the key counts";
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"h", std::string(200'000, 'x')}};
  AppendOptions options;
  options.headers = &headers;
  EXPECT_EQ(try_append("x", options).code(), Code::kTooLarge);
  EXPECT_EQ(stats().next_offset, 0u);
  EXPECT_TRUE(try_append(std::string(1000, 'x')).ok());
}

TEST_F(AppendTest, NothingAtAllIsDoneForNoRecords) {
  ASSERT_TRUE(log_->append_many({}, {}, {}, &result_).ok());
  EXPECT_EQ(result_.count, 0u);
  EXPECT_EQ(stats().next_offset, 0u);
}

TEST_F(AppendTest, ABatchIsWholeOrNotThere) {
  options_.memory_bytes_max = 1 << 20;
  close();
  open("mem:");
  const std::string data(2 << 20, 'x');
  const uint32_t sizes[] = {1u << 20, 1u << 20};
  EXPECT_EQ(log_->append_many(as_bytes(data), sizes, {}, &result_).code(), Code::kLimit);
  EXPECT_EQ(stats().next_offset, 0u);
  EXPECT_EQ(append("small"), 0u);
}

TEST_F(AppendTest, AReadOnlyStoreRefuses) {
  append_numbered(3);
  options_.read_only = true;
  reopen();
  EXPECT_EQ(try_append("x").code(), Code::kReadOnly);
  uint64_t count = 0;
  EXPECT_EQ(log_->trim(1, &count).code(), Code::kReadOnly);
  EXPECT_EQ(log_->retain(&count).code(), Code::kReadOnly);
  EXPECT_EQ(log_->compact(&count).code(), Code::kReadOnly);
  EXPECT_EQ(log_->configure({}).code(), Code::kReadOnly);
  ReaderOptions named;
  named.consumer = "c";
  EXPECT_EQ(Reader::open(*log_, named).status().code(), Code::kReadOnly);
  EXPECT_EQ(next_texts(*open_reader()), numbers(0, 3));
}

TEST_F(AppendTest, AStoreThatHasStoppedKeepsWhatIsConfirmedReadable) {
  append_numbered(3);
  const std::unique_ptr<Reader> reader = open_reader();
  disk().fail_at(1, sim::FaultKind::kEio, true, sim::kSync);
  EXPECT_EQ(try_append("x").code(), Code::kFailed);
  EXPECT_EQ(next_texts(*reader), numbers(0, 3));
  EXPECT_EQ(reader->read({}, &records_, &first_left_).code(), Code::kFailed);
}

TEST_F(AppendTest, BatchesLeaveOutWhatArrived) {
  AppendOptions options;
  options.producer_id = 5;
  options.producer_sequence = 1;
  append("one", options);
  {
    store::Batch batch(store_);
    ASSERT_TRUE(log_->add_append(batch, as_bytes("again"), options).ok());
    options.producer_sequence = 2;
    ASSERT_TRUE(log_->add_append(batch, as_bytes("two"), options).ok());
    ASSERT_TRUE(log_->add_append(batch, as_bytes("twice"), options).ok());
    Level level = Level::kMemory;
    ASSERT_TRUE(batch.commit(Durability::kSync, 0, &level).ok());
    EXPECT_EQ(batch.id_at(0), 0u);
    EXPECT_EQ(batch.id_at(1), 2u);
    EXPECT_EQ(batch.id_at(2), 0u);
  }
  ASSERT_EQ(read(0), Code::kOk);
  EXPECT_THAT(texts(), ElementsAre("one", "two"));
  crash();
  uint64_t sequence = 0;
  EXPECT_TRUE(log_->producer_sequence(5, &sequence).ok());
  EXPECT_EQ(sequence, 2u);
}

}  // namespace

}  // namespace weir::log
