// What a store is opened with, and where: plain values, checked in one place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace weir::store {

enum class Durability : uint32_t { kDefault = 0, kMemory = 1, kAsync = 2, kSync = 3 };

// How far an effect had got when the call returned.
enum class Level : uint32_t { kMemory = 1, kSync = 3 };

struct Options {
  Durability durability = Durability::kSync;
  uint64_t memory_bytes_max = 64ull << 20;
  uint64_t record_bytes_max = 16ull << 20;
  uint64_t wal_bytes_max = 256ull << 20;
  uint64_t async_bytes_max = 1ull << 20;
  uint32_t async_records_max = 1000;
  uint32_t async_interval_ms = 100;
  bool create = true;
  bool read_only = false;
};

struct Range {
  uint64_t min;
  uint64_t max;
};
inline constexpr Range kMemoryBytesRange{1ull << 20, 1ull << 40};
inline constexpr Range kRecordBytesRange{1, 64ull << 20};
inline constexpr Range kWalBytesRange{1ull << 20, 64ull << 30};
inline constexpr Range kAsyncBytesRange{4096, 16ull << 20};
inline constexpr Range kAsyncRecordsRange{1, 1'000'000};
inline constexpr Range kAsyncIntervalRange{1, 60'000};

// kInvalidArgument naming the option, its value and its range.
Status check_options(const Options& options);

struct Url {
  enum class Scheme { kMemory, kFile };
  Scheme scheme = Scheme::kMemory;
  std::string path;  // kFile
};

// The one place that knows URL schemes: "mem:", "file:PATH", a bare path. A driver for another scheme is added here.
Result<Url> parse_url(std::string_view url);

struct Statistics {
  uint64_t stream_count = 0;
  uint64_t record_count = 0;
  uint64_t memory_bytes_used = 0;
  uint64_t memory_bytes_max = 0;
  uint64_t memory_bytes_peak = 0;
  uint64_t disk_bytes = 0;
  uint64_t wal_bytes = 0;
  uint64_t segment_count = 0;
  uint64_t sync_count = 0;
  uint64_t write_bytes = 0;
  uint64_t group_count = 0;
  uint64_t commit_count = 0;
  uint64_t checkpoint_count = 0;
  uint64_t page_out_bytes = 0;
  uint64_t page_in_bytes = 0;
  uint64_t recovered_torn_bytes = 0;
  uint64_t async_loss_records_max = 0;
  uint64_t async_loss_bytes_max = 0;
};

}  // namespace weir::store
