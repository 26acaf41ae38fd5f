#include <weir/weir.h>

#include <poll.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/api/log_fixture.h"

namespace weir::api {

namespace {

class ReaderApiTest : public LogApiTest {
 protected:
  weir_reader* open_reader(const char* consumer = nullptr, bool shared = false) {
    weir_reader_options options = {};
    EXPECT_EQ(weir_reader_options_init(&options, sizeof options), WEIR_OK);
    options.consumer = consumer;
    options.shared = shared ? 1 : 0;
    weir_reader* reader = nullptr;
    weir_error err = {};
    EXPECT_EQ(weir_reader_open(log_, &options, &reader, &err), WEIR_OK) << err.message;
    return reader;
  }
  weir_status read(weir_reader* reader, uint64_t count_max = 1000, int64_t timeout_ms = 0) {
    weir_read_options options = {};
    EXPECT_EQ(weir_read_options_init(&options, sizeof options), WEIR_OK);
    options.count_max = count_max;
    options.timeout_ms = timeout_ms;
    weir_records* records = nullptr;
    weir_error err = {};
    const weir_status status = weir_reader_read(reader, &options, &records, &first_, &err);
    texts_ = texts_of(records);
    return status;
  }

  std::vector<std::string> texts_;
  uint64_t first_ = 0;
};

using Texts = std::vector<std::string>;

TEST_F(ReaderApiTest, ReadsSeeksAndTellsWhereItIs) {
  for (int i = 0; i < 5; ++i) append_text(log_, std::to_string(i));
  weir_reader* reader = open_reader();
  EXPECT_EQ(read(reader, 2), WEIR_OK);
  EXPECT_EQ(texts_, (Texts{"0", "1"}));
  uint64_t number = 0;
  EXPECT_EQ(weir_reader_position(reader, &number, nullptr), WEIR_OK);
  EXPECT_EQ(number, 2u);
  EXPECT_EQ(weir_reader_lag(reader, &number, nullptr), WEIR_OK);
  EXPECT_EQ(number, 3u);
  EXPECT_EQ(weir_reader_seek(reader, WEIR_PLACE_OFFSET, 4, nullptr), WEIR_OK);
  EXPECT_EQ(read(reader), WEIR_OK);
  EXPECT_EQ(texts_, Texts{"4"});
  EXPECT_EQ(read(reader), WEIR_EMPTY);
  EXPECT_EQ(read(reader, 1, 1), WEIR_TIMEOUT);
  EXPECT_EQ(weir_log_trim(log_, 3, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_reader_seek(reader, WEIR_PLACE_OFFSET, 1, nullptr), WEIR_OK);
  EXPECT_EQ(read(reader), WEIR_OUT_OF_RANGE);
  EXPECT_EQ(first_, 3u);
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
}

TEST_F(ReaderApiTest, AWaitingReadIsWokenByAnAppend) {
  weir_reader* reader = open_reader();
  weir_status status = WEIR_E_INTERNAL;
  std::thread waiting([&] { status = read(reader, 10, -1); });
  append_text(log_, "come");
  waiting.join();
  EXPECT_EQ(status, WEIR_OK);
  EXPECT_EQ(texts_, Texts{"come"});
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
}

TEST_F(ReaderApiTest, AWaitingReadIsWokenByInterruptCloseAndDrop) {
  const auto waits_until = [&](auto&& end, weir_status expected) {
    weir_reader* reader = open_reader();
    std::atomic<bool> done{false};
    weir_status status = WEIR_E_INTERNAL;
    std::thread waiting([&] {
      status = read(reader, 10, -1);
      done = true;
    });
    // Interrupts are for reads in progress: again until it was one.
    do {
      end(reader);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } while (!done);
    waiting.join();
    EXPECT_EQ(status, expected) << weir_status_name(status);
    weir_reader_close(reader, nullptr);
  };
  waits_until([](weir_reader* reader) { weir_reader_interrupt(reader, nullptr); },
              WEIR_INTERRUPTED);
  waits_until([](weir_reader* reader) { weir_reader_close(reader, nullptr); }, WEIR_E_CLOSED);
  waits_until([&](weir_reader*) { weir_log_drop(store_, "audit", nullptr); }, WEIR_E_CLOSED);
  EXPECT_EQ(weir_log_close(log_, nullptr), WEIR_OK);
  log_ = open_log(store_, "audit");
}

TEST_F(ReaderApiTest, OneReadAtATime) {
  weir_reader* reader = open_reader();
  // It may be its turn to be refused.
  std::thread waiting([&] {
    while (read(reader, 10, -1) == WEIR_E_BUSY) {
    }
  });
  weir_status status = WEIR_OK;
  do {
    weir_records* records = nullptr;
    status = weir_reader_read(reader, nullptr, &records, nullptr, nullptr);
  } while (status == WEIR_EMPTY);
  EXPECT_EQ(status, WEIR_E_BUSY);
  EXPECT_EQ(weir_reader_seek(reader, WEIR_PLACE_EARLIEST, 0, nullptr), WEIR_E_BUSY);
  uint64_t position = 9;
  EXPECT_EQ(weir_reader_position(reader, &position, nullptr), WEIR_OK) << "that does not read";
  append_text(log_, "end");
  waiting.join();
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
}

TEST_F(ReaderApiTest, ConsumersAndTheirStatistics) {
  for (int i = 0; i < 5; ++i) append_text(log_, std::to_string(i));
  weir_reader* reader = open_reader("c");
  EXPECT_EQ(read(reader, 3), WEIR_OK);
  uint32_t level = 0;
  EXPECT_EQ(weir_reader_commit(reader, 3, WEIR_DURABILITY_SYNC, &level, nullptr), WEIR_OK);
  EXPECT_EQ(level, static_cast<uint32_t>(WEIR_DURABILITY_MEMORY));
  weir_consumer_statistics consumer = {};
  consumer.struct_size = sizeof consumer;
  EXPECT_EQ(weir_log_consumer_stats(log_, "c", &consumer, nullptr), WEIR_OK);
  EXPECT_EQ(consumer.offset, 3u);
  EXPECT_EQ(consumer.lag, 2u);
  EXPECT_EQ(consumer.reader_count, 1u);
  EXPECT_GT(consumer.committed_at_ns, 0);
  expect_failure(WEIR_E_BUSY, "1 open reader",
                 [&](weir_error* e) { return weir_log_consumer_reset(log_, "c", 0, e); });
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
  EXPECT_EQ(weir_log_consumer_reset(log_, "c", 1, nullptr), WEIR_OK);
  reader = open_reader("c");
  EXPECT_EQ(read(reader, 1), WEIR_OK);
  EXPECT_EQ(texts_, Texts{"1"});
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
  weir_names* names = nullptr;
  EXPECT_EQ(weir_log_consumers(log_, &names, nullptr), WEIR_OK);
  EXPECT_EQ(weir_names_count(names), 1u);
  weir_names_free(names);
  EXPECT_EQ(weir_log_consumer_remove(log_, "c", nullptr), WEIR_OK);
  EXPECT_EQ(weir_log_consumer_stats(log_, "c", &consumer, nullptr), WEIR_NOT_FOUND);
}

TEST_F(ReaderApiTest, SharedConsumers) {
  for (int i = 0; i < 6; ++i) append_text(log_, std::to_string(i));
  weir_reader* a = open_reader("c", true);
  weir_reader* b = open_reader("c", true);
  EXPECT_EQ(read(a, 2), WEIR_OK);
  EXPECT_EQ(read(b, 2), WEIR_OK);
  EXPECT_EQ(texts_, (Texts{"2", "3"}));
  EXPECT_EQ(weir_reader_seek(a, WEIR_PLACE_EARLIEST, 0, nullptr), WEIR_E_UNSUPPORTED);
  EXPECT_EQ(weir_reader_close(a, nullptr), WEIR_OK);
  EXPECT_EQ(read(b, 9), WEIR_OK);
  EXPECT_EQ(texts_, (Texts{"0", "1"}));
  EXPECT_EQ(weir_reader_close(b, nullptr), WEIR_OK);
}

TEST_F(ReaderApiTest, TheDescriptorTellsOfRecords) {
  weir_reader* reader = open_reader();
  int32_t fd = -1;
  ASSERT_EQ(weir_reader_event_fd(reader, &fd, nullptr), WEIR_OK);
  pollfd waited{fd, POLLIN, 0};
  EXPECT_EQ(poll(&waited, 1, 0), 0);
  std::thread appending([&] { append_text(log_, "x"); });
  EXPECT_EQ(poll(&waited, 1, 60'000), 1);
  appending.join();
  EXPECT_EQ(read(reader), WEIR_OK);
  EXPECT_EQ(poll(&waited, 1, 0), 0);
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
}

TEST_F(ReaderApiTest, ReadersOutliveTheirHandles) {
  append_text(log_, "x");
  weir_reader* reader = open_reader();
  EXPECT_EQ(weir_log_close(log_, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(store_, nullptr), WEIR_OK);
  EXPECT_EQ(read(reader), WEIR_OK);
  EXPECT_EQ(texts_, Texts{"x"});
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
  SetUp();
}

TEST_F(ReaderApiTest, ABatchMovesFromALogToAQueueAndALog) {
  append_text(log_, "in");
  weir_reader* reader = open_reader("mover");
  weir_reader* anonymous = open_reader();
  weir_queue* queue = open_queue(store_, "frames");
  ASSERT_EQ(read(reader, 1), WEIR_OK);
  weir_batch* batch = nullptr;
  ASSERT_EQ(weir_batch_create(store_, &batch, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_push(batch, queue, "q", 1, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_append(batch, log_, "out", 3, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_offset_commit(batch, reader, 1, nullptr), WEIR_OK);
  expect_failure(WEIR_E_UNSUPPORTED, "anonymous",
                 [&](weir_error* e) { return weir_batch_offset_commit(batch, anonymous, 1, e); });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "log", [&](weir_error* e) {
    return weir_batch_append(batch, kNull, "x", 1, nullptr, e);
  });
  expect_failure(WEIR_E_INVALID_ARGUMENT, "reader", [&](weir_error* e) {
    return weir_batch_offset_commit(batch, not_a_handle_of<weir_reader>(), 1, e);
  });
  weir_store* other_store = open_store("mem:");
  weir_log* other = open_log(other_store, "other");
  expect_failure(WEIR_E_INVALID_ARGUMENT, "another store", [&](weir_error* e) {
    return weir_batch_append(batch, other, "x", 1, nullptr, e);
  });
  EXPECT_EQ(weir_log_close(other, nullptr), WEIR_OK);
  EXPECT_EQ(weir_store_close(other_store, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_count(batch), 3u);
  ASSERT_EQ(weir_store_commit(store_, batch, WEIR_DURABILITY_SYNC, 0, nullptr, nullptr), WEIR_OK);
  EXPECT_EQ(weir_batch_id_at(batch, 1), 2u) << "the offset plus one";
  weir_batch_free(batch);
  EXPECT_EQ(read_texts(log_, 1), Texts{"out"});
  EXPECT_EQ(take_text(queue).first, "q");
  weir_consumer_statistics consumer = {};
  consumer.struct_size = sizeof consumer;
  EXPECT_EQ(weir_log_consumer_stats(log_, "mover", &consumer, nullptr), WEIR_OK);
  EXPECT_EQ(consumer.offset, 1u);
  EXPECT_EQ(weir_reader_close(anonymous, nullptr), WEIR_OK);
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
  EXPECT_EQ(weir_queue_close(queue, nullptr), WEIR_OK);
}

TEST_F(ReaderApiTest, HostileArguments) {
  weir_reader* const bad = not_a_handle_of<weir_reader>();
  uint64_t number = 0;
  int32_t fd = 0;
  weir_records* records = nullptr;
  weir_reader* closed = open_reader();
  ASSERT_EQ(weir_reader_close(closed, nullptr), WEIR_OK);
  const auto every = [&](weir_reader* reader, weir_status status, const std::string& part) {
    const auto refused = [&](auto&& call) { expect_failure(status, part, call); };
    refused([&](weir_error* e) { return weir_reader_read(reader, nullptr, &records, nullptr, e); });
    refused([&](weir_error* e) { return weir_reader_seek(reader, 0, 0, e); });
    refused([&](weir_error* e) { return weir_reader_position(reader, &number, e); });
    refused([&](weir_error* e) { return weir_reader_lag(reader, &number, e); });
    refused([&](weir_error* e) { return weir_reader_commit(reader, 0, 0, nullptr, e); });
    refused([&](weir_error* e) { return weir_reader_interrupt(reader, e); });
    refused([&](weir_error* e) { return weir_reader_event_fd(reader, &fd, e); });
  };
  every(bad, WEIR_E_INVALID_ARGUMENT, "reader");
  every(kNull, WEIR_E_INVALID_ARGUMENT, "reader");
  every(closed, WEIR_E_CLOSED, "closed");
  expect_failure(WEIR_E_CLOSED, "closed",
                 [&](weir_error* e) { return weir_reader_close(closed, e); });
  EXPECT_EQ(weir_reader_close(nullptr, nullptr), WEIR_OK);

  weir_reader* reader = open_reader("c");
  const auto refused = [&](const std::string& part, auto&& call) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, call);
  };
  refused("place", [&](weir_error* e) { return weir_reader_seek(reader, 4, 0, e); });
  refused("offset",
          [&](weir_error* e) { return weir_reader_seek(reader, WEIR_PLACE_OFFSET, -1, e); });
  refused("offset",
          [&](weir_error* e) { return weir_reader_seek(reader, WEIR_PLACE_OFFSET, INT64_MAX, e); });
  refused("durability",
          [&](weir_error* e) { return weir_reader_commit(reader, 0, 7, nullptr, e); });
  refused("offset", [&](weir_error* e) { return weir_reader_commit(reader, 1, 0, nullptr, e); });
  refused("offset",
          [&](weir_error* e) { return weir_reader_commit(reader, UINT64_MAX, 0, nullptr, e); });
  refused("out",
          [&](weir_error* e) { return weir_reader_read(reader, nullptr, kNull, nullptr, e); });
  refused("out_fd", [&](weir_error* e) { return weir_reader_event_fd(reader, kNull, e); });
  refused("out", [&](weir_error* e) { return weir_reader_position(reader, kNull, e); });
  refused("out", [&](weir_error* e) { return weir_reader_lag(reader, kNull, e); });
  EXPECT_EQ(weir_reader_close(reader, nullptr), WEIR_OK);
}

}  // namespace

}  // namespace weir::api
