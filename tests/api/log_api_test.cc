#include <weir/weir.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/api/log_fixture.h"

namespace weir::api {

namespace {

TEST_F(LogApiTest, AppendsAndReadsBack) {
  weir_headers* headers = nullptr;
  ASSERT_EQ(weir_headers_create(&headers, nullptr), WEIR_OK);
  ASSERT_EQ(weir_headers_set(headers, "h", "v", 1, nullptr), WEIR_OK);
  weir_append_options options = append_options();
  options.headers = headers;
  options.content_type = "text/plain";
  options.key = "k\0y";
  options.key_size = 3;
  options.time_ns = 42;
  weir_append_result result = {};
  result.struct_size = sizeof result;
  ASSERT_EQ(weir_log_append(log_, "data", 4, &options, &result, nullptr), WEIR_OK);
  EXPECT_EQ(result.offset, 0u);
  EXPECT_EQ(result.count, 1u);
  EXPECT_EQ(result.level, static_cast<uint32_t>(WEIR_DURABILITY_MEMORY)) << "mem: has no disk";
  weir_headers_free(headers);
  EXPECT_EQ(append_text(log_, "plain"), 1u);

  weir_records* records = nullptr;
  ASSERT_EQ(weir_log_read(log_, 0, 10, 1 << 20, &records, nullptr, nullptr), WEIR_OK);
  ASSERT_EQ(weir_records_count(records), 2u);
  weir_record record = {};
  record.struct_size = sizeof record;
  ASSERT_EQ(weir_records_get(records, 0, &record), WEIR_OK);
  EXPECT_EQ(record.offset, 0u);
  EXPECT_EQ(record.time_ns, 42);
  EXPECT_EQ(record.has_properties, 1u);
  EXPECT_EQ(std::string(static_cast<const char*>(record.data), record.size), "data");
  const void* bytes = nullptr;
  size_t size = 0;
  ASSERT_EQ(weir_records_key(records, 0, &bytes, &size), WEIR_OK);
  EXPECT_EQ(std::string(static_cast<const char*>(bytes), size), std::string("k\0y", 3));
  EXPECT_STREQ(weir_records_content_type(records, 0), "text/plain");
  EXPECT_EQ(weir_records_header_count(records, 0), 1u);
  ASSERT_EQ(weir_records_header(records, 0, "h", &bytes, &size), WEIR_OK);
  EXPECT_EQ(std::string(static_cast<const char*>(bytes), size), "v");
  weir_records_free(records);
}

TEST_F(LogApiTest, AppendManyWithKeysAndTimes) {
  const uint32_t sizes[] = {1, 0, 2};
  const uint32_t key_sizes[] = {1, 0, 1};
  const int64_t times[] = {5, 6, 7};
  weir_append_options options = append_options();
  options.key = "ab";
  options.key_size = 2;
  options.key_sizes = key_sizes;
  options.times_ns = times;
  weir_append_result result = {};
  result.struct_size = sizeof result;
  ASSERT_EQ(weir_log_append_many(log_, "xyz", 3, sizes, 3, &options, &result, nullptr), WEIR_OK);
  EXPECT_EQ(result.count, 3u);
  EXPECT_EQ(read_texts(log_, 0), (std::vector<std::string>{"x", "", "yz"}));
  uint64_t offset = 0;
  ASSERT_EQ(weir_log_offset_for_time(log_, 6, &offset, nullptr), WEIR_OK);
  EXPECT_EQ(offset, 1u);
  const uint32_t wrong[] = {1, 0, 2};
  options.key_sizes = wrong;
  expect_failure(WEIR_E_INVALID_ARGUMENT, "key_sizes add up to 3", [&](weir_error* err) {
    return weir_log_append_many(log_, "xyz", 3, sizes, 3, &options, nullptr, err);
  });
  const int64_t negative[] = {1, -2, 3};
  options.key_sizes = nullptr;
  options.times_ns = negative;
  expect_failure(WEIR_E_INVALID_ARGUMENT, "-2", [&](weir_error* err) {
    return weir_log_append_many(log_, "xyz", 3, sizes, 3, &options, nullptr, err);
  });
}

TEST_F(LogApiTest, OffsetsAndTrim) {
  for (int i = 0; i < 10; ++i) append_text(log_, std::to_string(i));
  uint64_t number = 9;
  EXPECT_EQ(weir_log_first_offset(log_, &number, nullptr), WEIR_OK);
  EXPECT_EQ(number, 0u);
  EXPECT_EQ(weir_log_next_offset(log_, &number, nullptr), WEIR_OK);
  EXPECT_EQ(number, 10u);
  EXPECT_EQ(weir_log_trim(log_, 4, &number, nullptr), WEIR_OK);
  EXPECT_EQ(number, 4u);
  weir_records* records = nullptr;
  uint64_t first = 0;
  EXPECT_EQ(weir_log_read(log_, 3, 1, 1, &records, &first, nullptr), WEIR_OUT_OF_RANGE);
  EXPECT_EQ(first, 4u);
  EXPECT_EQ(records, nullptr);
  EXPECT_EQ(weir_log_read(log_, 10, 1, 1, &records, nullptr, nullptr), WEIR_EMPTY);
  EXPECT_EQ(weir_log_trim(log_, UINT64_MAX, &number, nullptr), WEIR_OK);
  EXPECT_EQ(number, 6u);
  EXPECT_EQ(append_text(log_, "10"), 10u);
}

TEST_F(LogApiTest, StatisticsAndRetention) {
  weir_log_options options = {};
  ASSERT_EQ(weir_log_options_init(&options, sizeof options), WEIR_OK);
  EXPECT_EQ(options.retention_ms, 7LL * 24 * 3600 * 1000);
  ASSERT_EQ(weir_log_options_set(&options, "retention_ms", "2d", nullptr), WEIR_OK);
  ASSERT_EQ(weir_log_options_set(&options, "retention_bytes", "1GiB", nullptr), WEIR_OK);
  ASSERT_EQ(weir_log_options_set(&options, "retention_consumers", "keep_unread", nullptr), WEIR_OK);
  ASSERT_EQ(weir_log_configure(log_, &options, nullptr), WEIR_OK);
  for (const char* key : {"a", "b", "a"}) {
    weir_append_options keyed = append_options();
    keyed.key = key;
    keyed.key_size = 1;
    ASSERT_EQ(weir_log_append(log_, "x", 1, &keyed, nullptr, nullptr), WEIR_OK);
  }
  uint64_t count = 0;
  EXPECT_EQ(weir_log_compact(log_, &count, nullptr), WEIR_OK);
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(weir_log_retain(log_, &count, nullptr), WEIR_OK);
  EXPECT_EQ(count, 0u);
  weir_log_statistics statistics = {};
  statistics.struct_size = sizeof statistics;
  ASSERT_EQ(weir_log_stats(log_, &statistics, nullptr), WEIR_OK);
  EXPECT_EQ(statistics.retention_ms, 2LL * 24 * 3600 * 1000);
  EXPECT_EQ(statistics.retention_bytes, 1u << 30);
  EXPECT_EQ(statistics.retention_consumers, static_cast<uint32_t>(WEIR_RETAIN_KEEP_UNREAD));
  EXPECT_EQ(statistics.record_count, 2u);
  EXPECT_EQ(statistics.append_count, 3u);
  EXPECT_EQ(statistics.compacted_count, 1u);
  EXPECT_EQ(statistics.next_offset, 3u);
}

TEST_F(LogApiTest, ListsAndDrops) {
  weir_names* names = nullptr;
  ASSERT_EQ(weir_log_list(store_, &names, nullptr), WEIR_OK);
  ASSERT_EQ(weir_names_count(names), 1u);
  EXPECT_STREQ(weir_names_at(names, 0), "audit");
  weir_names_free(names);
  weir_log* other = open_log(store_, "other");
  EXPECT_EQ(weir_log_drop(store_, "other", nullptr), WEIR_OK);
  EXPECT_EQ(weir_log_drop(store_, "other", nullptr), WEIR_NOT_FOUND);
  expect_failure(WEIR_E_CLOSED, "dropped", [&](weir_error* err) {
    return weir_log_append(other, "x", 1, nullptr, nullptr, err);
  });
  EXPECT_EQ(weir_log_close(other, nullptr), WEIR_OK);
}

TEST_F(LogApiTest, ProducersAreIdempotent) {
  weir_append_options options = append_options();
  options.producer_id = 3;
  options.producer_sequence = 9;
  ASSERT_EQ(weir_log_append(log_, "x", 1, &options, nullptr, nullptr), WEIR_OK);
  weir_append_result result = {};
  result.struct_size = sizeof result;
  EXPECT_EQ(weir_log_append(log_, "x", 1, &options, &result, nullptr), WEIR_DUPLICATE);
  EXPECT_EQ(result.duplicate_count, 1u);
  EXPECT_EQ(result.offset, 0u);
  uint64_t sequence = 0;
  EXPECT_EQ(weir_log_producer_sequence(log_, 3, &sequence, nullptr), WEIR_OK);
  EXPECT_EQ(sequence, 9u);
  EXPECT_EQ(weir_log_producer_sequence(log_, 4, &sequence, nullptr), WEIR_NOT_FOUND);
}

// --- hostile arguments ---

TEST_F(LogApiTest, EveryCallRefusesWhatIsNoLog) {
  weir_log* const bad = not_a_handle_of<weir_log>();
  uint64_t number = 0;
  weir_names* names = nullptr;
  weir_records* records = nullptr;
  weir_reader* reader = nullptr;
  weir_log_options options = {};
  weir_log_options_init(&options, sizeof options);
  weir_log_statistics statistics = {};
  statistics.struct_size = sizeof statistics;
  weir_consumer_statistics consumer = {};
  consumer.struct_size = sizeof consumer;
  for (weir_log* log : {bad, static_cast<weir_log*>(kNull)}) {
    const auto refused = [&](auto&& call) { expect_failure(WEIR_E_INVALID_ARGUMENT, "log", call); };
    refused([&](weir_error* e) { return weir_log_append(log, "x", 1, nullptr, nullptr, e); });
    refused([&](weir_error* e) {
      return weir_log_append_many(log, "", 0, nullptr, 0, nullptr, nullptr, e);
    });
    refused([&](weir_error* e) { return weir_log_configure(log, &options, e); });
    refused([&](weir_error* e) { return weir_log_first_offset(log, &number, e); });
    refused([&](weir_error* e) { return weir_log_next_offset(log, &number, e); });
    refused([&](weir_error* e) { return weir_log_offset_for_time(log, 0, &number, e); });
    refused([&](weir_error* e) { return weir_log_producer_sequence(log, 1, &number, e); });
    refused([&](weir_error* e) { return weir_log_read(log, 0, 1, 1, &records, nullptr, e); });
    refused([&](weir_error* e) { return weir_log_trim(log, 0, nullptr, e); });
    refused([&](weir_error* e) { return weir_log_retain(log, nullptr, e); });
    refused([&](weir_error* e) { return weir_log_compact(log, nullptr, e); });
    refused([&](weir_error* e) { return weir_log_stats(log, &statistics, e); });
    refused([&](weir_error* e) { return weir_log_consumers(log, &names, e); });
    refused([&](weir_error* e) { return weir_log_consumer_stats(log, "c", &consumer, e); });
    refused([&](weir_error* e) { return weir_log_consumer_reset(log, "c", 0, e); });
    refused([&](weir_error* e) { return weir_log_consumer_remove(log, "c", e); });
    refused([&](weir_error* e) { return weir_reader_open(log, nullptr, &reader, e); });
  }
  expect_failure(WEIR_E_INVALID_ARGUMENT, "log",
                 [&](weir_error* e) { return weir_log_close(bad, e); });
  EXPECT_EQ(weir_log_close(nullptr, nullptr), WEIR_OK);
}

TEST_F(LogApiTest, EveryCallOnAClosedLogSaysSo) {
  weir_log* log = open_log(store_, "other");
  ASSERT_EQ(weir_log_close(log, nullptr), WEIR_OK);
  uint64_t number = 0;
  weir_records* records = nullptr;
  const auto closed = [&](auto&& call) { expect_failure(WEIR_E_CLOSED, "closed", call); };
  closed([&](weir_error* e) { return weir_log_append(log, "x", 1, nullptr, nullptr, e); });
  closed([&](weir_error* e) { return weir_log_first_offset(log, &number, e); });
  closed([&](weir_error* e) { return weir_log_read(log, 0, 1, 1, &records, nullptr, e); });
  closed([&](weir_error* e) { return weir_log_trim(log, 0, nullptr, e); });
  closed([&](weir_error* e) { return weir_log_consumer_remove(log, "c", e); });
  closed([&](weir_error* e) { return weir_log_close(log, e); });
}

TEST_F(LogApiTest, ArgumentsOutOfRangeAreNamed) {
  weir_log* out = nullptr;
  weir_records* records = nullptr;
  uint64_t number = 0;
  const auto bad = [&](const std::string& part, auto&& call) {
    expect_failure(WEIR_E_INVALID_ARGUMENT, part, call);
  };
  const std::string long_name(256, 'n');
  for (const char* name :
       {"", "a\nb", "\xFF", long_name.c_str(), static_cast<const char*>(kNull)}) {
    bad("log name", [&](weir_error* e) { return weir_log_open(store_, name, nullptr, &out, e); });
    bad("log name", [&](weir_error* e) { return weir_log_drop(store_, name, e); });
    bad("consumer name", [&](weir_error* e) { return weir_log_consumer_reset(log_, name, 0, e); });
    bad("consumer name", [&](weir_error* e) { return weir_log_consumer_remove(log_, name, e); });
  }
  bad("out", [&](weir_error* e) { return weir_log_open(store_, "x", nullptr, kNull, e); });
  bad("data",
      [&](weir_error* e) { return weir_log_append(log_, nullptr, 1, nullptr, nullptr, e); });
  bad("sizes", [&](weir_error* e) {
    return weir_log_append_many(log_, "x", 1, nullptr, 1, nullptr, nullptr, e);
  });
  const uint32_t sizes[] = {2};
  bad("add up to 2", [&](weir_error* e) {
    return weir_log_append_many(log_, "x", 1, sizes, 1, nullptr, nullptr, e);
  });
  bad("count", [&](weir_error* e) {
    return weir_log_append_many(log_, "x", 1, sizes, 2'000'000, nullptr, nullptr, e);
  });
  bad("offset",
      [&](weir_error* e) { return weir_log_read(log_, INT64_MAX, 1, 1, &records, nullptr, e); });
  bad("count_max",
      [&](weir_error* e) { return weir_log_read(log_, 0, 0, 1, &records, nullptr, e); });
  bad("count_max",
      [&](weir_error* e) { return weir_log_read(log_, 0, 1'000'001, 1, &records, nullptr, e); });
  bad("out", [&](weir_error* e) { return weir_log_read(log_, 0, 1, 1, kNull, nullptr, e); });
  bad("out", [&](weir_error* e) { return weir_log_first_offset(log_, kNull, e); });
  bad("producer_id",
      [&](weir_error* e) { return weir_log_producer_sequence(log_, 0, &number, e); });
  bad("options", [&](weir_error* e) { return weir_log_configure(log_, kNull, e); });
  bad("offset", [&](weir_error* e) { return weir_log_consumer_reset(log_, "c", UINT64_MAX, e); });
  weir_log_statistics statistics = {};
  bad("struct_size", [&](weir_error* e) { return weir_log_stats(log_, &statistics, e); });
  weir_append_result result = {};
  bad("struct_size",
      [&](weir_error* e) { return weir_log_append(log_, "x", 1, nullptr, &result, e); });
}

}  // namespace

}  // namespace weir::api
