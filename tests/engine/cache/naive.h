// What a filter means, said once more over parsed JSON and without any of the code that it tests.
#pragma once

#include <algorithm>
#include <functional>

#include "engine/cache/fold.h"
#include "engine/cache/utf8.h"
#include "tests/engine/cache/samples.h"

namespace weir::cache::naive {

using samples::Json;

// Holds int64, uint64 and double exactly.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits >= 64);

inline Exact number(const Json& value) {
  if (value.is_number_unsigned()) return static_cast<Exact>(value.get<uint64_t>());
  if (value.is_number_integer()) return static_cast<Exact>(value.get<int64_t>());
  return static_cast<Exact>(value.get<double>());
}

inline std::string fold_all(const std::string& text, bool fold) {
  return fold ? fold_text(text) : text;
}

inline bool equal(const Json& one, const Json& other, bool fold) {
  if (one.is_number() && other.is_number()) return number(one) == number(other);
  if (one.is_string() && other.is_string()) {
    return fold_all(one.get<std::string>(), fold) == fold_all(other.get<std::string>(), fold);
  }
  if (one.type() != other.type() || one.size() != other.size()) return false;
  if (one.is_array()) {
    return std::equal(one.begin(), one.end(), other.begin(),
                      [](const Json& a, const Json& b) { return equal(a, b, false); });
  }
  if (one.is_object()) {
    for (const auto& [name, value] : one.items()) {
      if (!other.contains(name) || !equal(value, other.at(name), false)) return false;
    }
    return true;
  }
  return one == other;
}

inline void see(const Json& value, const std::vector<std::string>& names, size_t part,
                const std::function<void(const Json&)>& take) {
  if (part == names.size()) take(value);
  if (value.is_array()) {
    for (const Json& element : value) see(element, names, part, take);
  } else if (value.is_object() && part < names.size() && value.contains(names[part])) {
    see(value.at(names[part]), names, part + 1, take);
  }
}

inline std::vector<Json> values_at(const Json& document, const std::string& path) {
  std::vector<std::string> names = {""};
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      names.emplace_back();
    } else {
      names.back() += path[i] == '\\' ? path[++i] : path[i];
    }
  }
  std::vector<Json> values;
  see(document, names, 0, [&values](const Json& value) { values.push_back(value); });
  return values;
}

inline bool ordered(const Json& value, const Json& operand, bool fold, const std::string& op) {
  const auto decide = [&op](const auto& a, const auto& b) {
    return op == "lt" ? a < b : op == "lte" ? a <= b : op == "gt" ? a > b : a >= b;
  };
  if (value.is_number() && operand.is_number()) return decide(number(value), number(operand));
  if (!value.is_string() || !operand.is_string()) return false;
  return decide(fold_all(value.get<std::string>(), fold),
                fold_all(operand.get<std::string>(), fold));
}

inline bool holds(const Json& value, const std::string& op, const Json& operand, bool fold) {
  if (op == "eq") return equal(value, operand, fold);
  if (op == "in") {
    return std::any_of(operand.begin(), operand.end(),
                       [&](const Json& one) { return equal(value, one, fold); });
  }
  if (op == "prefix") {
    return value.is_string() && fold_all(value.get<std::string>(), fold)
                                    .starts_with(fold_all(operand.get<std::string>(), fold));
  }
  return ordered(value, operand, fold, op);
}

inline bool operators_hold(const std::vector<Json>& values, const Json& operators, bool fold) {
  if (operators.contains("fold")) fold = operators.at("fold").get<bool>();
  for (const auto& [op, operand] : operators.items()) {
    bool found = false;
    if (op == "fold") continue;
    if (op == "exists") {
      found = values.empty() != operand.get<bool>();
    } else if (op == "not") {
      found = !operators_hold(values, operand, fold);
    } else {
      const std::string positive = op == "ne" ? "eq" : op;
      for (const Json& value : values) found |= holds(value, positive, operand, fold);
      if (op == "ne") found = !found;
    }
    if (!found) return false;
  }
  return true;
}

inline bool matches(const Json& document, const Json& filter) {
  const auto one = [&document](const Json& part) { return matches(document, part); };
  for (const auto& [name, value] : filter.items()) {
    bool found = false;
    if (name == "and") {
      found = std::all_of(value.begin(), value.end(), one);
    } else if (name == "or") {
      found = std::any_of(value.begin(), value.end(), one);
    } else if (name == "not") {
      found = !one(value);
    } else {
      const std::vector<Json> values = values_at(document, name);
      found = operators_hold(values, value.is_object() ? value : Json{{"eq", value}}, false);
    }
    if (!found) return false;
  }
  return true;
}

// --- Filters at random ---

inline std::string random_path(Prng& prng) {
  static const std::array<std::string, 11> kPaths = {
      "a", "b", "c", "tags", "a.b", "b.a", "a\\.b", "\\or", "name", "tags.a", "x\\\\y"};
  return kPaths[prng.below(prng.one_in(3) ? 11 : 4)];
}

inline Json random_operators(Prng& prng, unsigned depth) {
  static const std::array<std::string, 8> kOperators = {"eq", "ne",  "lt", "lte",
                                                        "gt", "gte", "in", "prefix"};
  Json operators = Json::object();
  for (uint64_t left = 1 + prng.below(2); left > 0; --left) {
    const std::string op = kOperators[prng.below(8)];
    if (op == "in") {
      operators[op] = Json::array();
      for (uint64_t values = prng.below(4); values > 0; --values) {
        operators[op].push_back(samples::random_value(prng, prng.one_in(4) ? 1 : 0));
      }
    } else if (op == "prefix") {
      operators[op] =
          samples::random_text(prng).substr(0, prng.one_in(3) ? 0 : 1 + 63 * prng.below(2));
      // No half code point.
      size_t bad = 0;
      if (!is_utf8(operators[op].get<std::string>(), &bad)) operators[op] = "a";
    } else if (op == "eq" || op == "ne") {
      operators[op] = samples::random_value(prng, 1);
    } else {
      operators[op] =
          prng.one_in(2) ? samples::random_number(prng) : Json(samples::random_text(prng));
    }
  }
  if (prng.one_in(3)) operators["fold"] = prng.one_in(4) ? false : true;
  if (prng.one_in(10)) operators["exists"] = prng.one_in(2);
  if (depth > 0 && prng.one_in(8)) operators["not"] = random_operators(prng, depth - 1);
  return operators;
}

inline Json random_filter(Prng& prng, unsigned depth) {
  Json filter = Json::object();
  for (uint64_t left = 1 + prng.below(2); left > 0; --left) {
    const uint64_t choice = depth == 0 ? 0 : prng.below(8);
    if (choice == 1 || choice == 2) {
      Json list = Json::array();
      for (uint64_t parts = 1 + prng.below(3); parts > 0; --parts) {
        list.push_back(random_filter(prng, depth - 1));
      }
      filter[choice == 1 ? "and" : "or"] = list;
    } else if (choice == 3) {
      filter["not"] = random_filter(prng, depth - 1);
    } else if (prng.one_in(3)) {
      Json value = samples::random_value(prng, 1);
      filter[random_path(prng)] = value.is_object() ? Json(1) : value;
    } else {
      filter[random_path(prng)] = random_operators(prng, depth);
    }
  }
  return filter;
}

}  // namespace weir::cache::naive
