#include "storage/holds.h"

#include <algorithm>
#include <iterator>

#include "base/assert.h"

namespace weir::storage {

uint64_t Holds::open() {
  const uint64_t id = next_id_++;
  died_[id];
  return id;
}

NumberSet Holds::close(uint64_t id) {
  const auto found = died_.find(id);
  if (found == died_.end()) return {};
  if (found == died_.begin()) {
    NumberSet free = std::move(found->second);
    died_.erase(found);
    return free;
  }
  // Older holds still need them.
  NumberSet& older = std::prev(found)->second;
  for (const auto& [first, last] : found->second.intervals()) older.insert(first, last);
  died_.erase(found);
  return {};
}

void Holds::note_dead(uint64_t first, uint64_t last) {
  WEIR_ASSERT(!died_.empty());
  std::prev(died_.end())->second.insert(first, last);
}

uint64_t Holds::count_in(uint64_t first, uint64_t last) const {
  uint64_t count = 0;
  for (const auto& [id, numbers] : died_) count += numbers.count_in(first, last);
  return count;
}

uint64_t Holds::count() const {
  uint64_t count = 0;
  for (const auto& [id, numbers] : died_) count += numbers.count();
  return count;
}

void Holds::collect(uint64_t id, uint64_t first, uint64_t last, NumberSet* out) const {
  for (auto at = died_.lower_bound(id); at != died_.end(); ++at) {
    const auto& intervals = at->second.intervals();
    auto interval = intervals.upper_bound(first);
    if (interval != intervals.begin()) --interval;
    for (; interval != intervals.end() && interval->first <= last; ++interval) {
      if (interval->second < first) continue;
      out->insert(std::max(first, interval->first), std::min(last, interval->second));
    }
  }
}

}  // namespace weir::storage
