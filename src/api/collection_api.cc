#include <weir/collection.h>

#include "api/check.h"
#include "api/collection_keys.h"
#include "api/collection_options.h"
#include "api/collection_shells.h"
#include "api/guard.h"
#include "api/named_object.h"
#include "api/options.h"
#include "api/shells.h"
#include "engine/cache/path.h"

namespace weir::api {

namespace {

static_assert(static_cast<uint32_t>(cache::Loaded::kUnloaded) == WEIR_COLLECTION_UNLOADED);
static_assert(static_cast<uint32_t>(cache::Loaded::kLoading) == WEIR_COLLECTION_LOADING);
static_assert(static_cast<uint32_t>(cache::Loaded::kLoaded) == WEIR_COLLECTION_LOADED);
static_assert(static_cast<uint32_t>(cache::Loaded::kDirty) == WEIR_COLLECTION_DIRTY);

Result<std::string_view> check_name(const char* what, const char* name) {
  return check_text(what, name, 1, cache::kNameBytesMax);
}

weir_collection_statistics to_c(const cache::Statistics& from) {
  weir_collection_statistics to = {};
  to.kind = static_cast<uint32_t>(from.kind);
  to.state = static_cast<uint32_t>(from.state);
  to.index_count = static_cast<uint32_t>(from.index_count);
  to.document_count = from.document_count;
  to.put_count = from.put_count;
  to.remove_count = from.remove_count;
  to.hit_count = from.hit_count;
  to.miss_count = from.miss_count;
  to.expired_count = from.expired_count;
  to.evicted_bytes = from.evicted_bytes;
  to.memory_bytes = from.memory_bytes;
  to.directory_bytes = from.directory_bytes;
  to.index_bytes = from.index_bytes;
  to.disk_bytes = from.disk_bytes;
  to.next_version = from.next_version;
  return to;
}

}  // namespace

}  // namespace weir::api

using namespace weir::api;  // NOLINT(google-build-using-namespace): the C side of this layer
using weir::Status;

weir_status weir_collection_options_init(weir_collection_options* options,
                                         size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_collection_options(options, struct_size); });
}

weir_status weir_put_options_init(weir_put_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_put_options(options, struct_size); });
}

weir_status weir_remove_options_init(weir_remove_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_remove_options(options, struct_size); });
}

weir_status weir_find_options_init(weir_find_options* options, size_t struct_size) noexcept {
  return guard(nullptr, [&] { return init_find_options(options, struct_size); });
}

weir_status weir_collection_options_set(weir_collection_options* options, const char* name,
                                        const char* value, weir_error* err) noexcept {
  return guard(err, [&] { return set_collection_option(options, name, value); });
}

weir_status weir_collection_open(weir_store* store, const char* name,
                                 const weir_collection_options* options, weir_collection** out,
                                 weir_error* err) noexcept {
  using Opened = weir::Result<std::unique_ptr<weir::cache::Handle>>;
  return open_object<CollectionShell>(store, out, err, [&](const auto& opened_store) -> Opened {
    WEIR_ASSIGN(const auto checked, check_name("collection name", name));
    WEIR_ASSIGN(const auto open, read_collection_options(options));
    return weir::cache::Handle::open(opened_store, checked, open);
  });
}

weir_status weir_collection_close(weir_collection* collection, weir_error* err) noexcept {
  return close_object<CollectionShell>(collection, err);
}

weir_status weir_collection_drop(weir_store* store, const char* name, weir_error* err) noexcept {
  return drop_object(store, err, [&](weir::store::Store& opened) -> Status {
    WEIR_ASSIGN(const auto checked, check_name("collection name", name));
    return weir::cache::drop(opened, checked);
  });
}

weir_status weir_collection_list(weir_store* store, weir_names** out, weir_error* err) noexcept {
  return list_objects(store, out, err, weir::cache::list);
}

weir_status weir_collection_stats(weir_collection* collection, weir_collection_statistics* out,
                                  weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_pointer("out", out));
    WEIR_TRY(check_out_struct("collection_statistics", out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    weir::cache::Statistics counts;
    WEIR_TRY(use->handle->stats(&counts));
    write_struct(out, to_c(counts));
    return {};
  });
}

weir_status weir_collection_save(weir_collection* collection, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    return use->handle->save();
  });
}

// --- indexes ---

weir_status weir_collection_index_create(weir_collection* collection, const char* path,
                                         uint8_t fold, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_text("path", path, 1, weir::cache::kPathBytesMax));
    WEIR_TRY(check_flag("fold", fold));
    return use->handle->create_index(checked, fold != 0);
  });
}

weir_status weir_collection_index_drop(weir_collection* collection, const char* path, uint8_t fold,
                                       weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_text("path", path, 1, weir::cache::kPathBytesMax));
    WEIR_TRY(check_flag("fold", fold));
    return use->handle->drop_index(checked, fold != 0);
  });
}

weir_status weir_collection_index_rebuild(weir_collection* collection, const char* path,
                                          uint8_t fold, weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    WEIR_ASSIGN(const auto checked, check_text("path", path, 1, weir::cache::kPathBytesMax));
    WEIR_TRY(check_flag("fold", fold));
    return use->handle->rebuild_index(checked, fold != 0);
  });
}

weir_status weir_collection_index_list(weir_collection* collection, weir_names** out,
                                       weir_error* err) noexcept {
  return guard(err, [&]() -> Status {
    WEIR_TRY(check_out("out", out));
    Use<CollectionShell> use;
    WEIR_TRY(use.enter(collection));
    New<NamesShell> shell;
    WEIR_TRY(shell.prepare());
    WEIR_TRY(use->handle->list_indexes(&shell->names));
    *out = shell.publish();
    return {};
  });
}
