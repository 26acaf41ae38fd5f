#include "api/collection_options.h"

#include "api/check.h"
#include "api/options.h"

namespace weir::api {

namespace {

static_assert(static_cast<uint32_t>(cache::Kind::kDurable) == WEIR_COLLECTION_DURABLE);
static_assert(static_cast<uint32_t>(cache::Kind::kMemory) == WEIR_COLLECTION_MEMORY);
static_assert(static_cast<uint32_t>(cache::PutMode::kUpsert) == WEIR_PUT_UPSERT);
static_assert(static_cast<uint32_t>(cache::PutMode::kInsert) == WEIR_PUT_INSERT);
static_assert(static_cast<uint32_t>(cache::PutMode::kReplace) == WEIR_PUT_REPLACE);

// The defaults are the engine's, so that there is one place for them.
constexpr weir_collection_options kCollectionDefaults = [] {
  constexpr cache::OpenOptions kEngine;
  weir_collection_options options = {};
  options.struct_size = sizeof options;
  options.kind = static_cast<uint32_t>(kEngine.kind);
  options.create = kEngine.create ? 1 : 0;
  options.existing_kind = kEngine.existing_kind ? 1 : 0;
  return options;
}();

constexpr weir_put_options kPutDefaults = [] {
  weir_put_options options = {};
  options.struct_size = sizeof options;
  options.durability = WEIR_DURABILITY_DEFAULT;
  options.mode = WEIR_PUT_UPSERT;
  options.format = WEIR_DOCUMENT_JSON;
  return options;
}();

constexpr weir_remove_options kRemoveDefaults = [] {
  weir_remove_options options = {};
  options.struct_size = sizeof options;
  options.durability = WEIR_DURABILITY_DEFAULT;
  return options;
}();

constexpr weir_find_options kFindDefaults = [] {
  constexpr cache::FindOptions kEngine;
  weir_find_options options = {};
  options.struct_size = sizeof options;
  options.form = WEIR_READ_JSON;
  options.count_max = kEngine.count_max;
  options.bytes_max = kEngine.bytes_max;
  return options;
}();

constexpr Choice kKinds[] = {{"durable", WEIR_COLLECTION_DURABLE},
                             {"memory", WEIR_COLLECTION_MEMORY}};
constexpr Field kCollectionFields[] = {
    {"kind", FieldType::kChoice, offsetof(weir_collection_options, kind), {0, 0}, kKinds},
    {"save_interval_ms",
     FieldType::kMilliseconds,
     offsetof(weir_collection_options, save_interval_ms),
     {0, cache::kSaveIntervalMsMax}},
    {"create", FieldType::kFlag, offsetof(weir_collection_options, create)},
    {"existing_kind", FieldType::kFlag, offsetof(weir_collection_options, existing_kind)},
};

constexpr uint64_t kVersionMax = INT64_MAX;

}  // namespace

Status init_collection_options(weir_collection_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kCollectionDefaults);
}

Status init_put_options(weir_put_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kPutDefaults);
}

Status init_remove_options(weir_remove_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kRemoveDefaults);
}

Status init_find_options(weir_find_options* out, size_t struct_size) {
  return init_struct(out, struct_size, kFindDefaults);
}

Status set_collection_option(weir_collection_options* options, const char* name,
                             const char* value) {
  return set_field("collection_options", options, sizeof *options, kCollectionFields, name, value);
}

Result<cache::OpenOptions> read_collection_options(const weir_collection_options* given) {
  weir_collection_options options = kCollectionDefaults;
  WEIR_TRY(read_struct("collection_options", given, &options));
  WEIR_TRY(check_reserved("weir_collection_options", options.reserved));
  WEIR_TRY(check_range("kind", options.kind, WEIR_COLLECTION_DURABLE, WEIR_COLLECTION_MEMORY));
  WEIR_TRY(check_range("save_interval_ms", options.save_interval_ms, 0, cache::kSaveIntervalMsMax));
  WEIR_TRY(check_flag("create", options.create));
  WEIR_TRY(check_flag("existing_kind", options.existing_kind));
  cache::OpenOptions open;
  open.kind = static_cast<cache::Kind>(options.kind);
  open.save_interval_ms = options.save_interval_ms;
  open.create = options.create != 0;
  open.existing_kind = options.existing_kind != 0;
  return open;
}

Result<cache::PutOptions> read_put_options(const weir_put_options* given) {
  weir_put_options options = kPutDefaults;
  WEIR_TRY(read_struct("put_options", given, &options));
  cache::PutOptions put;
  WEIR_ASSIGN(put.durability, check_durability(options.durability));
  WEIR_TRY(check_duration("ttl_ms", options.ttl_ms));
  WEIR_TRY(check_range("expected_version", options.expected_version, 0, kVersionMax));
  WEIR_TRY(check_range("mode", options.mode, WEIR_PUT_UPSERT, WEIR_PUT_REPLACE));
  WEIR_TRY(check_range("format", options.format, WEIR_DOCUMENT_JSON, WEIR_DOCUMENT_BYTES));
  if (options.content_type != nullptr) {
    if (options.format == WEIR_DOCUMENT_JSON) {
      return Status(Code::kInvalidArgument,
                    "content_type is given and format is WEIR_DOCUMENT_JSON, which has its own");
    }
    WEIR_ASSIGN(put.content_type,
                check_text("content_type", options.content_type, 0, cache::kContentTypeBytesMax));
  }
  put.timeout_ms = options.timeout_ms;
  put.ttl_ms = options.ttl_ms;
  put.expected_version = options.expected_version;
  put.mode = static_cast<cache::PutMode>(options.mode);
  put.is_json = options.format == WEIR_DOCUMENT_JSON;
  return put;
}

Result<cache::RemoveOptions> read_remove_options(const weir_remove_options* given) {
  weir_remove_options options = kRemoveDefaults;
  WEIR_TRY(read_struct("remove_options", given, &options));
  cache::RemoveOptions remove;
  WEIR_ASSIGN(remove.durability, check_durability(options.durability));
  WEIR_TRY(check_range("expected_version", options.expected_version, 0, kVersionMax));
  remove.expected_version = options.expected_version;
  return remove;
}

Result<cache::FindOptions> read_find_options(const weir_find_options* given, uint32_t* out_form) {
  weir_find_options options = kFindDefaults;
  WEIR_TRY(read_struct("find_options", given, &options));
  WEIR_TRY(check_range("form", options.form, WEIR_READ_JSON, WEIR_READ_STORED));
  WEIR_TRY(check_range("count_max", options.count_max, 1, cache::kPageCountMax));
  WEIR_TRY(check_range("after", options.after, 0, kVersionMax));
  cache::FindOptions find;
  find.count_max = options.count_max;
  find.bytes_max = options.bytes_max;
  find.after = options.after;
  *out_form = options.form;
  return find;
}

}  // namespace weir::api
