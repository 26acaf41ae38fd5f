#include <weir/log.h>

#include <numeric>
#include <span>

#include "api/check.h"
#include "api/guard.h"
#include "api/log_options.h"
#include "api/log_shells.h"
#include "api/named_object.h"
#include "api/options.h"
#include "api/shells.h"

namespace weir::api {

namespace {

constexpr uint64_t kAppendManyBytesMax = 64ull << 20;

Status check_out_result(const weir_append_result* out) {
  return out == nullptr ? Status() : check_out_struct("append_result", out);
}

void write_result(const log::AppendResult& from, weir_append_result* out) {
  if (out == nullptr) return;
  weir_append_result to = {};
  to.level = static_cast<uint32_t>(from.level);
  to.offset = from.count == 0 ? 0 : from.offset;
  to.count = from.count;
  to.duplicate_count = from.duplicate_count;
  write_struct(out, to);
}

Result<std::span<const uint32_t>> check_sizes(const uint32_t* sizes, size_t count,
                                              size_t data_size) {
  if (count > 0) WEIR_TRY(check_pointer("sizes", sizes));
  WEIR_TRY(check_range("count", count, 0, log::kManyCountMax));
  if (data_size > kAppendManyBytesMax) {
    return Status(Code::kTooLarge,
                  text("data_size is ", data_size, "; it is at most ", kAppendManyBytesMax));
  }
  const std::span<const uint32_t> all(sizes, count);
  const uint64_t sum = std::accumulate(all.begin(), all.end(), uint64_t{0});
  if (sum != data_size) {
    return Status(Code::kInvalidArgument,
                  text("sizes add up to ", sum, " bytes and data_size is ", data_size));
  }
  return all;
}

weir_log_statistics to_c(const log::Statistics& from) {
  weir_log_statistics to = {};
  to.kind = static_cast<uint32_t>(from.kind);
  to.retention_ms = from.retention.age_ms;
  to.retention_bytes = from.retention.bytes_max;
  to.retention_consumers = static_cast<uint32_t>(from.retention.consumers);
  to.reader_count = static_cast<uint32_t>(from.reader_count);
  to.record_count = from.record_count;
  to.first_offset = from.first_offset;
  to.next_offset = from.next_offset;
  to.trimmed_offset = from.trimmed_offset;
  to.consumer_count = from.consumer_count;
  to.append_count = from.append_count;
  to.read_count = from.read_count;
  to.trim_count = from.trim_count;
  to.compacted_count = from.compacted_count;
  to.duplicate_count = from.duplicate_count;
  to.memory_bytes = from.memory_bytes;
  to.disk_bytes = from.disk_bytes;
  return to;
}

// A call that gives one number of an open log.
template <typename Call>
weir_status tell_number(weir_log* log, uint64_t* out, weir_error* err, Call&& call) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    *out = 0;
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    return call(*use->handle, out);
  });
}

// A call that removes records and counts them.
template <typename Call>
weir_status count_removed(weir_log* log, uint64_t* out_count, weir_error* err,
                          Call&& call) noexcept {
  return guard(err, [&]() -> Status {
    if (out_count != nullptr) *out_count = 0;
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    uint64_t count = 0;
    WEIR_TRY(call(*use->handle, &count));
    if (out_count != nullptr) *out_count = count;
    return {};
  });
}

Result<std::string_view> check_log_name(const char* name) {
  return check_text("log name", name, 1, log::kNameBytesMax);
}

Result<std::string_view> check_consumer_name(const char* name) {
  return check_text("consumer name", name, 1, log::kNameBytesMax);
}

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_log_options_init(weir_log_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_log_options(options, struct_size); });
}

weir_status weir_append_options_init(weir_append_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_append_options(options, struct_size); });
}

weir_status weir_log_options_set(weir_log_options* options, const char* name, const char* value,
                                 weir_error* err) noexcept {
  return guard(err, [&] { return set_log_option(options, name, value); });
}

weir_status weir_log_open(weir_store* store, const char* name, const weir_log_options* options,
                          weir_log** out, weir_error* err) noexcept {
  using Opened = weir::Result<std::unique_ptr<weir::log::Handle>>;
  return open_object<LogShell>(store, out, err, [&](const auto& opened_store) -> Opened {
    WEIR_ASSIGN(const auto checked, check_log_name(name));
    WEIR_ASSIGN(const auto open, read_log_options(options));
    return weir::log::Handle::open(opened_store, checked, open);
  });
}

weir_status weir_log_close(weir_log* log, weir_error* err) noexcept {
  return close_object<LogShell>(log, err);
}

weir_status weir_log_drop(weir_store* store, const char* name, weir_error* err) noexcept {
  return drop_object(store, err, [&](weir::store::Store& opened) -> Status {
    WEIR_ASSIGN(const auto checked, check_log_name(name));
    return weir::log::drop(opened, checked);
  });
}

weir_status weir_log_list(weir_store* store, weir_names** out, weir_error* err) noexcept {
  return list_objects(store, out, err, weir::log::list);
}

weir_status weir_log_configure(weir_log* log, const weir_log_options* options,
                               weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("options", options));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto wanted, read_log_options(options));
    return use->handle->configure(wanted.retention);
  });
}

