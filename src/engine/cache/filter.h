// Filters: a question about a document, from JSON text.
//
//   {"age": {"gte": 18, "lt": 65}, "name": {"prefix": "Al", "fold": true}, "city": {"in": ["X", "Y"]},
//    "or": [{"vip": true}, {"not": {"banned": {"exists": true}}}]}
//
// The members of an object must all hold. "and", "or" (lists of filters) and "not" (a filter) are reserved; a field of such
// a name is written "\\or" (see path.h). A member that is no object is compared for equality; an object holds operators:
//
//   eq, ne     equal, not equal (ne is `not eq`: it also holds where the field is missing). Any value.
//   lt, lte, gt, gte   a number or a text
//   in         a list of values: equal to one of them
//   prefix     a text that begins so
//   exists     true or false: the path leads to a value, null included
//   not        operators that must not hold together
//   fold       true: the texts of this object are compared without case
//
// A path sees several values in lists; an operator holds when it holds for one of them (each operator looks for its own).
// Numbers are compared by their exact value whatever their type: 30 equals 30.0, and 2^53 + 1 is not 2^53. Values of other
// types are unequal to each other and have no order. Null equals null, not a missing field. Lists and objects equal what
// has the same elements in the same order, or the same fields in any. Texts are ordered by their bytes (so by code point).
// Folding is simple and one to one, for Latin, Greek, Cyrillic and Armenian letters (fold.h); texts inside lists and objects
// that are compared whole are not folded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/cache/json.h"
#include "engine/cache/path.h"
#include "format/document_codec.h"

namespace weir::cache {

inline constexpr size_t kFilterConditionsMax = 1000;  // operators in one filter
inline constexpr size_t kFilterValuesMax = 10000;     // in one `in`
inline constexpr size_t kFilterBytesMax = 1u << 20;
inline constexpr unsigned kFilterDepthMax = 32;

enum class Match : uint8_t { kNo, kYes, kCorrupt };

// Immutable once made, so any number of threads may use it. Copies nothing of the documents it looks at.
enum class Operator : uint8_t { kEq, kNe, kLt, kLte, kGt, kGte, kIn, kPrefix, kExists };

// A filter's parts, for the planner.
struct FilterNode {
  enum class Kind : uint8_t { kAll, kAny, kNot, kTest };
  Kind kind = Kind::kAll;
  std::vector<FilterNode> children;  // of kAll (none: true), kAny and kNot (one)
  // Of a kTest:
  Operator op = Operator::kEq;
  bool fold = false;
  Path path;
  format::ValueView operand;              // a text is folded already
  std::vector<format::ValueView> values;  // of `in`: scalars in order; the containers
  std::vector<format::ValueView> containers;
};

// Immutable once made, so any number of threads may use it. Copies nothing of the documents it looks at.
class Filter {
 public:
  // Matches every document.
  Filter() = default;
  Filter(Filter&&) = default;
  Filter& operator=(Filter&&) = default;

  // kInvalidArgument names the operator and the path. Empty text, like {}, matches every document.
  static Result<Filter> parse(std::string_view json, JsonReader* reader);

  // kCorrupt: the bytes it had to look at are no document.
  Match matches(const format::DocumentView& document) const;
  Match matches(ByteView document) const;
  bool matches_all() const {
    return root_.kind == FilterNode::Kind::kAll && root_.children.empty();
  }
  const FilterNode& root() const { return root_; }

 private:
  friend class FilterParser;
  // What the operands point into; both keep their places when the filter moves.
  std::vector<uint8_t> document_;
  std::vector<std::unique_ptr<std::string>> folded_;
  FilterNode root_;
};

}  // namespace weir::cache
