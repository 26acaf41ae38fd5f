// A dotted path to a field: "address.city". A backslash takes the next character as it is, so that "a\.b" is one field
// named "a.b" and "\or" in a filter is a field named "or".
//
// Lists are transparent: where a path meets one, it goes on in each element, and where it ends at one, it sees the list
// itself and each of its elements (of lists in lists, too). {"tags": ["a", "b"]} has for the path "tags" the three values
// ["a", "b"], "a" and "b". Filters and indexes use the same walk, which is why an index never changes an answer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/document_codec.h"

namespace weir::cache {

inline constexpr size_t kPathBytesMax = 1024;

class Path {
 public:
  // Refuses by name: an empty path or part, a backslash at the end, too long, more parts than documents are deep.
  static Result<Path> parse(std::string_view text);

  const std::string& text() const { return text_; }
  const std::vector<std::string>& names() const { return names_; }
  bool operator==(const Path& other) const { return names_ == other.names_; }

  // Calls visit(const ValueView&) -> bool for each value the path sees, until it returns true. Returns whether one did;
  // *bad becomes true (never false) when the bytes made no sense.
  template <typename Visit>
  bool visit(const format::DocumentView& document, bool* bad, Visit&& visit) const {
    return in_object(document.fields(), 0, 1, bad, visit);
  }

 private:
  template <typename Visit>
  bool in_object(format::ValueReader fields, size_t part, unsigned depth, bool* bad,
                 Visit&& visit) const {
    format::ValueView value;
    const bool found =
        fields.find(names_[part], &value) && in_value(value, part + 1, depth, bad, visit);
    *bad |= fields.bad();
    return found;
  }

  // `part` is the next one to look for. No document is too deep, but damaged bytes may be.
  template <typename Visit>
  bool in_value(const format::ValueView& value, size_t part, unsigned depth, bool* bad,
                Visit&& visit) const {
    if (part == names_.size() && visit(value)) return true;
    if (!value.is_container()) return false;
    if (depth == format::kDocumentDepthMax) {
      *bad = true;
      return false;
    }
    if (value.type() == format::ValueType::kList)
      return in_list(value, part, depth + 1, bad, visit);
    if (part == names_.size()) return false;
    return in_object(format::ValueReader(value.children()), part, depth + 1, bad, visit);
  }

  template <typename Visit>
  bool in_list(const format::ValueView& list, size_t part, unsigned depth, bool* bad,
               Visit&& visit) const {
    format::ValueReader elements(list.children());
    std::string_view name;
    format::ValueView element;
    while (elements.next(&name, &element)) {
      if (in_value(element, part, depth, bad, visit)) return true;
    }
    *bad |= elements.bad();
    return false;
  }

  std::string text_;
  std::vector<std::string> names_;
};

}  // namespace weir::cache
