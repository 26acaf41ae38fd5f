#include "engine/cache/filter.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "engine/cache/filter_parser.h"
#include "engine/cache/fold.h"
#include "engine/cache/value.h"

namespace weir::cache {

namespace {

using format::DocumentView;
using format::ValueType;
using format::ValueView;

// Less than 0, 0 or more; only of values that have an order: two numbers or two texts.
bool compare(const FilterNode& test, const ValueView& value, int* order) {
  if (value.is_number()) {
    if (!test.operand.is_number()) return false;
    *order = compare_numbers(value, test.operand);
    return true;
  }
  if (value.type() != ValueType::kText || test.operand.type() != ValueType::kText) return false;
  *order = test.fold ? compare_folded(value.as_text(), test.operand.as_text())
                     : value.as_text().compare(test.operand.as_text());
  return true;
}

bool is_equal(const FilterNode& test, const ValueView& value, const ValueView& operand) {
  if (test.fold && value.type() == ValueType::kText && operand.type() == ValueType::kText) {
    return compare_folded(value.as_text(), operand.as_text()) == 0;
  }
  return equal(value, operand);
}

bool is_in(const FilterNode& test, const ValueView& value) {
  if (value.is_container()) {
    return std::any_of(test.containers.begin(), test.containers.end(),
                       [&](const ValueView& operand) { return equal(value, operand); });
  }
  const auto before = [&](const ValueView& operand, const ValueView& wanted) {
    if (test.fold && operand.type() == ValueType::kText && wanted.type() == ValueType::kText) {
      return compare_folded(wanted.as_text(), operand.as_text()) > 0;
    }
    return compare_scalars(operand, wanted) < 0;
  };
  const auto found = std::lower_bound(test.values.begin(), test.values.end(), value, before);
  return found != test.values.end() && is_equal(test, value, *found);
}

bool has_prefix(const FilterNode& test, const ValueView& value) {
  if (value.type() != ValueType::kText) return false;
  return test.fold ? starts_with_folded(value.as_text(), test.operand.as_text())
                   : value.as_text().starts_with(test.operand.as_text());
}

bool holds(const FilterNode& test, const ValueView& value) {
  int order = 0;
  switch (test.op) {
    case Operator::kEq:
    case Operator::kNe:
      return is_equal(test, value, test.operand);
    case Operator::kLt:
      return compare(test, value, &order) && order < 0;
    case Operator::kLte:
      return compare(test, value, &order) && order <= 0;
    case Operator::kGt:
      return compare(test, value, &order) && order > 0;
    case Operator::kGte:
      return compare(test, value, &order) && order >= 0;
    case Operator::kIn:
      return is_in(test, value);
    case Operator::kPrefix:
      return has_prefix(test, value);
    case Operator::kExists:
      return true;
  }
  return false;
}

bool matches_node(const FilterNode& node, const DocumentView& document, bool* bad) {
  const auto child_matches = [&](const FilterNode& child) {
    return matches_node(child, document, bad);
  };
  switch (node.kind) {
    case FilterNode::Kind::kAll:
      return std::all_of(node.children.begin(), node.children.end(), child_matches);
    case FilterNode::Kind::kAny:
      return std::any_of(node.children.begin(), node.children.end(), child_matches);
    case FilterNode::Kind::kNot:
      return !child_matches(node.children.front());
    case FilterNode::Kind::kTest:
      break;
  }
  const bool found = node.path.visit(
      document, bad, [&node](const ValueView& value) { return holds(node, value); });
  if (node.op == Operator::kNe) return !found;
  return node.op == Operator::kExists ? found == node.operand.as_bool() : found;
}

}  // namespace

Result<Filter> Filter::parse(std::string_view json, JsonReader* reader) {
  return FilterParser::parse(json, reader);
}

Match Filter::matches(const DocumentView& document) const {
  bool bad = false;
  const bool found = matches_node(root_, document, &bad);
  if (bad) return Match::kCorrupt;
  return found ? Match::kYes : Match::kNo;
}

Match Filter::matches(ByteView document) const {
  DocumentView view;
  return DocumentView::open(document, &view) ? matches(view) : Match::kCorrupt;
}

}  // namespace weir::cache
