#include "engine/cache/json.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/assert.h"
#include "engine/cache/json_diagnosis.h"

namespace weir::cache {

namespace {

namespace dom = simdjson::dom;
using format::DocumentWriter;
using format::ValueReader;
using format::ValueType;
using format::ValueView;

constexpr size_t kBytesKept = 1u << 20;  // buffers for larger texts are given back

void add_value(dom::element value, DocumentWriter* writer);

void add_fields(dom::object object, DocumentWriter* writer) {
  for (const auto field : object) {
    writer->name(field.key);
    add_value(field.value, writer);
    if (writer->failed()) return;
  }
}

void add_elements(dom::array array, DocumentWriter* writer) {
  for (const dom::element element : array) {
    add_value(element, writer);
    if (writer->failed()) return;
  }
}

// The types were asked for, so the unsafe accessors are safe. simdjson bounds the depth to 1024, the writer to less.
void add_value(dom::element value, DocumentWriter* writer) {
  switch (value.type()) {
    case dom::element_type::NULL_VALUE:
      return writer->add_null();
    case dom::element_type::BOOL:
      return writer->add_bool(bool(value));
    case dom::element_type::INT64:
      return writer->add_int(int64_t(value));
    case dom::element_type::UINT64:
      return writer->add_uint(uint64_t(value));
    case dom::element_type::DOUBLE:
      return writer->add_float(double(value));
    case dom::element_type::STRING:
      return writer->add_text(std::string_view(value));
    case dom::element_type::ARRAY:
      writer->begin_list();
      if (!writer->failed()) add_elements(dom::array(value), writer);
      return writer->end();
    case dom::element_type::OBJECT:
      writer->begin_object();
      if (!writer->failed()) add_fields(dom::object(value), writer);
      return writer->end();
  }
}

}  // namespace

struct JsonReader::Impl {
  dom::parser parser;
  std::unique_ptr<char[]> padded;  // simdjson reads a little beyond the text
  size_t capacity = 0;

  char* room_for(size_t bytes) {
    if (capacity < bytes + simdjson::SIMDJSON_PADDING) {
      capacity = std::max<size_t>(4096, 2 * bytes) + simdjson::SIMDJSON_PADDING;
      padded.reset(new char[capacity]);
    }
    std::memset(padded.get() + bytes, ' ', simdjson::SIMDJSON_PADDING);
    return padded.get();
  }
  void give_back() {
    if (capacity <= 2 * kBytesKept) return;
    padded.reset();
    capacity = 0;
    parser = dom::parser();
  }
};

JsonReader::JsonReader() : impl_(std::make_unique<Impl>()) {}
JsonReader::~JsonReader() = default;

Result<ByteView> JsonReader::read(std::string_view json, uint64_t bytes_max,
                                  DocumentWriter* writer) {
  bytes_max = std::min(bytes_max, format::kDocumentBytesMax);
  if (json.size() > 2 * bytes_max) {
    return Status(Code::kTooLarge, text("JSON of ", uint64_t{json.size()}, " bytes; at most ",
                                        2 * bytes_max, " are allowed"));
  }
  char* padded = impl_->room_for(json.size());
  if (!json.empty()) std::memcpy(padded, json.data(), json.size());
  dom::element root;
  const auto error = impl_->parser.parse(padded, json.size(), false).get(root);
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
  if (error != simdjson::SUCCESS) {
    impl_->give_back();
    return diagnose_json(json, simdjson::error_message(error));
  }
  if (!root.is_object()) {
    return Status(Code::kInvalidArgument, "the JSON text is no object; a document is one");
  }
  writer->begin();
  add_fields(dom::object(root), writer);
  impl_->give_back();
  return writer->finish(bytes_max);
}

}  // namespace weir::cache
