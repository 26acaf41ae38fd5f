// JSON text <-> stored documents. The only place that sees simdjson.
//
// In: UTF-8, one object. Refused, with what and where: anything that is no JSON, a name twice in one object, names of 0 or
// more than 255 bytes, integers outside int64 and uint64, floats beyond a double (NaN and Infinity are no JSON), objects
// and lists deeper than 64, more bytes than allowed. Integers stay exact; 30 is an integer, 30.0 a float.
// Out: no white space, fields in the order in which they came, the shortest text that reads back as the same double,
// nothing escaped but quotes, backslashes and control characters.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/document_codec.h"

namespace weir::cache {

// Keeps its buffers between calls; one per thread. Thread class: exclusive.
class JsonReader {
 public:
  JsonReader();
  ~JsonReader();
  JsonReader(const JsonReader&) = delete;
  JsonReader& operator=(const JsonReader&) = delete;

  // The stored form lives in `writer` until its next begin(). kInvalidArgument says what is wrong and at which byte
  // or path, kTooLarge that text or stored form is above `bytes_max` (the text may be twice that).
  Result<ByteView> read(std::string_view json, uint64_t bytes_max, format::DocumentWriter* writer);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Keeps its buffer between calls. Thread class: exclusive.
class JsonWriter {
 public:
  // The text lives until the next call. kCorrupt when the bytes are no document.
  Result<std::string_view> write(ByteView document);

 private:
  bool write_values(format::ValueReader values, bool named, unsigned depth);
  bool write_value(const format::ValueView& value, unsigned depth);
  void write_text(std::string_view value);
  void write_float(const format::ValueView& value);
  void reserve(size_t bytes);

  std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace weir::cache
