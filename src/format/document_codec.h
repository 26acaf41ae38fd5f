// Documents: an object of named values as one Cap'n Proto message (document.capnp), written by Cap'n Proto, and read in
// place by a walk that checks every step. FORMAT.md §7 has the layout.
//
// A reader trusts nothing, whatever checksum covered the bytes: each cursor is bounded by the container it walks, and
// where the bytes make no sense it stops and says bad(). It needs no alignment, allocates nothing and copies nothing.
// Views point into the document's bytes and live as long as those.
//
// Not the Cap'n Proto reader, because that takes 52 ns (plus a copy to aligned words) before the first field; this walk
// takes 3 ns, and a scan looks at one field of each document. A test reads the same bytes with the library.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::format {

// Objects and lists within each other, the document itself included.
inline constexpr unsigned kDocumentDepthMax = 64;
// Names of fields have 1 to 255 bytes of UTF-8; any byte is allowed in them, dots and NUL too.
inline constexpr size_t kFieldNameBytesMax = 255;
// Of the stored form. A collection may set less.
inline constexpr uint64_t kDocumentBytesMax = 32ull << 20;

// Each number has one type: an integer that fits int64 is kInt, a larger one kUint, and what was written with a point
// or an exponent is kFloat (finite, always).
enum class ValueType : uint8_t { kNull, kBool, kInt, kUint, kFloat, kText, kList, kObject };
const char* to_text(ValueType type);  // "a text", for messages

// Where the values of one container lie in the four columns.
struct ValueSpan {
  const uint8_t* node = nullptr;
  const uint8_t* node_end = nullptr;
  const uint8_t* name = nullptr;
  const uint8_t* name_end = nullptr;
  const uint8_t* number = nullptr;
  const uint8_t* number_end = nullptr;
  const uint8_t* text = nullptr;
  const uint8_t* text_end = nullptr;
};

// A value inside a document. Only the accessor of its own type may be called.
class ValueView {
 public:
  ValueType type() const { return type_; }
  bool is_number() const { return type_ >= ValueType::kInt && type_ <= ValueType::kFloat; }
  bool is_container() const { return type_ >= ValueType::kList; }
  bool as_bool() const { return bits_ != 0; }
  int64_t as_int() const { return static_cast<int64_t>(bits_); }
  uint64_t as_uint() const { return bits_; }
  double as_float() const { return std::bit_cast<double>(bits_); }
  std::string_view as_text() const { return text_; }
  const ValueSpan& children() const { return children_; }
  // For a kFloat that is a short decimal (as nearly all that people write): digits and how many of them stand behind
  // the point. False: print as_float().
  bool as_decimal(int64_t* digits, unsigned* scale) const {
    *digits = decimal_digits_;
    *scale = decimal_scale_;
    return is_decimal_;
  }

  static ValueView of_bool(bool value) { return ValueView(ValueType::kBool, value ? 1 : 0); }
  static ValueView of_int(int64_t value) {
    return ValueView(ValueType::kInt, static_cast<uint64_t>(value));
  }
  // As stored: a kInt when it fits.
  static ValueView of_uint(uint64_t value) {
    return ValueView(value >> 63 ? ValueType::kUint : ValueType::kInt, value);
  }
  static ValueView of_float(double value) {
    return ValueView(ValueType::kFloat, std::bit_cast<uint64_t>(value));
  }
  static ValueView of_text(std::string_view value) {
    ValueView view(ValueType::kText, 0);
    view.text_ = value;
    return view;
  }

  ValueView() = default;

 private:
  friend class ValueReader;
  ValueView(ValueType type, uint64_t bits) : type_(type), bits_(bits) {}

  ValueType type_ = ValueType::kNull;
  bool is_decimal_ = false;
  uint8_t decimal_scale_ = 0;
  uint64_t bits_ = 0;
  int64_t decimal_digits_ = 0;
  std::string_view text_;
  ValueSpan children_;
};

// Walks the values of one object or list, in their order. Cheap to copy.
class ValueReader {
 public:
  ValueReader() = default;
  explicit ValueReader(const ValueSpan& span) : at_(span) {}

  // False at the end, and where the bytes are no value. `name` is empty for the elements of a list.
  bool next(std::string_view* name, ValueView* value);
  // Goes on to the next field of that name and gives its value; false as for next().
  bool find(std::string_view name, ValueView* value);
  bool at_end() const { return at_.node == at_.node_end; }
  const ValueSpan& rest() const { return at_; }
  bool bad() const { return bad_; }

