// Which index answers a filter: the planner.
#pragma once

#include <span>
#include <vector>

#include "engine/cache/filter.h"
#include "engine/cache/index.h"

namespace weir::cache {

// Refers to the filter and the indexes, which must outlive it unchanged (indexes may grow).
class Plan {
 public:
  // The part of the filter with the fewest candidates by an index; of an `or`, an index for each branch. No index at all when
  // none can serve, or when scanning `document_count` documents is expected to be cheaper.
  static Plan choose(const Filter& filter, std::span<const Index* const> indexes,
                     uint64_t document_count);

  // An empty `in` uses an index, too, and has no candidates.
  bool uses_index() const { return uses_index_; }
  // About how many entries of the indexes have to be looked at.
  size_t cost() const { return cost_; }

  // Replaces `out` with the numbers above `after` that may match: each once, ascending, at most numbers_max, and the
  // smallest ones. Fewer than numbers_max: there are no more. The caller checks each with the filter.
  void candidates(uint64_t after, size_t numbers_max, const IsDead& is_dead,
                  std::vector<uint64_t>* out) const;

 private:
  struct Lookup {
    const Index* index = nullptr;
    IndexRange range;
    bool fold = false;  // the range's texts, for an index without case

    template <typename Use>
    auto with_range(Use&& use) const;
    size_t cost() const;
  };
  std::vector<Lookup> lookups_;
  size_t cost_ = 0;
  bool uses_index_ = false;

  friend class Planner;
};

}  // namespace weir::cache
