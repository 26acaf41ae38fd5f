// Values compared: one order and one equality for filters and merges.
#pragma once

#include <string_view>
#include <vector>

#include "format/document_codec.h"

namespace weir::cache {

// By exact numeric value whatever the types: less than 0, 0, more than 0.
int compare_numbers(const format::ValueView& one, const format::ValueView& other);

// null < false < true < numbers < texts (by bytes). Not for lists and objects.
int compare_scalars(const format::ValueView& one, const format::ValueView& other);

// Lists with the same elements in the same order, objects with the same fields in any order. False where bytes make no
// sense. `other` must be of a document whose depth was checked.
bool equal(const format::ValueView& one, const format::ValueView& other);

// The fields of an object by name.
class FieldTable {
 public:
  explicit FieldTable(const format::ValueSpan& object);

  struct Field {
    std::string_view name;
    format::ValueView value;
    bool used = false;  // for the caller
  };
  Field* find(std::string_view name);
  // In the object's order.
  std::vector<Field>& fields() { return fields_; }
  bool bad() const { return bad_; }

 private:
  std::vector<Field> fields_;
  std::vector<uint32_t> by_name_;  // only of large objects
  bool bad_ = false;
};

}  // namespace weir::cache
