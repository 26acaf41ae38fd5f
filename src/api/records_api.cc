#include <weir/records.h>

#include "api/check.h"
#include "api/guard.h"
#include "api/log_shells.h"
#include "api/options.h"

namespace weir::api {

namespace {

void release_records(RecordsShell* shell, std::unique_ptr<log::Records> records) {
  if (records != nullptr) records->clear();
  delete static_cast<log::Records*>(pool_of<RecordsShell>().put(shell, records.release()));
}

const log::Record* look_record(const weir_records* handle, size_t index) {
  const RecordsShell* shell = look<RecordsShell>(handle);
  if (shell == nullptr || index >= shell->records->count()) return nullptr;
  return &shell->records->at(index);
}

// The properties of a record, null when it has none; kEnd when there is no such record.
Result<const format::Properties*> look_properties(const weir_records* handle, size_t index) {
  WEIR_ASSIGN(RecordsShell * shell, look_or_tell<RecordsShell>(handle));
  if (index >= shell->records->count()) return Code::kEnd;
  return shell->records->properties(index);
}

// The same for calls that have no status: null also when they cannot be read.
const format::Properties* properties_or_none(const weir_records* handle, size_t index) noexcept {
  const format::Properties* found = nullptr;
  (void)guard(nullptr, [&]() -> Status {
    WEIR_ASSIGN(found, look_properties(handle, index));
    return {};
  });
  return found;
}

}  // namespace

NewRecords::~NewRecords() {
  if (shell_ != nullptr) release_records(shell_, std::move(records_));
}

Status NewRecords::prepare() {
  void* spare = nullptr;
  shell_ = static_cast<RecordsShell*>(pool_of<RecordsShell>().take(&spare));
  records_.reset(static_cast<log::Records*>(spare));
  if (shell_ == nullptr) return Code::kNoMemory;
  if (records_ == nullptr) records_ = std::make_unique<log::Records>();
  return {};
}

weir_records* NewRecords::publish() {
  shell_->records = records_.release();
  return static_cast<weir_records*>(publish_shell(std::exchange(shell_, nullptr)));
}

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

size_t weir_records_count(const weir_records* records) noexcept {
  const RecordsShell* shell = look<RecordsShell>(records);
  return shell == nullptr ? 0 : shell->records->count();
}

weir_status weir_records_get(const weir_records* records, size_t index, weir_record* out) noexcept {
  return guard(nullptr, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("record", out));
    WEIR_ASSIGN(RecordsShell * shell, look_or_tell<RecordsShell>(records));
    if (index >= shell->records->count()) return weir::Code::kEnd;
    const weir::log::Record& found = shell->records->at(index);
    weir_record to = {};
    to.has_properties = found.properties_bytes != 0 ? 1 : 0;
    to.offset = found.offset;
    to.time_ns = found.time_ns;
    to.data = found.payload().data();
    to.size = found.payload_bytes;
    write_struct(out, to);
    return {};
  });
}

uint64_t weir_records_offset(const weir_records* records, size_t index) noexcept {
  const weir::log::Record* found = look_record(records, index);
  return found == nullptr ? 0 : found->offset;
}

int64_t weir_records_time(const weir_records* records, size_t index) noexcept {
  const weir::log::Record* found = look_record(records, index);
  return found == nullptr ? 0 : found->time_ns;
}

size_t weir_records_size(const weir_records* records, size_t index) noexcept {
  const weir::log::Record* found = look_record(records, index);
  return found == nullptr ? 0 : found->payload_bytes;
}

const void* weir_records_data(const weir_records* records, size_t index) noexcept {
  const weir::log::Record* found = look_record(records, index);
  return found == nullptr ? nullptr : found->payload().data();
}

weir_status weir_records_key(const weir_records* records, size_t index, const void** out_key,
                             size_t* out_size) noexcept {
  return guard(nullptr, [&]() -> Status {
    if (out_size == nullptr) return weir::Code::kInvalidArgument;
    *out_size = 0;
    WEIR_TRY(check_out("out_key", out_key));
    WEIR_ASSIGN(const auto* properties, look_properties(records, index));
    if (properties == nullptr || properties->key.empty()) return weir::Code::kNotFound;
    *out_key = properties->key.data();
    *out_size = properties->key.size();
    return {};
  });
}

const char* weir_records_content_type(const weir_records* records, size_t index) noexcept {
  const auto* properties = properties_or_none(records, index);
  return properties == nullptr ? "" : properties->content_type.c_str();
}

size_t weir_records_header_count(const weir_records* records, size_t index) noexcept {
  const auto* properties = properties_or_none(records, index);
  return properties == nullptr ? 0 : properties->headers.size();
}

weir_status weir_records_header_at(const weir_records* records, size_t index, size_t header,
                                   const char** out_name, const void** out_value,
                                   size_t* out_value_size) noexcept {
  return guard(nullptr, [&]() -> Status {
    if (out_value_size == nullptr) return weir::Code::kInvalidArgument;
    *out_value_size = 0;
    WEIR_TRY(check_out("out_name", out_name));
    WEIR_TRY(check_out("out_value", out_value));
    WEIR_ASSIGN(const auto* properties, look_properties(records, index));
    if (properties == nullptr || header >= properties->headers.size()) return weir::Code::kEnd;
    const auto& [name, value] = properties->headers[header];
    *out_name = name.c_str();
    *out_value = value.c_str();
    *out_value_size = value.size();
    return {};
  });
}

weir_status weir_records_header(const weir_records* records, size_t index, const char* name,
                                const void** out_value, size_t* out_value_size) noexcept {
  return guard(nullptr, [&]() -> Status {
    if (name == nullptr || out_value_size == nullptr) return weir::Code::kInvalidArgument;
    *out_value_size = 0;
    WEIR_TRY(check_out("out_value", out_value));
    WEIR_ASSIGN(const auto* properties, look_properties(records, index));
    if (properties == nullptr) return weir::Code::kNotFound;
    for (const auto& header : properties->headers) {
      if (header.first != name) continue;
      *out_value = header.second.c_str();
      *out_value_size = header.second.size();
      return {};
    }
    return weir::Code::kNotFound;
  });
}

void weir_records_free(weir_records* records) noexcept {
  RecordsShell* shell = close_unshared<RecordsShell>(records);
  if (shell == nullptr) return;
  std::unique_ptr<weir::log::Records> owned(std::exchange(shell->records, nullptr));
  release_records(shell, std::move(owned));
}
