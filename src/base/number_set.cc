#include "base/number_set.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/assert.h"

namespace weir {

namespace {

// Whether an interval that ends at `last` and one that starts at `first` overlap or are neighbours.
bool reaches(uint64_t last, uint64_t first) { return first <= last || first - 1 == last; }

uint64_t size_of(uint64_t first, uint64_t last) { return last - first + 1; }

}  // namespace

uint64_t NumberSet::insert(uint64_t first, uint64_t last) {
  WEIR_ASSERT(first <= last);
  // The interval that will hold the new numbers. In-order use only ever grows the last or the first
  // one, so those are tried before the search.
  auto next = intervals_.end();
  if (!intervals_.empty() && first < std::prev(next)->first) {
    const auto second = std::next(intervals_.begin());
    const bool in_front = first >= intervals_.begin()->first && first < second->first;
    next = in_front ? second : intervals_.upper_bound(first);
  }
  auto home = next;
  uint64_t known = 0;  // of the numbers in `home` after the change, how many were in the set before
  if (next != intervals_.begin() && reaches(std::prev(next)->second, first)) {
    home = std::prev(next);
    known = size_of(home->first, home->second);
    if (last <= home->second) return 0;
  } else if (next != intervals_.end() && reaches(last, next->first)) {
    // Grows downwards: the key changes, the node is kept, so nothing is allocated.
    known = size_of(next->first, next->second);
    const uint64_t old_last = next->second;
    ++next;
    auto node = intervals_.extract(std::prev(next));
    node.key() = first;
    home = intervals_.insert(next, std::move(node));
    last = std::max(last, old_last);
  } else {
    intervals_.emplace_hint(next, first, last);
    count_ += size_of(first, last);
    return size_of(first, last);
  }
  while (next != intervals_.end() && reaches(last, next->first)) {
    known += size_of(next->first, next->second);
    last = std::max(last, next->second);
    next = intervals_.erase(next);
  }
  home->second = last;
  const uint64_t added = size_of(home->first, last) - known;
  count_ += added;
  return added;
}

bool NumberSet::contains(uint64_t number) const {
  const auto next = intervals_.upper_bound(number);
  return next != intervals_.begin() && std::prev(next)->second >= number;
}

uint64_t NumberSet::count_in(uint64_t first, uint64_t last) const {
  if (first > last) return 0;
  auto at = intervals_.upper_bound(first);
  if (at != intervals_.begin()) --at;
  uint64_t found = 0;
  for (; at != intervals_.end() && at->first <= last; ++at) {
    if (at->second < first) continue;
    found += size_of(std::max(first, at->first), std::min(last, at->second));
  }
  return found;
}

uint64_t NumberSet::first_missing(uint64_t from) const {
  const auto next = intervals_.upper_bound(from);
  if (next == intervals_.begin() || std::prev(next)->second < from) return from;
  return std::prev(next)->second + 1;
}

void NumberSet::erase_below(uint64_t bound) {
  while (!intervals_.empty() && intervals_.begin()->first < bound) {
    const auto lowest = intervals_.begin();
    if (lowest->second >= bound) {
      const auto next = std::next(lowest);
      count_ -= bound - lowest->first;
      auto node = intervals_.extract(lowest);
      node.key() = bound;
      intervals_.insert(next, std::move(node));
      return;
    }
    count_ -= size_of(lowest->first, lowest->second);
    intervals_.erase(lowest);
  }
}

void NumberSet::clear() {
  intervals_.clear();
  count_ = 0;
}

}  // namespace weir
