#include "api/options.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "api/check.h"

namespace weir::api {

namespace {

constexpr size_t kValueBytesMax = 64;

uint32_t size_of(const void* given) {
  uint32_t size = 0;
  std::memcpy(&size, given, sizeof size);
  return size;
}

struct Suffix {
  std::string_view text;
  uint64_t factor;
};
constexpr Suffix kByteSuffixes[] = {
    {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}};
constexpr Suffix kTimeSuffixes[] = {{"ms", 1}, {"s", 1000}};
constexpr Suffix kDurationSuffixes[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

// A number with one of the suffixes or none; false when it is none, or above 64 bits.
bool parse_number(std::string_view value, std::span<const Suffix> suffixes, uint64_t* out) {
  uint64_t factor = 1;
  for (const Suffix& suffix : suffixes) {
    if (!value.ends_with(suffix.text)) continue;
    value.remove_suffix(suffix.text.size());
    factor = suffix.factor;
    break;
  }
  const char* end = value.data() + value.size();
  uint64_t number = 0;
  const auto [stop, failure] = std::from_chars(value.data(), end, number);
  if (failure != std::errc() || stop != end) return false;
  return !__builtin_mul_overflow(number, factor, out);
}

bool parse_flag(std::string_view value, uint64_t* out) {
  *out = value == "1" || value == "true" ? 1 : 0;
  return *out == 1 || value == "0" || value == "false";
}

bool parse_choice(std::string_view value, std::span<const Choice> choices, uint64_t* out) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const Choice& choice) { return value == choice.word; });
  if (found == choices.end()) return false;
  *out = found->value;
  return true;
}

bool parse_field(const Field& field, std::string_view value, uint64_t* out) {
  switch (field.type) {
    case FieldType::kFlag:
      return parse_flag(value, out);
    case FieldType::kChoice:
      return parse_choice(value, field.choices, out);
    case FieldType::kBytes:
      return parse_number(value, kByteSuffixes, out) && *out >= field.range.min &&
             *out <= field.range.max;
    case FieldType::kCount:
    case FieldType::kLargeCount:
      return parse_number(value, {}, out) && *out >= field.range.min && *out <= field.range.max;
    case FieldType::kMilliseconds:
      return parse_number(value, kTimeSuffixes, out) && *out >= field.range.min &&
             *out <= field.range.max;
    case FieldType::kDuration:
      return parse_number(value, kDurationSuffixes, out) && *out >= field.range.min &&
             *out <= field.range.max;
  }
  return false;
}

std::string what_is_right(const Field& field) {
  const std::string range = text("from ", field.range.min, " to ", field.range.max);
  switch (field.type) {
    case FieldType::kFlag:
      return "0, 1, true or false";
    case FieldType::kBytes:
      return text("a number of bytes ", range, ", with KiB, MiB, GiB, TiB or nothing behind it");
    case FieldType::kCount:
    case FieldType::kLargeCount:
      return text("a number ", range);
    case FieldType::kMilliseconds:
      return text("a time ", range, " ms, with ms, s or nothing behind it");
    case FieldType::kDuration:
      return text("a time ", range, " ms, with ms, s, min, h, d or nothing behind it");
    case FieldType::kChoice:
      break;
  }
  std::string words;
  for (const Choice& choice : field.choices) {
    if (!words.empty()) words += " or ";
    words += choice.word;
  }
  return words;
}

size_t bytes_of(FieldType type) {
  switch (type) {
    case FieldType::kBytes:
    case FieldType::kLargeCount:
    case FieldType::kDuration:
      return sizeof(uint64_t);
    case FieldType::kCount:
    case FieldType::kMilliseconds:
    case FieldType::kChoice:
      return sizeof(uint32_t);
    case FieldType::kFlag:
      break;
  }
  return sizeof(uint8_t);
}

void store_field(const Field& field, void* options, uint64_t value) {
  uint8_t* at = static_cast<uint8_t*>(options) + field.offset;
  const auto word = static_cast<uint32_t>(value);
  const auto byte = static_cast<uint8_t>(value);
  if (bytes_of(field.type) == sizeof value) std::memcpy(at, &value, sizeof value);
  if (bytes_of(field.type) == sizeof word) std::memcpy(at, &word, sizeof word);
  if (bytes_of(field.type) == sizeof byte) *at = byte;
}

Status unknown_name(std::string_view name, std::span<const Field> fields) {
  std::string known;
  for (const Field& field : fields) known += (known.empty() ? "" : ", ") + std::string(field.name);
  return {Code::kInvalidArgument, text("no option ", quoted(name), "; there are ", known)};
}

}  // namespace

Status check_struct_size(const char* name, const void* given, size_t known) {
  const uint32_t size = size_of(given);
  if (size >= kStructBytesMin && size <= kStructBytesMax) return {};
  return {Code::kInvalidArgument,
          text(name, ".struct_size is ", size, "; it is sizeof(weir_", name, "), here ", known)};
}

Status read_struct_bytes(const char* name, const void* given, void* into, size_t known) {
  WEIR_TRY(check_struct_size(name, given, known));
  const size_t size = size_of(given);
  const auto* bytes = static_cast<const uint8_t*>(given);
  const bool zero_tail = size <= known || std::all_of(bytes + known, bytes + size,
                                                      [](uint8_t byte) { return byte == 0; });
  if (!zero_tail) {
    return {Code::kUnsupported,
            text(name, ".struct_size is ", size, " and asks for something in its last ",
                 size - known, " bytes that this library does not know")};
  }
  std::memcpy(into, given, std::min(size, known));
  return {};
}

void write_struct_bytes(void* out, const void* value, size_t known) {
  const uint32_t size = size_of(out);
  auto* bytes = static_cast<uint8_t*>(out);
  std::memcpy(bytes, value, std::min<size_t>(size, known));
  if (size > known) std::memset(bytes + known, 0, size - known);
  std::memcpy(bytes, &size, sizeof size);
}

Status init_struct_bytes(void* out, size_t struct_size, const void* defaults, size_t known) {
  if (out == nullptr || struct_size < kStructBytesMin || struct_size > kStructBytesMax) {
    return Code::kInvalidArgument;
  }
  const auto size = static_cast<uint32_t>(struct_size);
  std::memcpy(out, &size, sizeof size);
  write_struct_bytes(out, defaults, known);
  return {};
}

Status set_field(const char* struct_name, void* options, size_t known,
                 std::span<const Field> fields, const char* name, const char* value) {
  WEIR_TRY(check_pointer("options", options));
  WEIR_TRY(check_struct_size(struct_name, options, known));
  WEIR_TRY(check_pointer("name", name));
  WEIR_TRY(check_pointer("value", value));
  const std::string_view wanted(name, strnlen(name, kValueBytesMax));
  const std::string_view given(value, strnlen(value, kValueBytesMax));
  const auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& each) { return wanted == each.name; });
  if (field == fields.end()) return unknown_name(wanted, fields);
  if (field->offset + bytes_of(field->type) > size_of(options)) {
    return {Code::kInvalidArgument, text(struct_name, ".struct_size is ", size_of(options),
                                         ", too small for ", field->name)};
  }
  uint64_t parsed = 0;
  if (!parse_field(*field, given, &parsed)) {
    return {Code::kInvalidArgument,
            text(field->name, " is ", quoted(given), "; it is ", what_is_right(*field))};
  }
  store_field(*field, options, parsed);
  return {};
}

}  // namespace weir::api
