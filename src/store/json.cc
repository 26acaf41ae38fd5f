#include "store/json.h"

namespace weir::store {

void JsonWriter::open(std::string_view key) {
  if (!first_) out_ += ',';
  first_ = false;
  if (key.empty()) return;
  append_text(key);
  out_ += ':';
}

void JsonWriter::append_text(std::string_view value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  out_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out_ += "\\u00";
      out_ += kDigits[byte >> 4];
      out_ += kDigits[byte & 15];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
}

JsonWriter& JsonWriter::begin_object(std::string_view key) {
  open(key);
  out_ += '{';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::begin_array(std::string_view key) {
  open(key);
  out_ += '[';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::field(std::string_view key, std::string_view value) {
  open(key);
  append_text(value);
  return *this;
}

JsonWriter& JsonWriter::field(std::string_view key, uint64_t value) {
  open(key);
  out_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::flag(std::string_view key, bool value) {
  open(key);
  out_ += value ? "true" : "false";
  return *this;
}

}  // namespace weir::store
