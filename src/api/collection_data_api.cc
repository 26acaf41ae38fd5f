// Documents in and out of collections, one by one and many at once.
#include <weir/collection.h>

#include <numeric>

#include "api/check.h"
#include "api/collection_keys.h"
#include "api/collection_options.h"
#include "api/collection_shells.h"
#include "api/guard.h"
#include "api/options.h"
#include "engine/cache/content.h"

namespace weir::api {

namespace {

Status check_out_result(const weir_put_result* out) {
  return out == nullptr ? Status() : check_out_struct("put_result", out);
}

void write_result(const cache::PutResult& from, weir_put_result* out) {
  if (out == nullptr) return;
  weir_put_result to = {};
  to.level = static_cast<uint32_t>(from.level);
  to.version = from.version;
  to.count = from.count;
  to.generated_key = from.generated_key;
  write_struct(out, to);
}

Status check_form(uint32_t form) {
  return check_range("form", form, WEIR_READ_JSON, WEIR_READ_STORED);
}

Status give_out(uint32_t form, cache::Documents* documents) {
  return form == WEIR_READ_JSON ? cache::give_out_as_json(documents) : Status();
}

Result<std::shared_ptr<const cache::Filter>> check_filter(const char* filter) {
  const std::string_view json = filter == nullptr ? std::string_view() : filter;
  WEIR_ASSIGN(cache::Filter parsed, cache::parse_filter(json));
  return std::shared_ptr<const cache::Filter>(std::make_shared<cache::Filter>(std::move(parsed)));
}

Result<std::vector<cache::Item>> check_items(const std::vector<std::string_view>& keys,
                                             ByteView data, const uint32_t* sizes) {
  WEIR_TRY(check_pointer("sizes", sizes));
  const uint64_t sum = std::accumulate(sizes, sizes + keys.size(), uint64_t{0});
  if (sum != data.size()) {
    return Status(Code::kInvalidArgument,
                  text("sizes add up to ", sum, " bytes and data_size is ", uint64_t{data.size()}));
  }
  std::vector<cache::Item> items;
  items.reserve(keys.size());
  size_t at = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    items.push_back({keys[i], data.subspan(at, sizes[i])});
    at += sizes[i];
  }
  return items;
}

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_collection_put(weir_collection* collection, const char* key, const void* data,
                                size_t size, const weir_put_options* options, weir_put_result* out,
                                weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_key(key));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto put, read_put_options(options));
    weir::cache::PutResult result;
    Status status = use->handle->put(checked, payload, put, &result);
    if (!status.failed()) write_result(result, out);
    return status;
  });
}

weir_status weir_collection_insert(weir_collection* collection, const void* data, size_t size,
                                   const weir_put_options* options, weir_put_result* out,
                                   weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_result(out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto payload, check_data("data", data, size));
    WEIR_ASSIGN(const auto put, read_put_options(options));
    weir::cache::PutResult result;
    Status status = use->handle->insert(payload, put, &result);
    if (!status.failed()) write_result(result, out);
    return status;
  });
}

weir_status weir_collection_update(weir_collection* collection, const char* key, const void* patch,
                                   size_t patch_size, const weir_put_options* options,
                                   weir_put_result* out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_key(key));
    WEIR_ASSIGN(const auto changes, check_data("patch", patch, patch_size));
    WEIR_ASSIGN(const auto put, read_put_options(options));
    weir::cache::PutResult result;
    Status status = use->handle->update(checked, weir::as_text(changes), put, &result);
    if (!status.failed()) write_result(result, out);
    return status;
  });
}

weir_status weir_collection_put_many(weir_collection* collection, const char* keys,
                                     size_t keys_size, const void* data, size_t data_size,
                                     const uint32_t* sizes, size_t count,
                                     const weir_put_options* options, weir_put_result* out,
                                     weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out_result(out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto names, check_keys(keys, keys_size, count));
    WEIR_ASSIGN(const auto payloads, check_data("data", data, data_size));
    WEIR_ASSIGN(const auto items, check_items(names, payloads, sizes));
    WEIR_ASSIGN(const auto put, read_put_options(options));
    WEIR_TRY(check_range("expected_version", put.expected_version, 0, 0));
    weir::cache::PutResult result;
    Status status = use->handle->put_many(items, put, &result);
    if (!status.failed()) write_result(result, out);
    return status;
  });
}