 private:
  bool fail() {
    bad_ = true;
    return false;
  }
  bool value_at(unsigned kind, ValueView* value);
  bool container_at(unsigned width, ValueView* value);
  bool skip(unsigned kind);

  ValueSpan at_;
  bool bad_ = false;
};

// The stored form of a document, opened for reading.
class DocumentView {
 public:
  // Refuses (kCorrupt) what is not the message of a document. Takes a few nanoseconds: the values are checked as they
  // are walked.
  static Result<DocumentView> open(ByteView bytes);
  // The same without a text for the refusal: false.
  static bool open(ByteView bytes, DocumentView* out);

  ValueReader fields() const { return ValueReader(span_); }
  const ValueSpan& span() const { return span_; }

 private:
  ValueSpan span_;
};

// Walks every value of a document: kCorrupt says what is wrong with it. For verification; reading does not need it.
Status check_document(ByteView bytes);

// Makes stored documents, one after the other, in buffers that are kept: no allocation in a steady state. The calls of
// one document are begin, then name + value per field, then finish. The first mistake in the content (a name twice, too
// deep, NaN, …) is remembered and makes all further calls do nothing; finish returns it, with the path to the place.
// Calls out of order (a value in an object without a name before it) are a broken invariant.
// Thread class: exclusive.
class DocumentWriter {
 public:
  DocumentWriter() = default;
  DocumentWriter(const DocumentWriter&) = delete;
  DocumentWriter& operator=(const DocumentWriter&) = delete;

  void begin();
  void name(std::string_view name);
  void add_null();
  void add_bool(bool value);
  void add_int(int64_t value);
  void add_uint(uint64_t value);
  void add_float(double value);
  void add_text(std::string_view value);  // UTF-8, which the caller checked
  void begin_object();
  void begin_list();
  void end();  // of the innermost open object or list
  // Any value of another document, containers with all that is in them.
  void add(const ValueView& value);

  bool failed() const { return !status_.ok(); }
  // Takes a caller's own refusal as the first mistake, with " at <path>" added.
  void refuse(Code code, std::string_view message);
  // The bytes live until the next begin(). kInvalidArgument, kTooLarge (also when above `bytes_max`).
  Result<ByteView> finish(uint64_t bytes_max = kDocumentBytesMax);

 private:
  // A vector of bytes without zeroing.
  class Column {
   public:
    // Where the next `count` bytes go.
    uint8_t* extend(size_t count) {
      if (capacity_ - size_ < count) grow(count);
      size_ += count;
      return bytes_.get() + size_ - count;
    }
    void append(const void* from, size_t count);
    void shrink(size_t size) { size_ = size; }
    void clear();
    uint8_t* data() { return bytes_.get(); }
    const uint8_t* data() const { return bytes_.get(); }
    size_t size() const { return size_; }

   private:
    void grow(size_t count);
    std::unique_ptr<uint8_t[]> bytes_;
    size_t size_ = 0;
    size_t capacity_ = 0;
  };
  // A container that is not complete.
  struct Open {
    bool is_list;
    bool needs_check;  // two names look alike, or there are too many to tell at once
    uint32_t count;    // values so far
    uint32_t node;     // its own node; unused for the document itself
    uint32_t name;     // where its own name begins
    uint32_t first_mark;
    uint32_t nodes, names, numbers, texts;  // where its contents begin
  };
  void add_node(unsigned kind);
  void add_integer(unsigned kind, int64_t value);
  bool add_decimal(double value);
  void begin_container(bool is_list);
  void push_open(bool is_list, uint32_t node, uint32_t name);
  void mark_name(std::string_view name, Open* object);
  void check_names(const Open& object);
  void close(const Open& container);
  // Before so many bytes are added: the document stays below the largest size.
  bool has_room(size_t bytes) {
    spent_ += bytes;
    if (spent_ <= kDocumentBytesMax) [[likely]]
      return true;
    refuse_room();
    return false;
  }
  void refuse_room();
  ValueSpan contents(const Open& container) const;
  std::string path() const;
  uint64_t word_count() const;
  Result<ByteView> build(uint64_t words);

  Column nodes_;
  Column names_;
  Column numbers_;
  Column texts_;
  std::vector<Open> open_;
  std::vector<uint32_t> marks_;  // hashes of the names in all open objects, outermost first
  std::vector<uint64_t> words_;  // all zero between documents: Cap'n Proto's first segment
  std::vector<uint8_t> out_;
  uint64_t spent_ = 0;
  unsigned name_bytes_ = 0;  // of the name that waits for its value
  Status status_;
};

}  // namespace weir::format
