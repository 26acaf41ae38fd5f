// The option structs of collections, from C to the engine's.
#pragma once

#include <weir/collection.h>

#include "base/result.h"
#include "engine/cache/collection.h"

namespace weir::api {

Status init_collection_options(weir_collection_options* out, size_t struct_size);
Status init_put_options(weir_put_options* out, size_t struct_size);
Status init_remove_options(weir_remove_options* out, size_t struct_size);
Status init_find_options(weir_find_options* out, size_t struct_size);
Status set_collection_option(weir_collection_options* options, const char* name, const char* value);

Result<cache::OpenOptions> read_collection_options(const weir_collection_options* given);
// The result borrows the content type from the caller.
Result<cache::PutOptions> read_put_options(const weir_put_options* given);
Result<cache::RemoveOptions> read_remove_options(const weir_remove_options* given);
// *out_form receives WEIR_READ_*.
Result<cache::FindOptions> read_find_options(const weir_find_options* given, uint32_t* out_form);

}  // namespace weir::api
