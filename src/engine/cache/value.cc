#include "engine/cache/value.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/assert.h"

namespace weir::cache {

namespace {

using format::ValueReader;
using format::ValueType;
using format::ValueView;

constexpr size_t kLargeObject = 12;  // fields; from here on a sorted table pays

template <typename T>
int order_of(T one, T other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

// An integer and a double, both as they are: the whole part of the double is an integer, and what is behind the point
// decides between equals.
int compare_int_float(int64_t one, double other) {
  if (other >= 0x1p63) return -1;
  if (other < -0x1p63) return 1;
  const auto whole = static_cast<int64_t>(other);
  if (one != whole) return order_of(one, whole);
  return order_of(0.0, other - static_cast<double>(whole));
}

int compare_uint_float(uint64_t one, double other) {
  if (other >= 0x1p64) return -1;
  if (other < 0) return 1;
  const auto whole = static_cast<uint64_t>(other);
  if (one != whole) return order_of(one, whole);
  return order_of(0.0, other - static_cast<double>(whole));
}

int rank(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return 0;
    case ValueType::kBool:
      return 1;
    case ValueType::kInt:
    case ValueType::kUint:
    case ValueType::kFloat:
      return 2;
    case ValueType::kText:
      return 3;
    case ValueType::kList:
      return 4;
    case ValueType::kObject:
      return 5;
  }
  return 6;
}

bool equal_lists(const ValueView& one, const ValueView& other) {
  ValueReader a(one.children());
  ValueReader b(other.children());
  std::string_view name;
  ValueView x;
  ValueView y;
  while (true) {
    const bool more = a.next(&name, &x);
    if (more != b.next(&name, &y)) return false;
    if (!more) return !a.bad() && !b.bad();
    if (!equal(x, y)) return false;
  }
}

bool equal_objects(const ValueView& one, const ValueView& other) {
  FieldTable a(one.children());
  FieldTable b(other.children());
  if (a.bad() || b.bad() || a.fields().size() != b.fields().size()) return false;
  return std::all_of(a.fields().begin(), a.fields().end(), [&](const FieldTable::Field& field) {
    const FieldTable::Field* same = b.find(field.name);
    return same != nullptr && equal(field.value, same->value);
  });
}

}  // namespace

int compare_numbers(const ValueView& one, const ValueView& other) {
  WEIR_ASSERT(one.is_number() && other.is_number());
  const ValueType a = one.type();
  const ValueType b = other.type();
  if (a == ValueType::kFloat && b == ValueType::kFloat) {
    return order_of(one.as_float(), other.as_float());
  }
  if (a == ValueType::kFloat) return -compare_numbers(other, one);
  if (b == ValueType::kFloat) {
    return a == ValueType::kInt ? compare_int_float(one.as_int(), other.as_float())
                                : compare_uint_float(one.as_uint(), other.as_float());
  }
  if (a != b) return a == ValueType::kInt ? -1 : 1;  // a kUint is above every kInt
  return a == ValueType::kInt ? order_of(one.as_int(), other.as_int())
                              : order_of(one.as_uint(), other.as_uint());
}

int compare_scalars(const ValueView& one, const ValueView& other) {
  const int order = order_of(rank(one.type()), rank(other.type()));
  if (order != 0) return order;
  if (one.is_number()) return compare_numbers(one, other);
  if (one.type() == ValueType::kText) return one.as_text().compare(other.as_text());
  if (one.type() == ValueType::kBool) return order_of(one.as_bool(), other.as_bool());
  return 0;
}

bool equal(const ValueView& one, const ValueView& other) {
  if (rank(one.type()) != rank(other.type())) return false;
  if (one.type() == ValueType::kList) return equal_lists(one, other);
  if (one.type() == ValueType::kObject) return equal_objects(one, other);
  return compare_scalars(one, other) == 0;
}

FieldTable::FieldTable(const format::ValueSpan& object) {
  ValueReader reader(object);
  Field field;
  while (reader.next(&field.name, &field.value)) fields_.push_back(field);
  bad_ = reader.bad();
  if (fields_.size() < kLargeObject) return;
  by_name_.resize(fields_.size());
  std::iota(by_name_.begin(), by_name_.end(), 0u);
  std::sort(by_name_.begin(), by_name_.end(),
            [this](uint32_t a, uint32_t b) { return fields_[a].name < fields_[b].name; });
}

FieldTable::Field* FieldTable::find(std::string_view name) {
  if (by_name_.empty()) {
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [name](const Field& field) { return field.name == name; });
    return found == fields_.end() ? nullptr : &*found;
  }
  const auto found = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [this](uint32_t index, std::string_view wanted) { return fields_[index].name < wanted; });
  if (found == by_name_.end() || fields_[*found].name != name) return nullptr;
  return &fields_[*found];
}

}  // namespace weir::cache