weir_status weir_collection_get(weir_collection* collection, const char* key, uint32_t form,
                                weir_documents** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_key(key));
    WEIR_TRY(check_form(form));
    NewDocuments documents;
    WEIR_TRY(documents.prepare());
    WEIR_TRY(use->handle->get(checked, documents.into()));
    WEIR_TRY(give_out(form, documents.into()));
    *out = documents.publish();
    return {};
  });
}

weir_status weir_collection_get_many(weir_collection* collection, const char* keys,
                                     size_t keys_size, size_t count, uint32_t form,
                                     weir_documents** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto names, check_keys(keys, keys_size, count));
    WEIR_TRY(check_form(form));
    NewDocuments documents;
    WEIR_TRY(documents.prepare());
    WEIR_TRY(use->handle->get_many(names, documents.into()));
    WEIR_TRY(give_out(form, documents.into()));
    *out = documents.publish();
    return {};
  });
}

weir_status weir_collection_remove(weir_collection* collection, const char* key,
                                   const weir_remove_options* options, uint32_t* out_level,
                                   weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_key(key));
    WEIR_ASSIGN(const auto remove, read_remove_options(options));
    auto level = weir::store::Level::kMemory;
    WEIR_TRY(use->handle->remove(checked, remove, &level));
    if (out_level != nullptr) *out_level = static_cast<uint32_t>(level);
    return {};
  });
}

weir_status weir_collection_remove_many(weir_collection* collection, const char* keys,
                                        size_t keys_size, size_t count, uint32_t durability,
                                        uint64_t* out_count, uint32_t* out_level,
                                        weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_count != nullptr) *out_count = 0;
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto names, check_keys(keys, keys_size, count));
    WEIR_ASSIGN(const auto wanted, check_durability(durability));
    uint64_t removed = 0;
    auto level = weir::store::Level::kMemory;
    WEIR_TRY(use->handle->remove_many(names, wanted, &removed, &level));
    if (out_count != nullptr) *out_count = removed;
    if (out_level != nullptr) *out_level = static_cast<uint32_t>(level);
    return {};
  });
}

weir_status weir_collection_count(weir_collection* collection, const char* filter, uint64_t* out,
                                  weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    *out = 0;
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto parsed, check_filter(filter));
    return weir::cache::Handle::count_matches(use->handle, parsed, out);
  });
}

weir_status weir_collection_find(weir_collection* collection, const char* filter,
                                 const weir_find_options* options, weir_documents** out,
                                 uint64_t* out_next, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    if (out_next != nullptr) *out_next = 0;
    WEIR_TRY(check_out("out", out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto parsed, check_filter(filter));
    uint32_t form = WEIR_READ_JSON;
    WEIR_ASSIGN(const auto find, read_find_options(options, &form));
    NewDocuments documents;
    WEIR_TRY(documents.prepare());
    uint64_t next = 0;
    WEIR_TRY(weir::cache::Handle::find(use->handle, parsed, find, documents.into(), &next));
    WEIR_TRY(give_out(form, documents.into()));
    if (out_next != nullptr) *out_next = next;
    *out = documents.publish();
    return {};
  });
}

// --- cursors ---

weir_status weir_cursor_open(weir_collection* collection, const char* filter, uint32_t form,
                             weir_cursor** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    weir::cache::CursorOptions options;
    WEIR_ASSIGN(options.filter, check_filter(filter));
    WEIR_TRY(check_form(form));
    New<CursorShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_ASSIGN(shell->cursor, weir::cache::Cursor::open(use->handle, options));
    shell->form = form;
    *out = shell.publish();
    return {};
  });
}

weir_status weir_cursor_next(weir_cursor* cursor, size_t count_max, uint64_t bytes_max,
                             weir_documents** out, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    WEIR_ASSIGN(CursorShell * shell, look_or_tell<CursorShell>(cursor));
    WEIR_TRY(check_range("count_max", count_max, 1, weir::cache::kPageCountMax));
    NewDocuments documents;
    WEIR_TRY(documents.prepare());
    WEIR_TRY(shell->cursor->next(count_max, bytes_max, documents.into()));
    WEIR_TRY(give_out(shell->form, documents.into()));
    *out = documents.publish();
    return {};
  });
}

weir_status weir_cursor_close(weir_cursor* cursor, weir_error* err) noexcept {
  if (cursor == nullptr) return WEIR_OK;
  return guard(err, [&]() -> Status {
    WEIR_TRY(look_or_tell<CursorShell>(cursor).take_status());
    CursorShell* shell = close_unshared<CursorShell>(cursor);
    if (shell == nullptr) return weir::Code::kClosed;
    recycle(shell);
    return {};
  });
}