weir_status weir_log_append(weir_log* log, const void* data, size_t size,
                            const weir_append_options* options, weir_append_result* out,
                            weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto append, read_append_options(options, 1, false));
    weir::log::AppendResult result;
    Status appended = use->handle->append(payload, append, &result);
    if (!appended.failed()) write_result(result, out);
    return appended;
  });
}

weir_status weir_log_append_many(weir_log* log, const void* data, size_t data_size,
                                 const uint32_t* sizes, size_t count,
                                 const weir_append_options* options, weir_append_result* out,
                                 weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto payloads, check_data("data", data, data_size));
    WEIR_ASSIGN(const auto all, check_sizes(sizes, count, data_size));
    WEIR_ASSIGN(const auto append, read_append_options(options, count, true));
    weir::log::AppendResult result;
    Status appended = use->handle->append_many(payloads, all, append, &result);
    if (!appended.failed()) write_result(result, out);
    return appended;
  });
}

weir_status weir_log_producer_sequence(weir_log* log, uint64_t producer_id, uint64_t* out_sequence,
                                       weir_error* err) noexcept {
  return tell_number(log, out_sequence, err, [&](auto& handle, uint64_t* out) -> Status {
    WEIR_TRY(check_range("producer_id", producer_id, 1, UINT64_MAX));
    return handle.producer_sequence(producer_id, out);
  });
}

weir_status weir_log_first_offset(weir_log* log, uint64_t* out, weir_error* err) noexcept {
  return tell_number(log, out, err,
                     [](auto& handle, uint64_t* to) { return handle.first_offset(to); });
}

weir_status weir_log_next_offset(weir_log* log, uint64_t* out, weir_error* err) noexcept {
  return tell_number(log, out, err,
                     [](auto& handle, uint64_t* to) { return handle.next_offset(to); });
}

weir_status weir_log_offset_for_time(weir_log* log, int64_t time_ns, uint64_t* out,
                                     weir_error* err) noexcept {
  return tell_number(log, out, err, [&](auto& handle, uint64_t* to) {
    return handle.offset_for_time(time_ns, to);
  });
}

weir_status weir_log_read(weir_log* log, uint64_t offset, size_t count_max, uint64_t bytes_max,
                          weir_records** out, uint64_t* out_first_offset,
                          weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    if (out_first_offset != nullptr) *out_first_offset = 0;
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_TRY(check_range("offset", offset, 0, weir::log::kOffsetMax));
    WEIR_TRY(check_range("count_max", count_max, 1, weir::log::kManyCountMax));
    NewRecords records;
    WEIR_TRY(records.prepare());
    uint64_t first = 0;
    Status status = use->handle->read(offset, count_max, bytes_max, records.into(), &first);
    if (out_first_offset != nullptr) *out_first_offset = first;
    if (status.ok()) *out = records.publish();
    return status;
  });
}

weir_status weir_log_trim(weir_log* log, uint64_t before, uint64_t* out_count,
                          weir_error* err) noexcept {
  return count_removed(log, out_count, err,
                       [&](auto& handle, uint64_t* count) { return handle.trim(before, count); });
}

weir_status weir_log_retain(weir_log* log, uint64_t* out_count, weir_error* err) noexcept {
  return count_removed(log, out_count, err,
                       [](auto& handle, uint64_t* count) { return handle.retain(count); });
}

weir_status weir_log_compact(weir_log* log, uint64_t* out_count, weir_error* err) noexcept {
  return count_removed(log, out_count, err,
                       [](auto& handle, uint64_t* count) { return handle.compact(count); });
}

weir_status weir_log_stats(weir_log* log, weir_log_statistics* out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("log_statistics", out));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    weir::log::Statistics counts;
    WEIR_TRY(use->handle->stats(&counts));
    write_struct(out, to_c(counts));
    return {};
  });
}

weir_status weir_log_consumers(weir_log* log, weir_names** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    New<NamesShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->names, use->handle->consumers());
    *out = shell.publish();
    return {};
  });
}

weir_status weir_log_consumer_stats(weir_log* log, const char* name, weir_consumer_statistics* out,
                                    weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("consumer_statistics", out));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto checked, check_consumer_name(name));
    weir::log::ConsumerStatistics found;
    WEIR_TRY(use->handle->consumer(checked, &found));
    weir_consumer_statistics to = {};
    to.reader_count = static_cast<uint32_t>(found.reader_count);
    to.offset = found.offset;
    to.lag = found.lag;
    to.committed_at_ns = found.committed_at_ns;
    write_struct(out, to);
    return {};
  });
}

weir_status weir_log_consumer_reset(weir_log* log, const char* name, uint64_t offset,
                                    weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto checked, check_consumer_name(name));
    WEIR_TRY(check_range("offset", offset, 0, weir::log::kOffsetMax));
    return use->handle->reset_consumer(checked, offset);
  });
}

weir_status weir_log_consumer_remove(weir_log* log, const char* name, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto checked, check_consumer_name(name));
    return use->handle->remove_consumer(checked);
  });
}
