#include "api/collection_keys.h"

#include <cstring>

namespace weir::api {

Result<std::vector<std::string_view>> check_keys(const char* keys, size_t keys_size, size_t count) {
  WEIR_TRY(check_pointer("keys", keys));
  WEIR_TRY(check_range("count", count, 1, cache::kManyCountMax));
  std::vector<std::string_view> all;
  all.reserve(count);
  size_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    const void* end = std::memchr(keys + at, 0, keys_size - at);
    if (end == nullptr) {
      return Status(Code::kInvalidArgument,
                    text("keys_size is ", uint64_t{keys_size}, ", and only ", uint64_t{i}, " of ",
                         uint64_t{count}, " keys end within it"));
    }
    WEIR_ASSIGN(const std::string_view key, check_key(keys + at));
    all.push_back(key);
    at += key.size() + 1;
  }
  if (at != keys_size) {
    return Status(Code::kInvalidArgument, text(uint64_t{count}, " keys take ", uint64_t{at},
                                               " bytes and keys_size is ", uint64_t{keys_size}));
  }
  return all;
}

}  // namespace weir::api
