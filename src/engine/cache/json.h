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
  // Each takes the place to write to and gives the one behind; nullptr for bytes that make no sense. (The place is no member:
  // what is written through a char* may be any member to the compiler.)
  char* put_values(format::ValueReader values, bool named, unsigned depth, char* at);
  char* put_value(const format::ValueView& value, unsigned depth, char* at);
  char* put_text(std::string_view value, char* at);
  char* put_long_text(std::string_view value, char* at);
  // Makes room for so many bytes at the place, which may move.
  char* reserve(char* at, size_t bytes) {
    return static_cast<size_t>(end_ - at) >= bytes ? at : grow(at, bytes);
  }
  char* grow(char* at, size_t bytes);

  std::unique_ptr<char[]> buffer_;
  char* end_ = nullptr;
};

}  // namespace weir::cache
