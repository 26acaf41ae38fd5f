// Structs that grow: each begins with its size as the caller knows it. A shorter one takes the
// defaults for the rest; a longer one is fine as long as its unknown tail is zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "store/options.h"

namespace weir::api {

// More than any version of any struct will have: a wild size must not become a wild read.
inline constexpr size_t kStructBytesMin = 8;
inline constexpr size_t kStructBytesMax = 4096;

// Untyped cores of the templates below. `known` is this library's size of the struct.
Status read_struct_bytes(const char* name, const void* given, void* into, size_t known);
Status check_struct_size(const char* name, const void* given, size_t known);
void write_struct_bytes(void* out, const void* value, size_t known);
Status init_struct_bytes(void* out, size_t struct_size, const void* defaults, size_t known);

// Copies *given over the defaults in *into; a NULL `given` leaves those.
template <typename T>
Status read_struct(const char* name, const T* given, T* into) {
  return given == nullptr ? Status() : read_struct_bytes(name, given, into, sizeof(T));
}

// For a struct that is to be written: checks before the work is done that the result can be told.
template <typename T>
Status check_out_struct(const char* name, const T* out) {
  return check_struct_size(name, out, sizeof(T));
}

// Writes as much as the caller's struct has room for, and zeros into what this library does not
// know.
template <typename T>
void write_struct(T* out, const T& value) {
  write_struct_bytes(out, &value, sizeof(T));
}

template <typename T>
Status init_struct(T* out, size_t struct_size, const T& defaults) {
  return init_struct_bytes(out, struct_size, &defaults, sizeof(T));
}

// Options by name, from text.
enum class FieldType : uint8_t {
  kBytes,         // uint64_t; KiB, MiB, GiB, TiB
  kCount,         // uint32_t
  kLargeCount,    // uint64_t
  kMilliseconds,  // uint32_t; ms, s
  kDuration,      // int64_t of milliseconds; ms, s, min, h, d
  kFlag,          // uint8_t; 0, 1, true, false
  kChoice,        // uint32_t; one of the words
};

struct Choice {
  const char* word;
  uint32_t value;
};

struct Field {
  const char* name;
  FieldType type;
  size_t offset;
  store::Range range{0, 0};
  std::span<const Choice> choices{};
};

// Sets the field `name` of the struct `options` (of type struct_name, `known` bytes in this
// library) to what `value` says.
Status set_field(const char* struct_name, void* options, size_t known,
                 std::span<const Field> fields, const char* name, const char* value);

}  // namespace weir::api
