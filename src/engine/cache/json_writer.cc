#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/cache/json.h"

namespace weir::cache {

namespace {

using format::ValueReader;
using format::ValueType;
using format::ValueView;

constexpr size_t kNumberBytesMax = 32;
constexpr size_t kEscapeBytes = 6;  // of one byte, at most: \u0000
constexpr size_t kPieceBytes = 4096;
constexpr size_t kBytesKept = 1u << 20;
constexpr uint64_t kOnes = 0x0101010101010101ull;
constexpr uint64_t kHighs = 0x8080808080808080ull;

// Which bytes of the word are zero: the high bit of each such byte, and perhaps of bytes above one. Exact as a yes or no.
uint64_t zeros(uint64_t word) { return (word - kOnes) & ~word & kHighs; }

bool needs_escape(uint64_t word) {
  const uint64_t control = (word - kOnes * 0x20) & ~word & kHighs;
  return (control | zeros(word ^ kOnes * '"') | zeros(word ^ kOnes * '\\')) != 0;
}

char* put(char* to, std::string_view what) {
  std::memcpy(to, what.data(), what.size());
  return to + what.size();
}

char* put_escaped(char* to, char c) {
  switch (c) {
    case '"':
      return put(to, "\\\"");
    case '\\':
      return put(to, "\\\\");
    case '\b':
      return put(to, "\\b");
    case '\f':
      return put(to, "\\f");
    case '\n':
      return put(to, "\\n");
    case '\r':
      return put(to, "\\r");
    case '\t':
      return put(to, "\\t");
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20) {
    *to = c;
    return to + 1;
  }
  constexpr const char* kDigits = "0123456789abcdef";
  to = put(to, "\\u00");
  *to++ = kDigits[c >> 4];
  *to++ = kDigits[c & 15];
  return to;
}

// There is room for six times the piece.
char* put_piece(char* to, std::string_view piece) {
  const char* from = piece.data();
  const char* end = from + piece.size();
  while (end - from >= 8) {
    uint64_t word;
    std::memcpy(&word, from, 8);
    if (needs_escape(word)) {
      for (int i = 0; i < 8; ++i) to = put_escaped(to, from[i]);
    } else {
      std::memcpy(to, from, 8);
      to += 8;
    }
    from += 8;
  }
  while (from != end) to = put_escaped(to, *from++);
  return to;
}

template <typename Number>
char* put_number(char* to, Number value) {
  return std::to_chars(to, to + kNumberBytesMax, value).ptr;
}

// 1999 and 2: 19.99. 5 and 2: 0.05. 30 and 0: 30.0, which reads back as a float.
char* put_decimal(char* to, int64_t digits, unsigned scale) {
  if (digits < 0) *to++ = '-';
  char plain[kNumberBytesMax];
  const uint64_t magnitude =
      digits < 0 ? uint64_t{0} - static_cast<uint64_t>(digits) : static_cast<uint64_t>(digits);
  const char* end = put_number(plain, magnitude);
  const auto count = static_cast<size_t>(end - plain);
  if (count > scale) {
    to = put(to, {plain, count - scale});
  } else {
    *to++ = '0';
  }
  *to++ = '.';
  if (scale == 0) {
    *to++ = '0';
    return to;
  }
  for (size_t zeros_left = count < scale ? scale - count : 0; zeros_left > 0; --zeros_left) {
    *to++ = '0';
  }
  const size_t behind = std::min<size_t>(count, scale);
  return put(to, {plain + count - behind, behind});
}

}  // namespace

Result<std::string_view> JsonWriter::write(ByteView document) {
  if (capacity_ > kBytesKept) {
    buffer_.reset();
    capacity_ = 0;
  }
  used_ = 0;
  format::DocumentView view;
  if (!format::DocumentView::open(document, &view) || !write_values(view.fields(), true, 1)) {
    return Status(Code::kCorrupt, "a document's bytes make no sense");
  }
  return std::string_view(buffer_.get(), used_);
}

void JsonWriter::reserve(size_t bytes) {
  if (capacity_ - used_ >= bytes) return;
  const size_t capacity = std::max({size_t{1024}, 2 * capacity_, used_ + bytes});
  std::unique_ptr<char[]> buffer(new char[capacity]);
  if (used_ != 0) std::memcpy(buffer.get(), buffer_.get(), used_);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
}

bool JsonWriter::write_values(ValueReader values, bool named, unsigned depth) {
  if (depth > format::kDocumentDepthMax) return false;
  reserve(2);
  buffer_[used_++] = named ? '{' : '[';
  bool first = true;
  std::string_view name;
  ValueView value;
  while (values.next(&name, &value)) {
    reserve(1);
    if (!first) buffer_[used_++] = ',';
    first = false;
    if (named) {
      write_text(name);
      reserve(1);
      buffer_[used_++] = ':';
    }
    if (!write_value(value, depth)) return false;
  }
  reserve(1);
  buffer_[used_++] = named ? '}' : ']';
  return !values.bad();
}

bool JsonWriter::write_value(const ValueView& value, unsigned depth) {
  if (value.is_container()) {
    return write_values(ValueReader(value.children()), value.type() == ValueType::kObject,
                        depth + 1);
  }
  if (value.type() == ValueType::kText) {
    write_text(value.as_text());
    return true;
  }
  reserve(kNumberBytesMax);
  char* to = buffer_.get() + used_;
  char* end = to;
  if (value.type() == ValueType::kNull) end = put(to, "null");
  if (value.type() == ValueType::kBool) end = put(to, value.as_bool() ? "true" : "false");
  if (value.type() == ValueType::kInt) end = put_number(to, value.as_int());
  if (value.type() == ValueType::kUint) end = put_number(to, value.as_uint());
  used_ += static_cast<size_t>(end - to);
  if (value.type() == ValueType::kFloat) write_float(value);
  return true;
}

void JsonWriter::write_float(const ValueView& value) {
  char* to = buffer_.get() + used_;
  int64_t digits = 0;
  unsigned scale = 0;
  if (value.as_decimal(&digits, &scale)) {
    used_ = static_cast<size_t>(put_decimal(to, digits, scale) - buffer_.get());
    return;
  }
  char* end = put_number(to, value.as_float());
  // "-0" and "9007199254740993" would read back as integers.
  if (std::string_view(to, static_cast<size_t>(end - to)).find_first_of(".e") ==
      std::string_view::npos) {
    end = put(end, ".0");
  }
  used_ = static_cast<size_t>(end - buffer_.get());
}

void JsonWriter::write_text(std::string_view value) {
  reserve(2);
  buffer_[used_++] = '"';
  do {
    const std::string_view piece = value.substr(0, kPieceBytes);
    reserve(kEscapeBytes * piece.size() + 1);
    used_ = static_cast<size_t>(put_piece(buffer_.get() + used_, piece) - buffer_.get());
    value.remove_prefix(piece.size());
  } while (!value.empty());
  buffer_[used_++] = '"';
}

}  // namespace weir::cache
