// What documents are on the outside: JSON text, turned into the stored form on the way in and back on the way out.
// Readers and writers keep their buffers, one set per thread.
#pragma once

#include <string_view>

#include "base/result.h"
#include "engine/cache/documents.h"
#include "engine/cache/filter.h"

namespace weir::cache {

// The result lives until the thread's next call. kInvalidArgument says what is wrong, kTooLarge.
Result<ByteView> stored_form(std::string_view json, uint64_t bytes_max);
// A merge patch (JSON) on a stored document; the result lives until the thread's next call.
Result<ByteView> patched(ByteView stored, std::string_view patch, uint64_t bytes_max);
Result<Filter> parse_filter(std::string_view json);
// Replaces the payloads of JSON documents by their texts.
Status give_out_as_json(Documents* documents);
// The JSON text of the first value that the path leads to. kNotFound.
Result<std::string> field_as_json(ByteView stored, std::string_view path);

}  // namespace weir::cache
