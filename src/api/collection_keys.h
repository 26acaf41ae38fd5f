// Keys as they come through the C API.
#pragma once

#include <string_view>
#include <vector>

#include "api/check.h"
#include "engine/cache/collection.h"

namespace weir::api {

inline Result<std::string_view> check_key(const char* key) {
  return check_text("key", key, 1, format::kDocumentKeyBytesMax);
}

// `count` zero-terminated keys, one behind the other.
Result<std::vector<std::string_view>> check_keys(const char* keys, size_t keys_size, size_t count);

}  // namespace weir::api
