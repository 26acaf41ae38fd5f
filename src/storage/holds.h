// Holds: which dead records of a stream somebody still reads. A snapshot opens a hold; numbers that die afterwards are
// kept readable until every hold that is older than their death has been closed. Guarded like its stream.
#pragma once

#include <map>

#include "base/number_set.h"

namespace weir::storage {

class Holds {
 public:
  // The id of a new hold, from 1, ascending.
  uint64_t open();
  // Ends it; the numbers that nobody needs any more.
  NumberSet close(uint64_t id);

  bool empty() const { return died_.empty(); }
  // Numbers that just died and were live before. Needs a hold.
  void note_dead(uint64_t first, uint64_t last);
  uint64_t count_in(uint64_t first, uint64_t last) const;
  uint64_t count() const;
  // Adds the numbers of [first, last] that died after `id` was opened (0: after any hold).
  void collect(uint64_t id, uint64_t first, uint64_t last, NumberSet* out) const;

 private:
  uint64_t next_id_ = 1;
  // Per open hold, what died after it was opened and before the next younger one was.
  std::map<uint64_t, NumberSet> died_;
};

}  // namespace weir::storage
