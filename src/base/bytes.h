// Byte views and little-endian helpers. All integers on disk go through load/store: no struct
// casts.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace weir {

using ByteView = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

static_assert(std::endian::native == std::endian::little ||
              std::endian::native == std::endian::big);

template <typename T>
inline T to_little(T value) {
  if constexpr (std::endian::native == std::endian::big) {
    if constexpr (sizeof(T) == 8)
      return static_cast<T>(__builtin_bswap64(static_cast<uint64_t>(value)));
    if constexpr (sizeof(T) == 4)
      return static_cast<T>(__builtin_bswap32(static_cast<uint32_t>(value)));
    if constexpr (sizeof(T) == 2)
      return static_cast<T>(__builtin_bswap16(static_cast<uint16_t>(value)));
  }
  return value;
}

template <typename T>
inline T load_little(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return to_little(value);
}

template <typename T>
inline void store_little(uint8_t* to, T value) {
  value = to_little(value);
  std::memcpy(to, &value, sizeof value);
}

inline ByteView as_bytes(const void* data, size_t size) {
  return {static_cast<const uint8_t*>(data), size};
}
inline ByteView as_bytes(std::string_view text) { return as_bytes(text.data(), text.size()); }
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline constexpr uint64_t align_up(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

}  // namespace weir
