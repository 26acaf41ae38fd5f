// The reading half walks four cursors side by side; each step knows from the kind how many bytes of which column belong
// to the value, and compares that with what is left before it touches any.
#include "format/document_codec.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "format/document_kinds.h"

namespace weir::format {

namespace {

constexpr size_t kTableBytes = 8;
constexpr size_t kWordBytes = 8;
constexpr unsigned kColumns = 4;

// --- The message ---

struct Extent {
  const uint8_t* begin = nullptr;
  size_t bytes = 0;
};

// Where the target of a Cap'n Proto pointer begins, in words of the segment: `at` is the pointer's own place.
bool target_of(uint64_t pointer, uint64_t at, uint64_t words, uint64_t* out) {
  const auto offset = static_cast<int32_t>(static_cast<uint32_t>(pointer)) >> 2;
  const int64_t target = static_cast<int64_t>(at) + 1 + offset;
  if (target < 0 || static_cast<uint64_t>(target) > words) return false;
  *out = static_cast<uint64_t>(target);
  return true;
}

// A list of bytes, or of pairs of bytes. A null pointer is an empty one.
bool read_list(const uint8_t* segment, uint64_t at, uint64_t words, unsigned element_bytes,
               Extent* out) {
  const uint64_t pointer = load_little<uint64_t>(segment + at * kWordBytes);
  *out = {segment, 0};
  if (pointer == 0) return true;
  constexpr uint64_t kIsList = 1;
  const uint64_t size_code = element_bytes == 1 ? 2 : 3;
  if ((pointer & 3) != kIsList || (pointer >> 32 & 7) != size_code) return false;
  uint64_t first = 0;
  if (!target_of(pointer, at, words, &first)) return false;
  const uint64_t bytes = (pointer >> 35) * element_bytes;
  if (bytes > (words - first) * kWordBytes) return false;
  *out = {segment + first * kWordBytes, bytes};
  return true;
}

Status corrupt(std::string reason) { return {Code::kCorrupt, std::move(reason)}; }

Status check_values(const ValueSpan& span, bool named, unsigned depth) {
  if (depth > kDocumentDepthMax) return corrupt("a document is too deep");
  ValueReader values(span);
  std::string_view name;
  ValueView value;
  ValueSpan rest = span;
  while (values.next(&name, &value)) {
    if (named == name.empty()) return corrupt("a document's value has the wrong name");
    if (value.is_container()) {
      WEIR_TRY(check_values(value.children(), value.type() == ValueType::kObject, depth + 1));
    }
    rest = values.rest();
  }
  if (values.bad()) return corrupt("a document's value is out of range");
  if (rest.node != rest.node_end || rest.name != rest.name_end || rest.number != rest.number_end ||
      rest.text != rest.text_end) {
    return corrupt("a document holds bytes of no value");
  }
  return {};
}

size_t left(const uint8_t* from, const uint8_t* end) { return static_cast<size_t>(end - from); }

int64_t load_signed(const uint8_t* from, unsigned width) {
  switch (width) {
    case 0:
      return static_cast<int8_t>(*from);
    case 1:
      return load_little<int16_t>(from);
    case 2:
      return load_little<int32_t>(from);
    default:
      return load_little<int64_t>(from);
  }
}

uint32_t load_size(const uint8_t* from, unsigned width) {
  switch (width) {
    case 0:
      return *from;
    case 1:
      return load_little<uint16_t>(from);
    default:
      return load_little<uint32_t>(from);
  }
}

}  // namespace

const char* to_text(ValueType type) {
  static constexpr const char* kNames[] = {"null",     "true or false", "a number", "a number",
                                           "a number", "a text",        "a list",   "an object"};
  return kNames[static_cast<unsigned>(type)];
}

bool DocumentView::open(ByteView bytes, DocumentView* out) {
  if (bytes.size() < kTableBytes + kWordBytes || bytes.size() % kWordBytes != 0) return false;
  const uint64_t words = (bytes.size() - kTableBytes) / kWordBytes;
  if (load_little<uint32_t>(bytes.data()) != 0) return false;
  if (load_little<uint32_t>(bytes.data() + 4) != words) return false;
  const uint8_t* segment = bytes.data() + kTableBytes;
  const uint64_t root = load_little<uint64_t>(segment);
  const uint64_t data_words = root >> 32 & 0xFFFF;
  const uint64_t pointers = root >> 48;
  uint64_t first = 0;
  if ((root & 3) != 0 || !target_of(root, 0, words, &first)) return false;
  if (pointers < kColumns || data_words + pointers > words - first) return false;
  first += data_words;
  std::array<Extent, kColumns> columns;
  for (unsigned i = 0; i < kColumns; ++i) {
    if (!read_list(segment, first + i, words, i == 0 ? 2 : 1, &columns[i])) return false;
  }
  out->span_ = {columns[0].begin, columns[0].begin + columns[0].bytes,
                columns[1].begin, columns[1].begin + columns[1].bytes,
                columns[2].begin, columns[2].begin + columns[2].bytes,
                columns[3].begin, columns[3].begin + columns[3].bytes};
  return true;
}

Result<DocumentView> DocumentView::open(ByteView bytes) {
  DocumentView view;
  if (!open(bytes, &view)) return corrupt("a document is not a valid message");
  return view;
}

Status check_document(ByteView bytes) {
  WEIR_ASSIGN(const DocumentView view, DocumentView::open(bytes));
  return check_values(view.span(), true, 1);
}

bool ValueReader::next(std::string_view* name, ValueView* value) {
  if (at_.node == at_.node_end) return false;
  const unsigned kind = at_.node[0];
  const unsigned name_bytes = at_.node[1];
  if (name_bytes > left(at_.name, at_.name_end)) return fail();
  *name = {reinterpret_cast<const char*>(at_.name), name_bytes};
  at_.node += kNodeBytes;
  at_.name += name_bytes;
  return value_at(kind, value);
}

bool ValueReader::find(std::string_view name, ValueView* value) {
  while (at_.node != at_.node_end) {
    const unsigned kind = at_.node[0];
    const unsigned name_bytes = at_.node[1];
    if (name_bytes > left(at_.name, at_.name_end)) return fail();
    const uint8_t* at = at_.name;
    at_.node += kNodeBytes;
    at_.name += name_bytes;
    if (name_bytes == name.size() && std::memcmp(at, name.data(), name_bytes) == 0) {
      return value_at(kind, value);
    }
    if (!skip(kind)) return false;
  }
  return false;
}

bool ValueReader::skip(unsigned kind) {
  const unsigned bytes = kNumberBytes[kind];
  if (bytes > left(at_.number, at_.number_end)) return fail();
  if (kind >= kTextKind && kind < kDecimalKind) {
    if (is_text_kind(kind)) {
      const uint32_t size = load_size(at_.number, kind & 3);
      if (size > left(at_.text, at_.text_end)) return fail();
      at_.text += size;
    } else if (bytes != 0) {
      ValueView ignored;
      return container_at(kind & 3, &ignored);
    }
  }
  at_.number += bytes;
  return true;
}

// The sizes of a container in the four columns, then its contents.
bool ValueReader::container_at(unsigned width, ValueView* value) {
  const uint64_t nodes = uint64_t{load_size(at_.number, width)} * kNodeBytes;
  const uint64_t names = load_size(at_.number + (size_t{1} << width), width);
  const uint64_t numbers = load_size(at_.number + (size_t{2} << width), width);
  const uint64_t texts = load_size(at_.number + (size_t{3} << width), width);
  at_.number += size_t{4} << width;
  if (nodes > left(at_.node, at_.node_end) || names > left(at_.name, at_.name_end) ||
      numbers > left(at_.number, at_.number_end) || texts > left(at_.text, at_.text_end)) {
    return fail();
  }
  value->children_ = {at_.node,   at_.node + nodes,     at_.name, at_.name + names,
                      at_.number, at_.number + numbers, at_.text, at_.text + texts};
  at_.node += nodes;
  at_.name += names;
  at_.number += numbers;
  at_.text += texts;
  return true;
}

bool ValueReader::value_at(unsigned kind, ValueView* value) {
  const unsigned bytes = kNumberBytes[kind];  // of an unknown kind more than there can be
  if (bytes > left(at_.number, at_.number_end)) return fail();
  const unsigned width = kind & 3;
  const uint8_t* number = at_.number;
  value->is_decimal_ = false;
  if (kind >= kDecimalKind) {
    at_.number += bytes;
    const int64_t digits = load_signed(number, width);
    if (digits > kDecimalDigitsMax || digits < -kDecimalDigitsMax) return fail();
    value->type_ = ValueType::kFloat;
    value->is_decimal_ = true;
    value->decimal_digits_ = digits;
    value->decimal_scale_ = static_cast<uint8_t>(kind >> 2 & kDecimalScaleMax);
    // Both exact, so the quotient is what the text of these digits reads as.
    value->bits_ =
        std::bit_cast<uint64_t>(static_cast<double>(digits) / kPowersOfTen[value->decimal_scale_]);
    return true;
  }
  if (is_text_kind(kind)) {
    at_.number += bytes;
    const uint32_t size = load_size(number, width);
    if (size > left(at_.text, at_.text_end)) return fail();
    value->type_ = ValueType::kText;
    value->text_ = {reinterpret_cast<const char*>(at_.text), size};
    at_.text += size;
    return true;
  }
  if (kind >= kListKind) {
    value->type_ = kind >= kObjectKind ? ValueType::kObject : ValueType::kList;
    if (bytes != 0) return container_at(width, value);
    value->children_ = {};
    return true;
  }
  at_.number += bytes;
  if (kind >= kIntKind && kind < kUintKind) {
    value->type_ = ValueType::kInt;
    value->bits_ = static_cast<uint64_t>(load_signed(number, width));
    return true;
  }
  if (kind == kUintKind || kind == kFloatKind) {
    value->bits_ = load_little<uint64_t>(number);
    value->type_ = kind == kUintKind ? ValueType::kUint : ValueType::kFloat;
    if (kind == kUintKind ? value->bits_ >> 63 == 0 : !std::isfinite(value->as_float())) {
      return fail();
    }
    return true;
  }
  value->type_ = kind == kNullKind ? ValueType::kNull : ValueType::kBool;
  value->bits_ = kind == kTrueKind ? 1 : 0;
  return true;
}

}  // namespace weir::format
