#include <weir/reader.h>

#include "api/check.h"
#include "api/guard.h"
#include "api/log_options.h"
#include "api/log_shells.h"

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_reader_options_init(weir_reader_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_reader_options(options, struct_size); });
}

weir_status weir_read_options_init(weir_read_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_read_options(options, struct_size); });
}

weir_status weir_reader_open(weir_log* log, const weir_reader_options* options, weir_reader** out,
                             weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<LogShell> use;
    WEIR_TRY(use.enter(log));
    WEIR_ASSIGN(const auto wanted, read_reader_options(options));
    New<ReaderShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->reader, weir::log::Reader::open(*use->handle, wanted));
    *out = shell.publish();
    return {};
  });
}

weir_status weir_reader_read(weir_reader* reader, const weir_read_options* options,
                             weir_records** out, uint64_t* out_first_offset,
                             weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    if (out_first_offset != nullptr) *out_first_offset = 0;
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    WEIR_ASSIGN(const auto read, read_read_options(options));
    NewRecords records;
    WEIR_TRY(records.prepare());
    uint64_t first = 0;
    Status status = use->reader->read(read, records.into(), &first);
    if (out_first_offset != nullptr) *out_first_offset = first;
    if (status.ok()) *out = records.publish();
    return status;
  });
}

weir_status weir_reader_seek(weir_reader* reader, uint32_t place, int64_t value,
                             weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    WEIR_ASSIGN(const auto checked, check_place(place, value));
    return use->reader->seek(checked, value);
  });
}

weir_status weir_reader_position(weir_reader* reader, uint64_t* out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    *out = 0;
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    return use->reader->position(out);
  });
}

weir_status weir_reader_lag(weir_reader* reader, uint64_t* out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    *out = 0;
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    return use->reader->lag(out);
  });
}

weir_status weir_reader_commit(weir_reader* reader, uint64_t offset, uint32_t durability,
                               uint32_t* out_level, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    WEIR_TRY(check_range("offset", offset, 0, weir::log::kOffsetMax));
    WEIR_ASSIGN(const auto wanted, check_durability(durability));
    auto level = weir::store::Level::kMemory;
    WEIR_TRY(use->reader->commit(offset, wanted, &level));
    if (out_level != nullptr) *out_level = static_cast<uint32_t>(level);
    return {};
  });
}

weir_status weir_reader_interrupt(weir_reader* reader, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    use->reader->interrupt();
    return {};
  });
}

weir_status weir_reader_event_fd(weir_reader* reader, int32_t* out_fd, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out_fd", out_fd));
    *out_fd = -1;
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    return use->reader->event_fd(out_fd);
  });
}

weir_status weir_reader_close(weir_reader* reader, weir_error* err) noexcept {
  if (reader == nullptr) return WEIR_OK;
  return guard(err, [&]() -> Status {
    Use<ReaderShell> use;
    WEIR_TRY(use.enter(reader));
    if (!use.close()) return weir::Code::kClosed;
    use->reader->shutdown();
    const Closing<ReaderShell> closing(use.take_closed());
    return {};
  });
}
