#include "engine/cache/filter_parser.h"

#include <algorithm>
#include <array>

#include "engine/cache/fold.h"
#include "engine/cache/value.h"

namespace weir::cache {

namespace {

using format::DocumentView;
using format::ValueReader;
using format::ValueSpan;
using format::ValueType;
using format::ValueView;

constexpr std::array<std::pair<std::string_view, Operator>, 9> kOperators = {{
    {"eq", Operator::kEq},
    {"ne", Operator::kNe},
    {"lt", Operator::kLt},
    {"lte", Operator::kLte},
    {"gt", Operator::kGt},
    {"gte", Operator::kGte},
    {"in", Operator::kIn},
    {"prefix", Operator::kPrefix},
    {"exists", Operator::kExists},
}};

Status refuse(std::string reason) { return {Code::kInvalidArgument, std::move(reason)}; }

Status refuse_operand(const Path& path, std::string_view op, std::string_view wanted,
                      const ValueView& operand) {
  return refuse(text("the filter's operator ", quoted(op), " of the path ", quoted(path.text()),
                     " needs ", wanted, ", not ", format::to_text(operand.type())));
}

// What an operator wants, or nullptr when the operand is that.
const char* wanted_instead(Operator op, const ValueView& operand) {
  const bool is_text = operand.type() == ValueType::kText;
  switch (op) {
    case Operator::kEq:
    case Operator::kNe:
      return nullptr;
    case Operator::kLt:
    case Operator::kLte:
    case Operator::kGt:
    case Operator::kGte:
      return is_text || operand.is_number() ? nullptr : "a number or a text";
    case Operator::kIn:
      return operand.type() == ValueType::kList ? nullptr : "a list";
    case Operator::kPrefix:
      return is_text ? nullptr : "a text";
    case Operator::kExists:
      return operand.type() == ValueType::kBool ? nullptr : "true or false";
  }
  return nullptr;
}

}  // namespace

Result<Filter> FilterParser::parse(std::string_view json, JsonReader* reader) {
  Filter filter;
  if (json.empty()) return filter;
  if (json.size() > kFilterBytesMax) {
    return Status(Code::kTooLarge, text("a filter of ", uint64_t{json.size()}, " bytes; at most ",
                                        uint64_t{kFilterBytesMax}, " are allowed"));
  }
  format::DocumentWriter writer;
  // The stored form has no more than this for so much JSON.
  const auto document = reader->read(json, 4 * kFilterBytesMax, &writer);
  if (!document.ok())
    return Status(document.status().code(), text("the filter: ", document.status().message()));
  filter.document_.assign(document.value().begin(), document.value().end());
  WEIR_ASSIGN(const DocumentView view, DocumentView::open(filter.document_));
  FilterParser parser(&filter);
  WEIR_TRY(parser.add_members(view.span(), 1, &filter.root_));
  return filter;
}

Status FilterParser::add_members(const ValueSpan& object, unsigned depth, FilterNode* all) {
  if (depth > kFilterDepthMax) {
    return refuse(text("the filter is deeper than ", kFilterDepthMax));
  }
  ValueReader members(object);
  std::string_view name;
  ValueView value;
  while (members.next(&name, &value)) {
    const bool is_logic = name == "and" || name == "or" || name == "not";
    WEIR_TRY(is_logic ? add_logic(name, value, depth, all) : add_path(name, value, depth, all));
  }
  return {};
}

Status FilterParser::add_logic(std::string_view name, const ValueView& value, unsigned depth,
                               FilterNode* all) {
  FilterNode node;
  if (name == "not") {
    if (value.type() != ValueType::kObject) {
      return refuse(
          text("the filter's \"not\" needs a filter, not ", format::to_text(value.type())));
    }
    node.kind = FilterNode::Kind::kNot;
    WEIR_TRY(add_members(value.children(), depth + 1, &node.children.emplace_back()));
    all->children.push_back(std::move(node));
    return {};
  }
  node.kind = name == "and" ? FilterNode::Kind::kAll : FilterNode::Kind::kAny;
  const Status wrong = refuse(text("the filter's ", quoted(name), " needs a list of filters"));
  if (value.type() != ValueType::kList) return wrong;
  ValueReader filters(value.children());
  std::string_view no_name;
  ValueView filter;
  while (filters.next(&no_name, &filter)) {
    if (filter.type() != ValueType::kObject) return wrong;
    WEIR_TRY(add_members(filter.children(), depth + 1, &node.children.emplace_back()));
  }
  if (node.children.empty()) return wrong;
  all->children.push_back(std::move(node));
  return {};
}

Status FilterParser::add_path(std::string_view name, const ValueView& value, unsigned depth,
                              FilterNode* all) {
  WEIR_ASSIGN(const Path path, Path::parse(name));
  if (value.type() != ValueType::kObject) return add_test(path, "eq", value, false, all);
  return add_operators(path, value.children(), false, depth + 1, all);
}

Status FilterParser::add_operators(const Path& path, const ValueSpan& object, bool fold,
                                   unsigned depth, FilterNode* all) {
  if (depth > kFilterDepthMax) return refuse(text("the filter is deeper than ", kFilterDepthMax));
  ValueView value;
  if (ValueReader(object).find("fold", &value)) {
    if (value.type() != ValueType::kBool) {
      return refuse_operand(path, "fold", "true or false", value);
    }
    fold = value.as_bool();
  }
  ValueReader operators(object);
  std::string_view name;
  size_t count = 0;
  while (operators.next(&name, &value)) {
    if (name == "fold") continue;
    ++count;
    if (name != "not") {
      WEIR_TRY(add_test(path, name, value, fold, all));
      continue;
    }
    if (value.type() != ValueType::kObject) {
      return refuse_operand(path, "not", "an object of operators", value);
    }
    FilterNode node;
    node.kind = FilterNode::Kind::kNot;
    WEIR_TRY(add_operators(path, value.children(), fold, depth + 1, &node.children.emplace_back()));
    all->children.push_back(std::move(node));
  }
  if (count != 0) return {};
  return refuse(text("the filter has no operator for the path ", quoted(path.text()),
                     R"(; {"eq": {...}} compares with an object)"));
}

Status FilterParser::add_test(const Path& path, std::string_view op, const ValueView& operand,
                              bool fold, FilterNode* all) {
  const auto known = std::find_if(kOperators.begin(), kOperators.end(),
                                  [op](const auto& entry) { return entry.first == op; });
  if (known == kOperators.end()) {
    return refuse(text("the filter's operator ", quoted(op), " of the path ", quoted(path.text()),
                       " is unknown"));
  }
  if (const char* wanted = wanted_instead(known->second, operand)) {
    return refuse_operand(path, op, wanted, operand);
  }
  if (++conditions_ > kFilterConditionsMax) {
    return refuse(text("the filter has more than ", uint64_t{kFilterConditionsMax}, " operators"));
  }
  FilterNode test;
  test.kind = FilterNode::Kind::kTest;
  test.op = known->second;
  test.fold = fold;
  test.path = path;
  test.operand = own(operand, fold);
  if (test.op == Operator::kIn) WEIR_TRY(set_values(op, operand, &test));
  all->children.push_back(std::move(test));
  return {};
}

Status FilterParser::set_values(std::string_view op, const ValueView& operand, FilterNode* test) {
  ValueReader elements(operand.children());
  std::string_view name;
  ValueView value;
  while (elements.next(&name, &value)) {
    if (test->values.size() + test->containers.size() == kFilterValuesMax) {
      return refuse(text("the filter's operator ", quoted(op), " of the path ",
                         quoted(test->path.text()), " has more than ", uint64_t{kFilterValuesMax},
                         " values"));
    }
    (value.is_container() ? test->containers : test->values).push_back(own(value, test->fold));
  }
  std::sort(test->values.begin(), test->values.end(),
            [](const ValueView& a, const ValueView& b) { return compare_scalars(a, b) < 0; });
  return {};
}

ValueView FilterParser::own(const ValueView& operand, bool fold) {
  if (!fold || operand.type() != ValueType::kText) return operand;
  filter_.folded_.push_back(std::make_unique<std::string>(fold_text(operand.as_text())));
  return ValueView::of_text(*filter_.folded_.back());
}

}  // namespace weir::cache
