// NumberSet: a set of 64-bit numbers kept as disjoint intervals [first, last]. Cheap when dense: a
// backlog acknowledged in order is one interval. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>

namespace weir {

class NumberSet {
 public:
  // Adds [first, last]; returns how many of them were not in the set before.
  uint64_t insert(uint64_t first, uint64_t last);
  bool contains(uint64_t number) const;
  // How many numbers of [first, last] are in the set.
  uint64_t count_in(uint64_t first, uint64_t last) const;
  // The first number >= `from` that is not in the set.
  uint64_t first_missing(uint64_t from) const;
  // Removes everything below `bound`.
  void erase_below(uint64_t bound);
  void clear();

  uint64_t count() const { return count_; }
  bool empty() const { return intervals_.empty(); }
  // first -> last, ascending.
  const std::map<uint64_t, uint64_t>& intervals() const { return intervals_; }

 private:
  std::map<uint64_t, uint64_t> intervals_;
  uint64_t count_ = 0;
};

}  // namespace weir
