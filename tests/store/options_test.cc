#include "store/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::store {
namespace {

template <typename T>
void expect_range(T Options::*field, Range range, const char* name) {
  Options options;
  options.*field = static_cast<T>(range.min);
  EXPECT_TRUE(check_options(options).ok()) << name;
  options.*field = static_cast<T>(range.max);
  EXPECT_TRUE(check_options(options).ok()) << name;
  for (const uint64_t beyond : {range.min - 1, range.max + 1}) {
    options.*field = static_cast<T>(beyond);
    const Status status = check_options(options);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(name));
  }
}

TEST(CheckOptions, defaults_are_good) { EXPECT_TRUE(check_options({}).ok()); }

TEST(CheckOptions, each_number_has_a_range_and_is_named_beyond_it) {
  expect_range(&Options::memory_bytes_max, kMemoryBytesRange, "memory_bytes_max");
  expect_range(&Options::record_bytes_max, kRecordBytesRange, "record_bytes_max");
  expect_range(&Options::wal_bytes_max, kWalBytesRange, "wal_bytes_max");
  expect_range(&Options::async_bytes_max, kAsyncBytesRange, "async_bytes_max");
  expect_range(&Options::async_records_max, kAsyncRecordsRange, "async_records_max");
  expect_range(&Options::async_interval_ms, kAsyncIntervalRange, "async_interval_ms");
}

TEST(CheckOptions, a_stores_default_durability_is_async_or_sync) {
  Options options;
  options.durability = Durability::kAsync;
  EXPECT_TRUE(check_options(options).ok());
  options.durability = Durability::kMemory;
  EXPECT_EQ(check_options(options).code(), Code::kInvalidArgument);
  options.durability = Durability::kDefault;
  EXPECT_EQ(check_options(options).code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace weir::store
