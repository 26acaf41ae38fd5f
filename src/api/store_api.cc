#include <weir/store.h>

#include <algorithm>
#include <cstddef>

#include "api/check.h"
#include "api/guard.h"
#include "api/options.h"
#include "api/shells.h"
#include "env/env.h"
#include "store/inspect.h"
#include "store/store.h"

namespace weir::api {

namespace {

constexpr bool same(store::Durability durability, uint32_t value) {
  return static_cast<uint32_t>(durability) == value;
}
static_assert(same(store::Durability::kDefault, WEIR_DURABILITY_DEFAULT));
static_assert(same(store::Durability::kMemory, WEIR_DURABILITY_MEMORY));
static_assert(same(store::Durability::kAsync, WEIR_DURABILITY_ASYNC));
static_assert(same(store::Durability::kSync, WEIR_DURABILITY_SYNC));
static_assert(static_cast<uint32_t>(store::Level::kMemory) == WEIR_DURABILITY_MEMORY);
static_assert(static_cast<uint32_t>(store::Level::kSync) == WEIR_DURABILITY_SYNC);

// The longest URL: as long as a path may be.
constexpr size_t kUrlBytesMax = 4096;

constexpr weir_store_options kDefaults = [] {
  constexpr store::Options kStore;
  weir_store_options options = {};
  options.struct_size = sizeof options;
  options.durability = static_cast<uint32_t>(kStore.durability);
  options.memory_bytes_max = kStore.memory_bytes_max;
  options.record_bytes_max = kStore.record_bytes_max;
  options.wal_bytes_max = kStore.wal_bytes_max;
  options.async_bytes_max = kStore.async_bytes_max;
  options.async_records_max = kStore.async_records_max;
  options.async_interval_ms = kStore.async_interval_ms;
  options.create = kStore.create ? 1 : 0;
  options.read_only = kStore.read_only ? 1 : 0;
  return options;
}();

constexpr Choice kDurabilities[] = {{"async", WEIR_DURABILITY_ASYNC},
                                    {"sync", WEIR_DURABILITY_SYNC}};
constexpr Field kFields[] = {
    {"durability",
     FieldType::kChoice,
     offsetof(weir_store_options, durability),
     {0, 0},
     kDurabilities},
    {"memory_bytes_max", FieldType::kBytes, offsetof(weir_store_options, memory_bytes_max),
     store::kMemoryBytesRange},
    {"record_bytes_max", FieldType::kBytes, offsetof(weir_store_options, record_bytes_max),
     store::kRecordBytesRange},
    {"wal_bytes_max", FieldType::kBytes, offsetof(weir_store_options, wal_bytes_max),
     store::kWalBytesRange},
    {"async_bytes_max", FieldType::kBytes, offsetof(weir_store_options, async_bytes_max),
     store::kAsyncBytesRange},
    {"async_records_max", FieldType::kCount, offsetof(weir_store_options, async_records_max),
     store::kAsyncRecordsRange},
    {"async_interval_ms", FieldType::kMilliseconds, offsetof(weir_store_options, async_interval_ms),
     store::kAsyncIntervalRange},
    {"create", FieldType::kFlag, offsetof(weir_store_options, create)},
    {"read_only", FieldType::kFlag, offsetof(weir_store_options, read_only)},
};

Result<store::Options> read_options(const weir_store_options* given) {
  weir_store_options options = kDefaults;
  WEIR_TRY(read_struct("store_options", given, &options));
  WEIR_TRY(check_reserved("weir_store_options", options.reserved));
  WEIR_TRY(check_flag("create", options.create));
  WEIR_TRY(check_flag("read_only", options.read_only));
  if (options.durability != WEIR_DURABILITY_ASYNC && options.durability != WEIR_DURABILITY_SYNC) {
    return Status(Code::kInvalidArgument,
                  text("durability is ", options.durability,
                       "; a store's is WEIR_DURABILITY_ASYNC (2) or _SYNC (3)"));
  }
  store::Options read;
  read.durability = static_cast<store::Durability>(options.durability);
  read.memory_bytes_max = options.memory_bytes_max;
  read.record_bytes_max = options.record_bytes_max;
  read.wal_bytes_max = options.wal_bytes_max;
  read.async_bytes_max = options.async_bytes_max;
  read.async_records_max = options.async_records_max;
  read.async_interval_ms = options.async_interval_ms;
  read.create = options.create != 0;
  read.read_only = options.read_only != 0;
  WEIR_TRY(store::check_options(read));
  return read;
}

Result<std::string_view> check_url(const char* url) {
  WEIR_TRY(check_pointer("url", url));
  const std::string_view given(url, strnlen(url, kUrlBytesMax + 1));
  if (given.empty() || given.size() > kUrlBytesMax) {
    return Status(Code::kInvalidArgument,
                  text("url ", quoted(given), " does not have from 1 to ", kUrlBytesMax, " bytes"));
  }
  return given;
}

weir_store_statistics to_c(const store::Statistics& from) {
  weir_store_statistics to = {};
  to.queue_count = static_cast<uint32_t>(std::min<uint64_t>(from.stream_count, UINT32_MAX));
  to.message_count = from.record_count;
  to.memory_bytes_used = from.memory_bytes_used;
  to.memory_bytes_max = from.memory_bytes_max;
  to.memory_bytes_peak = from.memory_bytes_peak;
  to.disk_bytes = from.disk_bytes;
  to.wal_bytes = from.wal_bytes;
  to.segment_count = from.segment_count;
  to.sync_count = from.sync_count;
  to.write_bytes = from.write_bytes;
  to.group_count = from.group_count;
  to.commit_count = from.commit_count;
  to.checkpoint_count = from.checkpoint_count;
  to.page_out_bytes = from.page_out_bytes;
  to.page_in_bytes = from.page_in_bytes;
  to.recovered_torn_bytes = from.recovered_torn_bytes;
  to.async_loss_records_max = from.async_loss_records_max;
  to.async_loss_bytes_max = from.async_loss_bytes_max;
  return to;
}

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_store_options_init(weir_store_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_struct(options, struct_size, kDefaults); });
}

