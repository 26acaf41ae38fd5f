#include "store/options.h"

namespace weir::store {

namespace {

Status check_range(std::string_view name, uint64_t value, Range range) {
  if (value >= range.min && value <= range.max) return {};
  return {Code::kInvalidArgument,
          text(name, " is ", value, "; it must be from ", range.min, " to ", range.max)};
}

}  // namespace

Status check_options(const Options& options) {
  if (options.durability != Durability::kAsync && options.durability != Durability::kSync) {
    return {Code::kInvalidArgument,
            text("durability is ", static_cast<uint32_t>(options.durability),
                 "; a store\'s default is 2 (async) or 3 (sync)")};
  }
  WEIR_TRY(check_range("memory_bytes_max", options.memory_bytes_max, kMemoryBytesRange));
  WEIR_TRY(check_range("record_bytes_max", options.record_bytes_max, kRecordBytesRange));
  WEIR_TRY(check_range("wal_bytes_max", options.wal_bytes_max, kWalBytesRange));
  WEIR_TRY(check_range("async_bytes_max", options.async_bytes_max, kAsyncBytesRange));
  WEIR_TRY(check_range("async_records_max", options.async_records_max, kAsyncRecordsRange));
  return check_range("async_interval_ms", options.async_interval_ms, kAsyncIntervalRange);
}

}  // namespace weir::store
