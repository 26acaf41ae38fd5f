// The writing half: values go to the four columns as they come, and Cap'n Proto makes the message at the end. The sizes of
// a container are known at its end only: one byte each is kept free for them, more are made room for then.
#include <capnp/message.h>
#include <kj/exception.h>

#include <algorithm>
#include <cmath>
#include <new>

#include "base/assert.h"
#include "format/document.capnp.h"
#include "format/document_codec.h"
#include "format/document_kinds.h"

namespace weir::format {

namespace {

constexpr size_t kTableBytes = 8;
constexpr size_t kWordBytes = 8;
constexpr size_t kBytesKept = 1u << 20;  // buffers of large documents are given back
constexpr size_t kColumnBytesMin = 1024;
constexpr uint64_t kRootWords = 5;  // its pointer and its four pointers
// Names of an object are compared by their hashes as they come, up to so many; then all at the end.
constexpr uint32_t kMarksMax = 32;

// Tells names apart, no more: who finds two with one hash costs a sort of one object.
uint32_t hash(std::string_view name) {
  uint64_t first = 0;
  uint64_t last = 0;
  const auto* bytes = reinterpret_cast<const uint8_t*>(name.data());
  const size_t size = name.size();
  if (size >= 8) {
    first = load_little<uint64_t>(bytes);
    last = load_little<uint64_t>(bytes + size - 8);
  } else if (size >= 4) {
    first = load_little<uint32_t>(bytes);
    last = load_little<uint32_t>(bytes + size - 4);
  } else if (size != 0) {
    first = bytes[0] | uint64_t{bytes[size / 2]} << 8 | uint64_t{bytes[size - 1]} << 16;
  }
  const uint64_t mixed = (first + size) * 0x9E3779B97F4A7C15ull ^ last * 0xC2B2AE3D27D4EB4Full;
  return static_cast<uint32_t>(mixed >> 32 ^ mixed);
}

unsigned width_of(int64_t value) {
  if (value == static_cast<int8_t>(value)) return 0;
  if (value == static_cast<int16_t>(value)) return 1;
  return value == static_cast<int32_t>(value) ? 2 : 3;
}

unsigned width_of_size(uint64_t size) { return size < 1u << 8 ? 0 : size < 1u << 16 ? 1 : 2; }

// Little-endian: the low bytes come first, so the rest of the word may be written and then overwritten.
void store_width(uint8_t* to, uint64_t value, unsigned width) {
  const uint64_t little = to_little(value);
  std::memcpy(to, &little, size_t{1} << width);
}

uint64_t words_of(uint64_t bytes) { return align_up(bytes, kWordBytes) / kWordBytes; }

void fill_column(capnp::Data::Builder to, const uint8_t* from) {
  std::memcpy(to.begin(), from, to.size());
}

}  // namespace

void DocumentWriter::Column::grow(size_t count) {
  const size_t capacity = std::max({kColumnBytesMin, 2 * capacity_, size_ + count});
  std::unique_ptr<uint8_t[]> bytes(new uint8_t[capacity]);
  if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
  bytes_ = std::move(bytes);
  capacity_ = capacity;
}

void DocumentWriter::Column::append(const void* from, size_t count) {
  if (count != 0) std::memcpy(extend(count), from, count);
}

void DocumentWriter::Column::clear() {
  size_ = 0;
  if (capacity_ <= kBytesKept) return;
  bytes_.reset();
  capacity_ = 0;
}

void DocumentWriter::begin() {
  nodes_.clear();
  names_.clear();
  numbers_.clear();
  texts_.clear();
  open_.clear();
  marks_.clear();
  name_bytes_ = 0;
  spent_ = 0;
  if (!status_.ok()) status_ = Status();
  if (out_.capacity() > kBytesKept) {
    out_ = {};
    words_ = {};
  }
  push_open(false, 0, 0);
}

void DocumentWriter::push_open(bool is_list, uint32_t node, uint32_t name) {
  const auto at = [](const Column& column) { return static_cast<uint32_t>(column.size()); };
  open_.push_back({is_list, false, 0, node, name, static_cast<uint32_t>(marks_.size()), at(nodes_),
                   at(names_), at(numbers_), at(texts_)});
}

void DocumentWriter::name(std::string_view name) {
  if (!status_.ok()) return;
  WEIR_ASSERT(!open_.empty() && !open_.back().is_list && name_bytes_ == 0);
  if (name.empty() || name.size() > kFieldNameBytesMax) {
    return refuse(Code::kInvalidArgument,
                  text("a field's name of ", uint64_t{name.size()}, " bytes; it has 1 to ",
                       uint64_t{kFieldNameBytesMax}));
  }
  if (!has_room(name.size())) return;
  names_.append(name.data(), name.size());
  name_bytes_ = static_cast<unsigned>(name.size());
  mark_name(name, &open_.back());
}

void DocumentWriter::mark_name(std::string_view name, Open* object) {
  if (object->needs_check) return;
  const size_t count = marks_.size() - object->first_mark;
  const uint32_t mark = hash(name);
  uint32_t alike = count == kMarksMax ? 1 : 0;
  for (size_t i = object->first_mark; i < marks_.size(); ++i) {
    alike |= marks_[i] == mark ? 1u : 0u;
  }
  object->needs_check = alike != 0;
  marks_.push_back(mark);
}

void DocumentWriter::refuse_room() {
  refuse(Code::kTooLarge, text("a document above ", kDocumentBytesMax, " bytes"));
}

void DocumentWriter::add_node(unsigned kind) {
  Open& parent = open_.back();
  WEIR_ASSERT(parent.is_list == (name_bytes_ == 0));
  uint8_t* node = nodes_.extend(kNodeBytes);
  node[0] = static_cast<uint8_t>(kind);
  node[1] = static_cast<uint8_t>(name_bytes_);
  name_bytes_ = 0;
  ++parent.count;
}

void DocumentWriter::add_null() {
  if (status_.ok() && has_room(kNodeBytes)) add_node(kNullKind);
}

void DocumentWriter::add_bool(bool value) {
  if (status_.ok() && has_room(kNodeBytes)) add_node(value ? kTrueKind : kFalseKind);
}

void DocumentWriter::add_integer(unsigned kind, int64_t value) {
  const unsigned width = width_of(value);
  add_node(kind + width);
  store_width(numbers_.extend(size_t{1} << width), static_cast<uint64_t>(value), width);
}

void DocumentWriter::add_int(int64_t value) {
  if (status_.ok() && has_room(kNodeBytes + 8)) add_integer(kIntKind, value);
}

void DocumentWriter::add_uint(uint64_t value) {
  if (value >> 63 == 0) return add_int(static_cast<int64_t>(value));
  if (!status_.ok() || !has_room(kNodeBytes + 8)) return;
  add_node(kUintKind);
  store_little(numbers_.extend(8), value);
}

void DocumentWriter::add_float(double value) {
  if (!status_.ok() || !has_room(kNodeBytes + 8)) return;
  if (!std::isfinite(value)) {
    return refuse(Code::kInvalidArgument, std::isnan(value) ? "NaN" : "an infinite number");
  }
  if (add_decimal(value)) return;
  add_node(kFloatKind);
  store_little(numbers_.extend(8), std::bit_cast<uint64_t>(value));
}

// digits / 10^scale, with the smallest scale that gives this very double. If the largest scale whose digits still are exact
// does not give it, no smaller one does.
bool DocumentWriter::add_decimal(double value) {
  if (value == 0 && std::signbit(value)) return false;
  const double magnitude = std::fabs(value);
  constexpr auto kExact = static_cast<double>(kDecimalDigitsMax);
  if (magnitude >= kExact) return false;
  // The nearest integer; if the sum is rounded to another one, `gives` says so.
  const auto digits_at = [value](unsigned scale) {
    const double exact = value * kPowersOfTen[scale];
    return static_cast<double>(static_cast<int64_t>(exact + std::copysign(0.5, exact)));
  };
  const auto gives = [value](double digits, unsigned scale) {
    return std::fabs(digits) < kExact && digits / kPowersOfTen[scale] == value;
  };
  unsigned largest = kDecimalScaleMax;
  while (largest > 0 && magnitude * kPowersOfTen[largest] >= kExact / 2) --largest;
  for (unsigned scale = 0; scale <= std::min(largest, 3u); ++scale) {
    if (!gives(digits_at(scale), scale)) continue;
    add_integer(kDecimalKind + 4 * scale, static_cast<int64_t>(digits_at(scale)));
    return true;
  }
  if (!gives(digits_at(largest), largest)) return false;
  for (unsigned scale = 4; scale <= largest; ++scale) {
    if (!gives(digits_at(scale), scale)) continue;
    add_integer(kDecimalKind + 4 * scale, static_cast<int64_t>(digits_at(scale)));
    return true;
  }
  return false;
}

void DocumentWriter::add_text(std::string_view value) {
  if (!status_.ok() || !has_room(kNodeBytes + 4 + value.size())) return;
  const unsigned width = width_of_size(value.size());
  add_node(kTextKind + width);
  store_width(numbers_.extend(size_t{1} << width), value.size(), width);
  texts_.append(value.data(), value.size());
}

void DocumentWriter::begin_object() { begin_container(false); }
void DocumentWriter::begin_list() { begin_container(true); }

void DocumentWriter::begin_container(bool is_list) {
  if (!status_.ok() || !has_room(kNodeBytes + 16)) return;
  if (open_.size() == kDocumentDepthMax) {
    return refuse(Code::kInvalidArgument,
                  text("objects and lists deeper than ", kDocumentDepthMax));
  }
  const auto node = static_cast<uint32_t>(nodes_.size());
  const auto name = static_cast<uint32_t>(names_.size() - name_bytes_);
  add_node(is_list ? kListKind : kObjectKind);
  numbers_.extend(4);
  push_open(is_list, node, name);
}

void DocumentWriter::end() {
  if (!status_.ok()) return;
  WEIR_ASSERT(open_.size() > 1 && name_bytes_ == 0);
  if (open_.back().needs_check) check_names(open_.back());
  if (!status_.ok()) return;
  const Open container = open_.back();
  marks_.resize(container.first_mark);
  open_.pop_back();
  close(container);
}

void DocumentWriter::close(const Open& container) {
  const unsigned base = container.is_list ? kListKind : kObjectKind;
  if (container.count == 0) {
    nodes_.data()[container.node] = static_cast<uint8_t>(base + kEmptyWidth);
    numbers_.shrink(numbers_.size() - 4);
    return;
  }
  const uint64_t sizes[4] = {(nodes_.size() - container.nodes) / kNodeBytes,
                             names_.size() - container.names, numbers_.size() - container.numbers,
                             texts_.size() - container.texts};
  const unsigned width = width_of_size(*std::max_element(sizes, sizes + 4));
  if (width != 0) {
    const size_t more = (size_t{4} << width) - 4;
    numbers_.extend(more);
    uint8_t* from = numbers_.data() + container.numbers;
    std::memmove(from + more, from, sizes[2]);
  }
  nodes_.data()[container.node] = static_cast<uint8_t>(base + width);
  uint8_t* to = numbers_.data() + container.numbers - 4;
  for (const uint64_t size : sizes) {
    store_width(to, size, width);
    to += size_t{1} << width;
  }
}

ValueSpan DocumentWriter::contents(const Open& container) const {
  return {nodes_.data() + container.nodes,     nodes_.data() + nodes_.size(),
          names_.data() + container.names,     names_.data() + names_.size(),
          numbers_.data() + container.numbers, numbers_.data() + numbers_.size(),
          texts_.data() + container.texts,     texts_.data() + texts_.size()};
}

void DocumentWriter::check_names(const Open& object) {
  std::vector<std::string_view> names;
  names.reserve(object.count);
  ValueReader fields(contents(object));
  std::string_view name;
  ValueView value;
  while (fields.next(&name, &value)) names.push_back(name);
  WEIR_ASSERT(!fields.bad());
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    refuse(Code::kInvalidArgument, text("the field ", quoted(*twice), " twice in one object"));
  }
}

