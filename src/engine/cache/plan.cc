#include "engine/cache/plan.h"

#include <algorithm>
#include <optional>

#include "engine/cache/fold.h"

namespace weir::cache {

using format::ValueType;
using format::ValueView;

namespace {

// Below so many candidates an index is worth it whatever the collection; above, at most an eighth of the documents.
constexpr uint64_t kCostMin = 1024;
constexpr uint64_t kScanShare = 8;

// Ranges know one type for all numbers.
ValueType range_type(const ValueView& value) {
  return value.is_number() ? ValueType::kInt : value.type();
}

void keep_smallest(size_t numbers_max, std::vector<uint64_t>* numbers) {
  std::sort(numbers->begin(), numbers->end());
  numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
  if (numbers->size() > numbers_max) numbers->resize(numbers_max);
}

IndexRange equal_to(const ValueView& value) {
  IndexRange range;
  range.type = range_type(value);
  range.low = range.high = value;
  return range;
}

}  // namespace

// The range, its texts folded for as long as `use` lasts.
template <typename Use>
auto Plan::Lookup::with_range(Use&& use) const {
  if (!fold) return use(range);
  IndexRange folded = range;
  const std::string low = range.low ? fold_text(range.low->as_text()) : std::string();
  if (folded.low) folded.low = ValueView::of_text(low);
  if (folded.high) folded.high = ValueView::of_text(low);  // only of equality
  return use(folded);
}

size_t Plan::Lookup::cost() const {
  return with_range([&](const IndexRange& r) { return index->estimate(r); });
}

class Planner {
 public:
  Planner(std::span<const Index* const> indexes, uint64_t document_count)
      : indexes_(indexes), cost_max_(std::max(kCostMin, document_count / kScanShare)) {}

  using Lookups = std::vector<Plan::Lookup>;
  struct Choice {
    Lookups lookups;
    size_t cost = 0;
  };

  // The cheapest choice that finds all the node matches; none when no index can.
  std::optional<Choice> choose(const FilterNode& node) const {
    switch (node.kind) {
      case FilterNode::Kind::kAll:
        return choose_one(node);
      case FilterNode::Kind::kAny:
        return choose_union(node);
      case FilterNode::Kind::kTest:
        return choose_index(node, {});
      case FilterNode::Kind::kNot:
        break;
    }
    return std::nullopt;
  }

 private:
  static bool is_range(Operator op) {
    return op == Operator::kLt || op == Operator::kLte || op == Operator::kGt ||
           op == Operator::kGte;
  }

  std::optional<Choice> choose_one(const FilterNode& all) const {
    std::optional<Choice> best;
    for (const FilterNode& child : all.children) {
      const bool test = child.kind == FilterNode::Kind::kTest;
      std::optional<Choice> choice = test ? choose_index(child, all.children) : choose(child);
      if (choice && (!best || choice->cost < best->cost)) best = std::move(choice);
    }
    return best;
  }

  std::optional<Choice> choose_union(const FilterNode& any) const {
    Choice sum;
    for (const FilterNode& child : any.children) {
      std::optional<Choice> choice = choose(child);
      if (!choice) return std::nullopt;
      sum.lookups.insert(sum.lookups.end(), choice->lookups.begin(), choice->lookups.end());
      sum.cost += choice->cost;
      if (sum.cost > cost_max_) return std::nullopt;
    }
    return sum;
  }

  std::optional<Choice> choose_index(const FilterNode& test,
                                     std::span<const FilterNode> siblings) const {
    std::optional<Choice> best;
    for (const Index* index : indexes_) {
      if (!(index->path() == test.path)) continue;
      std::optional<Choice> choice = use(*index, test, siblings);
      if (choice && (!best || choice->cost < best->cost)) best = std::move(choice);
    }
    return best;
  }

  std::optional<Choice> use(const Index& index, const FilterNode& test,
                            std::span<const FilterNode> siblings) const {
    Choice choice;
    if (test.op == Operator::kIn) {
      if (!test.containers.empty()) return std::nullopt;
      for (const ValueView& value : test.values) {
        if (!add(index, test, equal_to(value), &choice)) return std::nullopt;
      }
      return choice;
    }
    std::optional<IndexRange> range = range_of(test);
    if (!range) return std::nullopt;
    if (is_range(test.op) && !index.has_several()) narrow(test, siblings, &*range);
    if (!add(index, test, *range, &choice)) return std::nullopt;
    return choice;
  }

  static std::optional<IndexRange> range_of(const FilterNode& test) {
    IndexRange range;
    range.type = range_type(test.operand);
    switch (test.op) {
      case Operator::kEq:
        if (test.operand.is_container()) return std::nullopt;
        return equal_to(test.operand);
      case Operator::kGt:
      case Operator::kGte:
        range.low = test.operand;
        return range;
      case Operator::kLt:
      case Operator::kLte:
        range.high = test.operand;
        return range;
      case Operator::kPrefix:
        range.low = test.operand;
        range.prefix = true;
        return range;
      case Operator::kNe:
      case Operator::kIn:
      case Operator::kExists:
        break;
    }
    return std::nullopt;
  }

  // The other ranges of the same path that must hold as well: the bound at the other end. Where two bound the same end,
  // either will do.
  static void narrow(const FilterNode& test, std::span<const FilterNode> siblings,
                     IndexRange* range) {
    for (const FilterNode& other : siblings) {
      if (other.kind != FilterNode::Kind::kTest || !is_range(other.op)) continue;
      if (!(other.path == test.path) || other.fold != test.fold) continue;
      if (range_type(other.operand) != range->type) continue;
      const bool is_low = other.op == Operator::kGt || other.op == Operator::kGte;
      std::optional<ValueView>& bound = is_low ? range->low : range->high;
      if (!bound) bound = other.operand;
    }
  }

  // Texts without case need an index without; one without case serves exact texts too, but not their order.
  bool add(const Index& index, const FilterNode& test, const IndexRange& range,
           Choice* choice) const {
    Plan::Lookup lookup{&index, range, false};
    if (range.type == ValueType::kText) {
      if (test.fold && !index.fold()) return false;
      if (!test.fold && index.fold()) {
        if (is_range(test.op)) return false;
        lookup.fold = true;
      }
    }
    choice->cost += lookup.cost();
    choice->lookups.push_back(lookup);
    return choice->cost <= cost_max_;
  }

  std::span<const Index* const> indexes_;
  const uint64_t cost_max_;
};

Plan Plan::choose(const Filter& filter, std::span<const Index* const> indexes,
                  uint64_t document_count) {
  Plan plan;
  if (indexes.empty()) return plan;
  std::optional<Planner::Choice> choice = Planner(indexes, document_count).choose(filter.root());
  if (!choice) return plan;
  plan.lookups_ = std::move(choice->lookups);
  plan.cost_ = choice->cost;
  plan.uses_index_ = true;
  return plan;
}

void Plan::candidates(uint64_t after, size_t numbers_max, const IsDead& is_dead,
                      std::vector<uint64_t>* out) const {
  out->clear();
  for (const Lookup& lookup : lookups_) {
    lookup.with_range([&](const IndexRange& range) {
      lookup.index->collect(range, after, numbers_max, is_dead, out);
    });
    if (lookups_.size() > 1 && out->size() / 4 > numbers_max) keep_smallest(numbers_max, out);
  }
  if (lookups_.size() > 1) keep_smallest(numbers_max, out);
}

}  // namespace weir::cache
