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
constexpr std::ptrdiff_t kBytesKept = 1u << 20;
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

char* put_float(char* to, const ValueView& value) {
  int64_t digits = 0;
  unsigned scale = 0;
  if (value.as_decimal(&digits, &scale)) return put_decimal(to, digits, scale);
  char* end = put_number(to, value.as_float());
  // "-0" and "9007199254740993" would read back as integers.
  const std::string_view written(to, static_cast<size_t>(end - to));
  return written.find_first_of(".e") == std::string_view::npos ? put(end, ".0") : end;
}

// Copies 8 bytes at a time; false when it met one that needs an escape. Most texts need none.
bool copy_plain(const char* from, size_t size, char* to) {
  uint64_t word = kOnes * ' ';
  if (size < 8) {
    // The byte order does not matter: the question is about each byte.
    for (size_t i = 0; i < size; ++i) word = word << 8 | static_cast<unsigned char>(from[i]);
    for (size_t i = 0; i < size; ++i) to[i] = from[i];
    return !needs_escape(word);
  }
  uint64_t escapes = 0;
  size_t at = 0;
  for (; at + 8 < size; at += 8) {
    std::memcpy(&word, from + at, 8);
    std::memcpy(to + at, &word, 8);
    escapes |= needs_escape(word) ? 1u : 0u;
  }
  std::memcpy(&word, from + size - 8, 8);
  std::memcpy(to + size - 8, &word, 8);
  return escapes == 0 && !needs_escape(word);
}

}  // namespace

Result<std::string_view> JsonWriter::write(ByteView document) {
  if (end_ - buffer_.get() > kBytesKept) {
    buffer_.reset();
    end_ = nullptr;
  }
  format::DocumentView view;
  char* at = nullptr;
  if (format::DocumentView::open(document, &view)) {
    at = put_values(view.fields(), true, 1, buffer_.get());
  }
  if (at == nullptr) return Status(Code::kCorrupt, "a document's bytes make no sense");
  return std::string_view(buffer_.get(), static_cast<size_t>(at - buffer_.get()));
}

char* JsonWriter::grow(char* at, size_t bytes) {
  const auto used = static_cast<size_t>(at - buffer_.get());
  const auto capacity = static_cast<size_t>(end_ - buffer_.get());
  const size_t wanted = std::max({size_t{1024}, 2 * capacity, used + bytes});
  std::unique_ptr<char[]> buffer(new char[wanted]);
  if (used != 0) std::memcpy(buffer.get(), buffer_.get(), used);
  buffer_ = std::move(buffer);
  end_ = buffer_.get() + wanted;
  return buffer_.get() + used;
}

char* JsonWriter::put_values(ValueReader values, bool named, unsigned depth, char* at) {
  if (depth > format::kDocumentDepthMax) return nullptr;
  at = reserve(at, 2);
  *at++ = named ? '{' : '[';
  bool first = true;
  std::string_view name;
  ValueView value;
  while (values.next(&name, &value)) {
    at = reserve(at, 1);
    if (!first) *at++ = ',';
    first = false;
    if (named) {
      at = put_text(name, at);
      at = reserve(at, 1);
      *at++ = ':';
    }
    at = put_value(value, depth, at);
    if (at == nullptr) return nullptr;
  }
  if (values.bad()) return nullptr;
  at = reserve(at, 1);
  *at++ = named ? '}' : ']';
  return at;
}

char* JsonWriter::put_value(const ValueView& value, unsigned depth, char* at) {
  if (value.type() == ValueType::kText) return put_text(value.as_text(), at);
  if (value.is_container()) {
    return put_values(ValueReader(value.children()), value.type() == ValueType::kObject, depth + 1,
                      at);
  }
  at = reserve(at, kNumberBytesMax);
  if (value.type() == ValueType::kNull) return put(at, "null");
  if (value.type() == ValueType::kBool) return put(at, value.as_bool() ? "true" : "false");
  if (value.type() == ValueType::kInt) return put_number(at, value.as_int());
  if (value.type() == ValueType::kUint) return put_number(at, value.as_uint());
  return put_float(at, value);
}

char* JsonWriter::put_text(std::string_view value, char* at) {
  if (value.size() > kPieceBytes) return put_long_text(value, at);
  at = reserve(at, kEscapeBytes * value.size() + 2);
  *at++ = '"';
  if (copy_plain(value.data(), value.size(), at)) {
    at += value.size();
  } else {
    at = put_piece(at, value);
  }
  *at++ = '"';
  return at;
}

char* JsonWriter::put_long_text(std::string_view value, char* at) {
  at = reserve(at, 1);
  *at++ = '"';
  while (!value.empty()) {
    const std::string_view piece = value.substr(0, kPieceBytes);
    at = put_piece(reserve(at, kEscapeBytes * piece.size() + 1), piece);
    value.remove_prefix(piece.size());
  }
  *at++ = '"';
  return at;
}

}  // namespace weir::cache