void DocumentWriter::add(const ValueView& value) {
  switch (value.type()) {
    case ValueType::kNull:
      return add_null();
    case ValueType::kBool:
      return add_bool(value.as_bool());
    case ValueType::kInt:
      return add_int(value.as_int());
    case ValueType::kUint:
      return add_uint(value.as_uint());
    case ValueType::kFloat:
      return add_float(value.as_float());
    case ValueType::kText:
      return add_text(value.as_text());
    case ValueType::kList:
    case ValueType::kObject:
      break;
  }
  const bool is_list = value.type() == ValueType::kList;
  begin_container(is_list);
  ValueReader children(value.children());
  std::string_view child_name;
  ValueView child;
  while (status_.ok() && children.next(&child_name, &child)) {
    if (!is_list) name(child_name);
    add(child);
  }
  if (children.bad()) refuse(Code::kCorrupt, "a document's value is out of range");
  end();
}

// As path.h reads it, with the places in lists in brackets.
std::string DocumentWriter::path() const {
  std::string out;
  const auto* names = reinterpret_cast<const char*>(names_.data());
  const auto append = [&](const Open& parent, size_t at, size_t bytes, uint32_t index) {
    if (parent.is_list) {
      out += text("[", index, "]");
    } else if (bytes != 0) {
      if (!out.empty()) out += '.';
      out.append(names + at, bytes);
    }
  };
  for (size_t i = 1; i < open_.size(); ++i) {
    append(open_[i - 1], open_[i].name, nodes_.data()[open_[i].node + 1], open_[i - 1].count - 1);
  }
  if (!open_.empty() && (name_bytes_ != 0 || open_.back().is_list)) {
    append(open_.back(), names_.size() - name_bytes_, name_bytes_, open_.back().count);
  }
  return out;
}