weir_status weir_store_options_set(weir_store_options* options, const char* name, const char* value,
                                   weir_error* err) noexcept {
  return guard(err, [&] {
    return set_field("store_options", options, sizeof *options, kFields, name, value);
  });
}

weir_status weir_store_open(const char* url, const weir_store_options* options, weir_store** out,
                            weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    WEIR_ASSIGN(const std::string_view where, check_url(url));
    WEIR_ASSIGN(const auto read, read_options(options));
    New<StoreShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->store, weir::store::Store::open(weir::env::posix_env(), where, read));
    *out = shell.publish();
    return {};
  });
}

weir_status weir_store_close(weir_store* store, weir_error* err) noexcept {
  if (store == nullptr) return WEIR_OK;
  return guard(err, [&]() -> Status {
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    if (!use.close()) return weir::Code::kClosed;
    const Closing<StoreShell> closing(use.take_closed());
    // The destructor cannot tell how it went; and whoever else owns the store syncs later.
    const bool last = closing->store.use_count() == 1;
    return last ? closing->store->sync() : Status();
  });
}

weir_status weir_store_sync(weir_store* store, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    return use->store->sync();
  });
}

weir_status weir_store_checkpoint(weir_store* store, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    return use->store->checkpoint();
  });
}

weir_status weir_store_backup(weir_store* store, const char* directory, uint64_t* out_bytes,
                              weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_bytes != nullptr) *out_bytes = 0;
    WEIR_ASSIGN(const std::string_view where, check_text("directory", directory, 1, 4095));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    WEIR_ASSIGN(const uint64_t bytes, use->store->backup(std::string(where)));
    if (out_bytes != nullptr) *out_bytes = bytes;
    return {};
  });
}

weir_status weir_store_stats(weir_store* store, weir_store_statistics* out,
                             weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("store_statistics", out));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    write_struct(out, to_c(use->store->statistics()));
    return {};
  });
}

weir_status weir_store_metrics(weir_store* store, weir_blob** out_text, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out_text", out_text));
    Use<StoreShell> use;
    WEIR_TRY(use.enter(store));
    New<BlobShell> blob;
    WEIR_TRY(blob.prepare());
    blob->bytes = use->store->metrics();
    *out_text = blob.publish();
    return {};
  });
}

weir_status weir_store_inspect(const char* url, weir_blob** out_json, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out_json", out_json));
    WEIR_ASSIGN(const std::string_view where, check_url(url));
    New<BlobShell> blob;
    WEIR_TRY(blob.prepare());
    WEIR_ASSIGN(blob->bytes, weir::store::inspect(weir::env::posix_env(), where));
    *out_json = blob.publish();
    return {};
  });
}

weir_status weir_store_verify(const char* url, weir_blob** out_json, uint64_t* out_damage_count,
                              weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_damage_count != nullptr) *out_damage_count = 0;
    WEIR_TRY(check_out("out_json", out_json));
    WEIR_ASSIGN(const std::string_view where, check_url(url));
    New<BlobShell> blob;
    WEIR_TRY(blob.prepare());
    WEIR_ASSIGN(auto report, weir::store::verify(weir::env::posix_env(), where));
    blob->bytes = std::move(report.json);
    if (out_damage_count != nullptr) *out_damage_count = report.damage_count;
    *out_json = blob.publish();
    return {};
  });
}