void DocumentWriter::refuse(Code code, std::string_view message) {
  if (!status_.ok()) return;
  const std::string at = path();
  status_ = Status(code, at.empty() ? std::string(message) : text(message, " at ", quoted(at)));
}

uint64_t DocumentWriter::word_count() const {
  return kRootWords + words_of(nodes_.size()) + words_of(names_.size()) +
         words_of(numbers_.size()) + words_of(texts_.size());
}

Result<ByteView> DocumentWriter::finish(uint64_t bytes_max) {
  if (status_.ok()) {
    WEIR_ASSERT(open_.size() == 1 && name_bytes_ == 0);
    if (open_.back().needs_check) check_names(open_.back());
  }
  open_.clear();
  if (!status_.ok()) return status_;
  const uint64_t words = word_count();
  const uint64_t bytes = kTableBytes + words * kWordBytes;
  if (bytes > std::min(bytes_max, kDocumentBytesMax)) {
    return Status(Code::kTooLarge, text("a document of ", bytes, " bytes; at most ",
                                        std::min(bytes_max, kDocumentBytesMax), " are allowed"));
  }
  return build(words);
}

Result<ByteView> DocumentWriter::build(uint64_t words) {
  if (words_.size() < words) words_.resize(std::max<size_t>(words, 2 * words_.size()));
  try {
    // It zeroes what it used of the first segment when it is gone.
    capnp::MallocMessageBuilder message(
        kj::arrayPtr(reinterpret_cast<capnp::word*>(words_.data()), words_.size()));
    auto root = message.initRoot<schema::Document>();
    if (nodes_.size() != 0) {
      auto nodes = root.initNodes(static_cast<unsigned>(nodes_.size() / kNodeBytes));
      const uint8_t* node = nodes_.data();
      for (unsigned i = 0; i < nodes.size(); ++i) {
        nodes.set(i, load_little<uint16_t>(node + kNodeBytes * i));
      }
    }
    const auto bytes_of = [](const Column& column) { return static_cast<unsigned>(column.size()); };
    if (names_.size() != 0) fill_column(root.initNames(bytes_of(names_)), names_.data());
    if (numbers_.size() != 0) fill_column(root.initNumbers(bytes_of(numbers_)), numbers_.data());
    if (texts_.size() != 0) fill_column(root.initTexts(bytes_of(texts_)), texts_.data());
    const auto segments = message.getSegmentsForOutput();
    WEIR_ASSERT(segments.size() == 1 && segments[0].size() == words);
    const auto from = segments[0].asBytes();
    out_.resize(kTableBytes + from.size());
    store_little(out_.data(), uint32_t{0});
    store_little(out_.data() + 4, static_cast<uint32_t>(words));
    std::memcpy(out_.data() + kTableBytes, from.begin(), from.size());
    return ByteView(out_);
  } catch (const kj::Exception& exception) {
    if (exception.getType() == kj::Exception::Type::OVERLOADED) throw std::bad_alloc();
    assertion_failed("a document fits into Cap'n Proto", __FILE__, __LINE__);
  }
}

}  // namespace weir::format
